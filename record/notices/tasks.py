"""Delivery of the outbox, and a watch over the seals of the audit trail."""

from celery import shared_task

from record.notices.services import seal_watch
from record.notices.services.delivery import deliver_due


@shared_task
def deliver_queued() -> int:
    """Send what is queued; return how many messages were sent."""
    return deliver_due()


@shared_task
def watch_seals() -> bool:
    """Tell whether entries wait too long for their seal, and mail it."""
    return seal_watch.tell_when_overdue()


@shared_task
def verify_audit() -> bool:
    """Tell whether something in the audit trail does not fit, and mail it."""
    return seal_watch.tell_when_broken()
