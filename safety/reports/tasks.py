"""Periodic work on the deadlines of safety reporting."""

from celery import shared_task

from safety.reports.services.escalation import tell_missed


@shared_task
def watch_deadlines() -> int:
    """Tell of deadlines that nobody has met; every few minutes, safe to repeat."""
    return tell_missed()
