"""Work for staff: the morning's mail, a watch over the seals, files of laboratories."""

from celery import shared_task

from entry import digest, seal_watch
from entry.imports import working


@shared_task
def write_digests() -> int:
    """Write the morning's mails; return how many."""
    return digest.write_due()


@shared_task
def watch_seals() -> bool:
    """Tell whether entries wait too long for their seal, and mail it."""
    return seal_watch.tell_when_overdue()


@shared_task
def verify_audit() -> bool:
    """Tell whether something in the audit trail does not fit, and mail it."""
    return seal_watch.tell_when_broken()


@shared_task
def plan_import(file_id: int) -> None:
    """Make the preview of a laboratory's file."""
    working.plan(file_id)


@shared_task
def store_import(file_id: int) -> None:
    """Store a laboratory's file that a person confirmed."""
    working.store(file_id)
