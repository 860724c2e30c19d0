"""Edit checks of a withdrawal; pure."""

from outcomes.facts.course import died_before
from record.casebook.checks import check
from record.casebook.form_data import Casebook, FormData
from trial_edc.vocabulary import N_, Severity


@check(
    "WDR-01",
    form="WDR",
    item="on",
    severity=Severity.HARD,
    message=N_("The withdrawal lies before consent."),
)
def before_consent(data: FormData, casebook: Casebook) -> bool:
    on, consented_on = data.get("on"), casebook.fact("first_consented_on")
    return bool(on and consented_on and on < consented_on)


@check(
    "WDR-02",
    form="WDR",
    item="on",
    severity=Severity.HARD,
    message=N_("The death form has an earlier date of death."),
)
def after_death(data: FormData, casebook: Casebook) -> bool:
    on = data.get("on")
    return bool(on and died_before(casebook, on))
