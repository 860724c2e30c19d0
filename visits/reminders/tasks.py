"""Periodic work: messages to participants."""

from celery import shared_task

from trial_edc.requirements import implements
from visits.reminders.services import queue as reminding


@shared_task
@implements("REM-01")
def queue_reminders() -> int:
    """Queue the messages to participants that are right now; safe to repeat."""
    return reminding.queue_due_reminders()
