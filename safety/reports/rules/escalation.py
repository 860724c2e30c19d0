"""Steps at which people are reminded of a missed deadline (SAF-11); pure.

Each function names the last step reached, so that after a week without power one
message is sent and not all that were missed.
"""

from datetime import date, datetime, timedelta

from trial_edc.protocol import PROTOCOL, SafetySettings
from trial_edc.requirements import implements

OVERDUE = "overdue"


@implements("SAF-11")
def unsent_step(
    since: datetime, now: datetime, settings: SafetySettings = PROTOCOL.safety
) -> str | None:
    """Step of a report that was not sent since the site was aware."""
    hours = (now - since) / timedelta(hours=1)
    if hours > settings.report_to_sponsor_hours:
        return OVERDUE
    reached = [step for step in settings.remind_unsent_hours if hours >= step]
    return f"{max(reached)}h" if reached else None


@implements("SAF-11")
def unassessed_step(
    since: date, today: date, settings: SafetySettings = PROTOCOL.safety
) -> str | None:
    """Step of a report that the sponsor has not assessed."""
    days = (today - since).days
    reached = [step for step in settings.remind_unassessed_days if days >= step]
    return f"{max(reached)}d" if reached else None


@implements("SAF-11")
def unsubmitted_step(
    due_on: date, today: date, settings: SafetySettings = PROTOCOL.safety
) -> str | None:
    """Step of a SUSAR report that was not submitted to an authority."""
    days_left = (due_on - today).days
    if days_left < 0:
        return OVERDUE
    reached = [step for step in settings.remind_unsubmitted_days if days_left <= step]
    return f"{min(reached)}d" if reached else None
