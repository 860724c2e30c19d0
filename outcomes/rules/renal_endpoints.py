"""Creatinine at day 28 and month 3, dependence on RRT, recovery."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from outcomes.rules.observed_course import CreatinineSample, Record
from outcomes.rules.states import (
    EverRrt,
    MissingReason,
    Recovery,
    RrtDependence,
    Survival,
)
from trial_edc.requirements import implements
from trial_edc.vocabulary import VisitCode


@dataclass(frozen=True, slots=True)
class Primary:
    """Creatinine at day 28, or why there is none.

    The value of a limit of detection is missing; its date is known.
    """

    sample: CreatinineSample | None
    missing: MissingReason | None
    on_rrt: bool | None
    ratio: Decimal | None


@implements("OUT-01")
def primary(record: Record) -> Primary:
    """Sample nearest to day 28 in day 25 to 31, before death, no imputation."""
    around = timedelta(days=record.settings.creatinine_window_days)
    first, last = record.day28 - around, record.day28 + around
    sample = record.nearest_creatinine(record.day28, first, last)
    if sample is None:
        return Primary(None, why_missing(record, last), None, None)
    value, baseline = sample.exact_umol_l, record.baseline_umol_l
    missing = MissingReason.DETECTION_LIMIT if value is None else None
    ratio = None if value is None or baseline is None else value / baseline
    return Primary(sample, missing, record.is_on_rrt(sample.on), ratio)


def why_missing(record: Record, last: date) -> MissingReason:
    reasons = (
        (record.died_on, MissingReason.DEATH),
        (record.withdrawn_on, MissingReason.WITHDRAWN),
        (record.cutoff, MissingReason.PENDING),
    )
    matches = (reason for on, reason in reasons if on is not None and on <= last)
    return next(matches, MissingReason.NOT_DONE)


@implements("OUT-04")
def rrt_dependence(record: Record, status: Survival) -> RrtDependence:
    """Point prevalence at month 3, of those alive then."""
    if status != Survival.ALIVE:
        return RrtDependence(status.value)
    if record.is_on_rrt(day_of_dependence(record)):
        return RrtDependence.DEPENDENT
    return RrtDependence.INDEPENDENT


def day_of_dependence(record: Record) -> date:
    """The month-3 visit if in its window, else the month-3 date."""
    visited_on = record.m3_visit_on
    is_in_window = visited_on and visited_on in record.span(VisitCode.MONTH_3)
    return visited_on if visited_on and is_in_window else record.month3


def ever_rrt(record: Record, status: Survival) -> EverRrt:
    """Any RRT from day 0 to the month-3 date; a "no" needs a known month 3."""
    last = min(record.month3, record.cutoff)
    if any(rrt.touches(record.day0, last) for rrt in record.rrt):
        return EverRrt.YES
    is_known = status in (Survival.ALIVE, Survival.DEAD)
    return EverRrt.NO if is_known else EverRrt.UNKNOWN


def creatinine_3m(record: Record, status: Survival) -> CreatinineSample | None:
    """Sample nearest to the month-3 date inside its window, of those alive then."""
    if status != Survival.ALIVE:
        return None
    span = record.span(VisitCode.MONTH_3)
    return record.nearest_creatinine(record.month3, span.opens, span.closes)


@implements("OUT-05", "OUT-06")
def recovery(
    record: Record, dependence: RrtDependence, sample: CreatinineSample | None
) -> Recovery:
    """Complete: at most 1.5 times baseline, not strict; partial: above, no limit.

    A limit of detection decides where all that it may stand for lies on one side.
    """
    if dependence == RrtDependence.DEPENDENT:
        return Recovery.RRT_DEPENDENT
    if dependence != RrtDependence.INDEPENDENT:
        return Recovery(dependence.value)
    if sample is None or record.baseline_umol_l is None:
        return Recovery.UNKNOWN
    limit = record.settings.recovery_ratio * record.baseline_umol_l
    is_complete = sample.is_at_most(limit)
    if is_complete is None:
        return Recovery.UNKNOWN
    return Recovery.COMPLETE if is_complete else Recovery.PARTIAL
