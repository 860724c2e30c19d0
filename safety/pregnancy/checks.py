"""Edit checks of the pregnancy form; pure."""

from record.casebook.checks import check
from record.casebook.form_data import Casebook, FormData
from safety.facts import is_before
from safety.vocabulary import PregnantPerson
from trial_edc.vocabulary import N_, Severity, Sex


@check(
    "PRG-01",
    form="PRG",
    item="outcome_on",
    severity=Severity.HARD,
    message=N_("The outcome lies before the last period."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    del casebook
    return is_before(data.get("outcome_on"), data.get("lmp"))


@check(
    "PRG-02",
    form="PRG",
    item="who",
    severity=Severity.HARD,
    message=N_("The participant is a man; it is his partner who is pregnant."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    is_own = data.get("who") == PregnantPerson.PARTICIPANT
    return bool(is_own and casebook.fact("sex") == Sex.MALE)


@check(
    "PRG-03",
    form="PRG",
    item="due_on",
    severity=Severity.HARD,
    message=N_("The expected birth lies before the last period."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    del casebook
    due_on, lmp = data.get("due_on"), data.get("lmp")
    return bool(due_on and lmp and due_on < lmp.earliest)
