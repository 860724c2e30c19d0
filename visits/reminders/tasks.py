"""Periodic work: messages to participants."""

from celery import shared_task

from trial_edc.requirements import implements
from visits.reminders.services.queue import queue_due_reminders


@shared_task
@implements("REM-01")
def queue_reminders() -> int:
    return queue_due_reminders()
