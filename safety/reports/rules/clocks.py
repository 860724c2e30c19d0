"""Clocks of safety reporting (protocol section 8): who must be informed, and by when.

Calendar days; weekends and holidays shift nothing. Day 0 is the sponsor's awareness.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from trial_edc.dates import site_date
from trial_edc.protocol import PROTOCOL, SafetySettings
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_, Codelist


class Clock(Codelist):
    """Period in which an authority must be informed."""

    NONE = "none", N_("No expedited report")
    DAYS_7 = "7d", N_("7 days, fatal or life-threatening")
    DAYS_15 = "15d", N_("15 days")
    FOLLOW_UP = "follow_up", N_("New information on a SUSAR")


@dataclass(frozen=True, slots=True)
class SeriousCase:
    """What decides the clocks of one event; None: not yet assessed or not yet aware."""

    serious: bool
    fatal_or_life_threatening: bool
    investigator_aware_at: datetime | None
    sponsor_aware_at: datetime | None = None
    causality_investigator: str | None = None
    causality_sponsor: str | None = None
    expected: bool | None = None


@dataclass(frozen=True, slots=True)
class Deadlines:
    """What is due for one event."""

    report_to_sponsor_due_at: datetime | None
    is_susar: bool = False
    clock: Clock = Clock.NONE
    initial_due_on: date | None = None
    followup_due_on: date | None = None


def is_related(
    causality: str | None, settings: SafetySettings = PROTOCOL.safety
) -> bool:
    return causality in settings.related_causalities


@implements("SAF-02")
def is_susar(case: SeriousCase, settings: SafetySettings = PROTOCOL.safety) -> bool:
    """Serious, unexpected, and related by investigator or sponsor.

    Assessed by neither counts as related; expectedness must have been assessed.
    """
    judgements = [c for c in (case.causality_investigator, case.causality_sponsor) if c]
    related = not judgements or any(is_related(c, settings) for c in judgements)
    return case.serious and related and case.expected is False


@implements("SAF-01", "SAF-03")
def deadlines(
    case: SeriousCase, settings: SafetySettings = PROTOCOL.safety
) -> Deadlines:
    report_due_at = None
    if case.serious and case.investigator_aware_at is not None:
        hours = timedelta(hours=settings.report_to_sponsor_hours)
        report_due_at = case.investigator_aware_at + hours
    if not is_susar(case, settings):
        return Deadlines(report_due_at)
    is_fatal = case.fatal_or_life_threatening
    clock = Clock.DAYS_7 if is_fatal else Clock.DAYS_15
    initial = followup = None
    if case.sponsor_aware_at is not None:
        days = settings.susar_fatal_days if is_fatal else settings.susar_other_days
        initial = site_date(case.sponsor_aware_at) + timedelta(days=days)
        if is_fatal:
            followup = initial + timedelta(days=settings.susar_followup_days)
    return Deadlines(
        report_due_at,
        is_susar=True,
        clock=clock,
        initial_due_on=initial,
        followup_due_on=followup,
    )


@implements("SAF-03", "SAF-10")
def follow_up_deadlines(
    first: Deadlines, case: SeriousCase, settings: SafetySettings = PROTOCOL.safety
) -> Deadlines:
    """Derive the deadline of new information on a SUSAR that was assessed before.

    [P] As many days from the sponsor's awareness of the new information as a first
    report has (CDE 2018 gives 15), and not after the day of the complete follow-up
    while that is still ahead.
    """
    own = deadlines(case, settings)
    due_on, complete_on = own.initial_due_on, first.followup_due_on
    received_at = case.sponsor_aware_at
    if due_on and complete_on and received_at and site_date(received_at) <= complete_on:
        due_on = min(due_on, complete_on)
    return Deadlines(
        own.report_to_sponsor_due_at,
        is_susar=own.is_susar,
        clock=Clock.FOLLOW_UP if own.is_susar else Clock.NONE,
        initial_due_on=due_on,
        followup_due_on=complete_on if own.is_susar else None,
    )
