"""Edit checks of attempts to reach a participant; pure."""

from outcomes.facts.course import died_before, withdrawn_from_everything_on
from outcomes.vocabulary import ContactResult
from record.casebook.checks import check
from record.casebook.form_data import Casebook, FormData
from trial_edc.dates import site_date
from trial_edc.vocabulary import N_, Severity


@check(
    "CAL-01",
    form="CAL",
    item="at",
    severity=Severity.HARD,
    message=N_("No contact is sought after a withdrawal from everything."),
)
def sought_after_withdrawal(data: FormData, casebook: Casebook) -> bool:
    at, withdrawn_on = data.get("at"), withdrawn_from_everything_on(casebook)
    return bool(at and withdrawn_on and site_date(at) > withdrawn_on)


@check(
    "CAL-02",
    form="CAL",
    item="result",
    severity=Severity.SOFT,
    message=N_("Is this a withdrawal? If it is, record it; if not, say why."),
)
def refused_without_withdrawal(data: FormData, casebook: Casebook) -> bool:
    refused = data.get("result") == ContactResult.REFUSED
    return refused and not casebook.rows("WDR")


@check(
    "CAL-03",
    form="CAL",
    item="alive_on",
    severity=Severity.HARD,
    message=N_("The death form has an earlier date of death."),
)
def alive_after_death(data: FormData, casebook: Casebook) -> bool:
    alive_on = data.get("alive_on")
    return bool(alive_on and died_before(casebook, alive_on))


@check(
    "CAL-04",
    form="CAL",
    item="alive_on",
    severity=Severity.HARD,
    message=N_("Life cannot be confirmed for a day after the contact."),
)
def alive_after_contact(data: FormData, _casebook: Casebook) -> bool:
    at, alive_on = data.get("at"), data.get("alive_on")
    return bool(at and alive_on and alive_on > site_date(at))
