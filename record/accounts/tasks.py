"""Periodic work on accounts."""

from celery import shared_task
from django.core.management import call_command


@shared_task
def clear_sessions() -> None:
    """Remove sessions that have ended; who signed in and out is in the audit trail."""
    call_command("clearsessions")
