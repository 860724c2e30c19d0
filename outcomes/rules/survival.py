"""Overall survival at 28 days and at 3 months."""

from dataclasses import dataclass
from datetime import date

from outcomes.rules.observed_course import Record
from outcomes.rules.states import Survival
from trial_edc.requirements import implements
from trial_edc.vocabulary import VisitCode


@dataclass(frozen=True, slots=True)
class Horizon:
    """Survival at a horizon; `days` from day 0 to the event or to censoring."""

    status: Survival
    days: int | None
    event: bool


@implements("OUT-02")
def survival_28d(record: Record) -> Horizon:
    return survival(record, record.day28, VisitCode.DAY_28, record.d28_visit_on)


@implements("OUT-03")
def survival_3m(record: Record) -> Horizon:
    return survival(record, record.month3, VisitCode.MONTH_3, record.m3_visit_on)


def survival(
    record: Record, horizon: date, visit: VisitCode, visited_on: date | None
) -> Horizon:
    """Dead on or before the horizon; alive by evidence; else unknown or pending."""
    if record.died_on and record.died_on <= horizon:
        return Horizon(Survival.DEAD, (record.died_on - record.day0).days, event=True)
    seen_on = visited_on if visited_on and visited_on <= record.cutoff else None
    status = living_status(record, horizon, visit, seen_on)
    last_evidence_on = max(record.alive_on or record.day0, seen_on or record.day0)
    return Horizon(
        status, (min(last_evidence_on, horizon) - record.day0).days, event=False
    )


def living_status(
    record: Record, horizon: date, visit: VisitCode, seen_on: date | None
) -> Survival:
    """Alive by evidence at the horizon or a visit in its window; else why not."""
    span = record.span(visit)
    is_known_alive = record.alive_on is not None and record.alive_on >= horizon
    if is_known_alive or seen_on in span:
        return Survival.ALIVE
    if record.withdrawn_on and record.withdrawn_on <= record.cutoff:
        return Survival.UNKNOWN
    return Survival.PENDING if record.cutoff <= span.closes else Survival.UNKNOWN
