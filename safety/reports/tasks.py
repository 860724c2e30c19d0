"""Periodic work on the deadlines of safety reporting."""

from celery import shared_task

from safety.reports.services.escalation import notify_missed_deadlines


@shared_task
def watch_deadlines() -> int:
    """Runs every few minutes; safe to repeat."""
    return notify_missed_deadlines()
