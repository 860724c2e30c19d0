"""Facts about a participant's outcome for conditions, checks and pages."""

from datetime import date

from outcomes.facts.course import (
    last_known_alive,
    record_of,
    samples_in_window,
    withdrawn_from_everything_on,
)
from outcomes.rules import Endpoints, Record, derive
from record.casebook.form_data import Casebook, fact
from trial_edc import clock
from trial_edc.vocabulary import VisitCode
from visits.facts import death_of


@fact("creatinine_in_window_O28")
def creatinine_in_window_o28(casebook: Casebook) -> bool:
    return bool(samples_in_window(casebook, VisitCode.DAY_28))


@fact("creatinine_in_window_OM3")
def creatinine_in_window_om3(casebook: Casebook) -> bool:
    return bool(samples_in_window(casebook, VisitCode.MONTH_3))


@fact("last_known_alive")
def last_alive(casebook: Casebook) -> date | None:
    return last_known_alive(casebook)


fact("withdrawn_from_everything_on")(withdrawn_from_everything_on)


@fact("outcome_record")
def outcome_record(casebook: Casebook) -> Record | None:
    """What counts up to today, for the endpoints and for their explanations."""
    return record_of(casebook, clock.today())


@fact("endpoints")
def endpoints(casebook: Casebook) -> Endpoints | None:
    record: Record | None = casebook.fact("outcome_record")
    return derive(record, death_of(casebook)) if record else None
