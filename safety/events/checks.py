"""Edit checks of the safety forms; pure."""

from datetime import datetime

from record.casebook.checks import check
from record.casebook.form_data import Casebook, FormData
from safety.facts import VISIT_OF_INFUSION, is_before, is_fatal
from safety.vocabulary import EventOutcome, Seriousness, WhichInfusion
from trial_edc.dates import SITE_TZ, site_date
from trial_edc.vocabulary import N_, Severity, YesNo

HARD, SOFT = Severity.HARD, Severity.SOFT


@check(
    "AE-01",
    form="AE",
    item="ended",
    severity=HARD,
    message=N_("The end lies before the onset."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    del casebook
    return is_before(data.get("ended"), data.get("onset"))


@check(
    "AE-02",
    form="AE",
    item="onset",
    severity=SOFT,
    message=N_("The onset lies before consent: is this medical history?"),
)
def _(data: FormData, casebook: Casebook) -> bool:
    onset, consented = data.get("onset"), casebook.fact("first_consented_on")
    return bool(onset and consented and onset.latest < consented)


@check(
    "AE-03",
    form="AE",
    item="outcome",
    severity=HARD,
    message=N_("Grade 5 and the outcome fatal go together."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    del casebook
    grade, outcome = data.get("grade"), data.get("outcome")
    if grade is None or outcome is None:
        return False
    return bool((grade == "5") != (outcome == EventOutcome.FATAL))


@check(
    "AE-04",
    form="AE",
    item="serious",
    severity=HARD,
    message=N_("A fatal event is serious."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    del casebook
    return is_fatal(data) and data.get("serious") == YesNo.NO


@check(
    "AE-05",
    form="AE",
    item="seriousness",
    severity=HARD,
    message=N_("The criterion death and the outcome fatal go together."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    del casebook
    met = data.get("seriousness")
    if not met or data.get("outcome") is None:
        return False
    is_fatal_outcome = data.get("outcome") == EventOutcome.FATAL
    return bool((Seriousness.DEATH in met) != is_fatal_outcome)


@check(
    "AE-06",
    form="AE",
    item="seriousness",
    severity=SOFT,
    message=N_("The only stay since the onset was planned, which is no criterion."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    onset = data.get("onset")
    if not onset or Seriousness.HOSPITALISATION not in (data.get("seriousness") or ()):
        return False
    kinds = {
        stay.get("admission_type")
        for stay in casebook.rows("STY")
        if (since := stay.get("in_at")) and site_date(since) >= onset.earliest
    }
    return kinds == {"planned"}


@check(
    "AE-07",
    form="AE",
    item="outcome",
    severity=HARD,
    message=N_(
        "An ongoing event cannot have this outcome. Change the outcome, or enter "
        "its end."
    ),
)
def _(data: FormData, casebook: Casebook) -> bool:
    del casebook
    ended = {EventOutcome.RECOVERED, EventOutcome.SEQUELAE, EventOutcome.FATAL}
    return data.get("ongoing") == YesNo.YES and data.get("outcome") in ended


@check(
    "AE-08",
    form="AE",
    item="outcome",
    severity=SOFT,
    message=N_("The event has ended, but its outcome says that it goes on."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    del casebook
    goes_on = {EventOutcome.RECOVERING, EventOutcome.NOT_RECOVERED}
    return data.get("ongoing") == YesNo.NO and data.get("outcome") in goes_on


@check(
    "AE-09",
    form="AE",
    item="infusion_number",
    severity=HARD,
    message=N_("Say to which infusion this was a reaction."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    del casebook
    is_reaction = data.get("infusion_reaction") == YesNo.YES
    return bool(is_reaction and data.get("infusion_number") == WhichInfusion.NONE)


@check(
    "AE-10",
    form="AE",
    item="onset",
    severity=SOFT,
    message=N_("The onset lies before the infusion that it is a reaction to."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    onset, started_at = data.get("onset"), infusion_start(data, casebook)
    if data.get("infusion_reaction") != YesNo.YES or not onset or not started_at:
        return False
    instant = onset.instant(SITE_TZ)
    if instant:
        return bool(instant < started_at)
    return bool(onset.latest < site_date(started_at))


@check(
    "AE-11",
    form="AE",
    item="infusion_number",
    severity=SOFT,
    message=N_("No start of this infusion is recorded."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    named = data.get("infusion_number") in VISIT_OF_INFUSION
    return named and infusion_start(data, casebook) is None


def infusion_start(event: FormData, casebook: Casebook) -> datetime | None:
    visit = VISIT_OF_INFUSION.get(str(event.get("infusion_number")))
    started_at: datetime | None = (
        casebook.value("INF", "started_at", visit) if visit else None
    )
    return started_at
