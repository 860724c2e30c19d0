"""Edit checks of the death form; pure."""

from datetime import datetime

from record.casebook.checks import check
from record.casebook.form_data import Casebook, FormData
from record.casebook.intervals import bounds, is_on, others
from safety.facts import event_of
from safety.vocabulary import EventOutcome
from trial_edc.dates import SITE_TZ, site_date
from trial_edc.vocabulary import N_, Severity
from visits.facts import signs_of_life


@check(
    "DTH-01",
    form="DTH",
    item="death_on",
    severity=Severity.HARD,
    message=N_(
        "The participant was alive on %(alive_on)s, after this date: %(form)s says so."
    ),
    version=2,
)
def dead_before_a_sign_of_life(
    data: FormData, casebook: Casebook
) -> dict[str, str] | None:
    died = data.get("death_on")
    if died is None:
        return None
    ends = bounds(died)[1]
    alive = [(bounds(at)[0], row) for row, at in signs_of_life(casebook)]
    later = [(at, row.code) for at, row in alive if at >= ends]
    if not later:
        return None
    at, code = max(later)
    return {"alive_on": site_date(at).isoformat(), "form": code}


@check(
    "DTH-03",
    form="DTH",
    item="death_time",
    severity=Severity.SOFT,
    message=N_("The participant was alive at %(alive_at)s that day: %(form)s says so."),
)
def dead_hours_before_a_sign_of_life(
    data: FormData, casebook: Casebook
) -> dict[str, str] | None:
    died, clock_time = data.get("death_on"), data.get("death_time")
    if died is None or clock_time is None or not died.is_full_date:
        return None
    died_at = datetime.combine(died.earliest, clock_time, SITE_TZ)
    instants = (
        (*bounds(at), row.code)
        for row, at in signs_of_life(casebook)
        if is_on(at, died.earliest)
    )
    later = [(at, code) for at, end, code in instants if at == end and at > died_at]
    if not later:
        return None
    at, code = max(later)
    return {"alive_at": f"{at.astimezone(SITE_TZ):%H:%M}", "form": code}


@check(
    "DTH-02",
    form="DTH",
    item="ae",
    severity=Severity.HARD,
    message=N_("The event named here must be of grade 5 and fatal."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    event = event_of(data, casebook)
    return event is not None and not (
        event.get("grade") == "5" and event.get("outcome") == EventOutcome.FATAL
    )


@check(
    "DTH-04",
    form="DTH",
    item="death_on",
    severity=Severity.HARD,
    message=N_("Another record of this death stands. Revoke that one first."),
)
def second_record_of_the_death(data: FormData, casebook: Casebook) -> bool:
    records = [row for row in others(data, casebook) if row.get("death_on")]
    return data.get("death_on") is not None and bool(records)
