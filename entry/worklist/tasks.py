"""Work for staff: the morning's mail and a watch over the seals."""

from celery import shared_task

from entry.worklist import services as digest
from record.notices import seal_watch


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
