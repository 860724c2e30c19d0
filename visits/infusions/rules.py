"""Bedside arithmetic of an infusion, its vital-sign times and the stop rule.

The same in both arms: nothing here knows a product or a cell.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from trial_edc.dates import whole_seconds
from trial_edc.protocol import PROTOCOL, Anchor, InfusionSettings, ScheduleSettings
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_, Codelist
from visits.infusions.vocabulary import StartCondition


class InfusionFlag(Codelist):
    """What needs to be checked in a bedside record."""

    STOP_NOT_AFTER_START = "error_stop_not_after_start", N_("Stop is not after start")
    RATE_TOO_HIGH = "rate_above_5ml_min", N_("Mean rate above 5 mL/min")


@dataclass(frozen=True, slots=True)
class Delivery:
    """How an infusion ran, unrounded; None: an input is missing or impossible."""

    duration_min: Decimal | None
    mean_rate_ml_min: Decimal | None
    pct_of_planned_volume: Decimal | None
    flags: tuple[InfusionFlag, ...]


@implements("INF-02")
def delivery(
    *,
    started_at: datetime | None,
    stopped_at: datetime | None,
    volume_ml: Decimal | None,
    planned_volume_ml: Decimal | None = None,
    settings: InfusionSettings = PROTOCOL.infusion,
) -> Delivery:
    minutes = rate = pct = None
    flags: list[InfusionFlag] = []
    if started_at is not None and stopped_at is not None:
        if stopped_at > started_at:
            minutes = whole_seconds(stopped_at - started_at) / 60
        else:
            flags.append(InfusionFlag.STOP_NOT_AFTER_START)
    if minutes and volume_ml is not None:
        rate = volume_ml / minutes
        if rate > settings.rate_max_ml_min:
            flags.append(InfusionFlag.RATE_TOO_HIGH)
    if volume_ml is not None and planned_volume_ml:
        pct = volume_ml / planned_volume_ml * 100
    return Delivery(minutes, rate, pct, tuple(flags))


@dataclass(frozen=True, slots=True)
class StartFacts:
    """What is known before an infusion starts; None: it did not happen.

    `bag_left_at` is when a bag leaves the pharmacy in both arms, not when this one did.
    """

    is_go_signed: bool
    is_stop_rule_met: bool
    bag_left_at: datetime | None
    start_before: datetime | None
    baseline_taken_at: datetime | None
    is_label_compared: bool


@implements("INF-08")
def missing_at_start(
    facts: StartFacts, started_at: datetime
) -> tuple[StartCondition, ...]:
    """What is not in place; empty: the infusion may start."""
    holds = {
        StartCondition.GO: facts.is_go_signed,
        StartCondition.STOP_RULES: not facts.is_stop_rule_met,
        StartCondition.BAG: _by(facts.bag_left_at, started_at),
        StartCondition.IN_TIME: facts.start_before is None
        or started_at <= facts.start_before,
        StartCondition.BASELINE: _by(facts.baseline_taken_at, started_at),
        StartCondition.LABEL: facts.is_label_compared,
    }
    return tuple(condition for condition, is_met in holds.items() if not is_met)


def _by(happened_at: datetime | None, at: datetime) -> bool:
    return happened_at is not None and happened_at <= at


@dataclass(frozen=True, slots=True)
class DueTime:
    """When one set of vital signs is due; `due_at` None: not yet known."""

    code: str
    due_at: datetime | None
    tolerance: timedelta
    is_applicable: bool = True


@implements("INF-03")
def vital_sign_times(
    started_at: datetime,
    stopped_at: datetime | None,
    settings: InfusionSettings = PROTOCOL.infusion,
) -> tuple[DueTime, ...]:
    """The time points of one infusion; those after its stop do not apply.

    `pre` is due in the 30 minutes before the start: its time is their beginning.
    """
    times: list[DueTime] = []
    for point in settings.vital_sign_times:
        anchor = started_at if point.anchor == Anchor.START else stopped_at
        due_at = anchor + timedelta(minutes=point.minute) if anchor else None
        is_over = stopped_at is not None and due_at is not None and due_at > stopped_at
        times.append(
            DueTime(
                point.code,
                due_at,
                timedelta(minutes=point.tolerance_min),
                not (point.only_while_running and is_over),
            )
        )
    return tuple(times)


class StopReason(Codelist):
    """Why infusion 2 must not be given."""

    REACTION = "reaction", N_("Grade 3 or higher reaction to infusion 1")
    RELATED_SAE = "related_sae", N_("Serious adverse event related to the infusion")
    UNASSESSED_SAE = (
        "unassessed_sae",
        N_("Serious adverse event not yet assessed: counts as related"),
    )
    TOO_LATE = "too_late", N_("After the last day for infusion 2")


@implements("INF-04")
def stop_reasons(
    *,
    worst_reaction_grade: int | None,
    has_related_sae: bool,
    has_unassessed_sae: bool,
    day0: date | None,
    today: date,
    settings: InfusionSettings = PROTOCOL.infusion,
    schedule: ScheduleSettings = PROTOCOL.schedule,
) -> tuple[StopReason, ...]:
    """Every reason against infusion 2 today; empty: it may be given."""
    grade = worst_reaction_grade
    latest = day0 + timedelta(days=schedule.infusion_2_last_day) if day0 else None
    rules = {
        StopReason.REACTION: grade is not None
        and grade >= settings.stop_after_reaction_grade,
        StopReason.RELATED_SAE: has_related_sae,
        StopReason.UNASSESSED_SAE: has_unassessed_sae,
        StopReason.TOO_LATE: latest is not None and today > latest,
    }
    return tuple(reason for reason, holds in rules.items() if holds)
