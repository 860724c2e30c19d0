"""Delivery of the outbox."""

from celery import shared_task

from record.notices.delivery import deliver_due


@shared_task
def deliver_queued() -> int:
    """Send what is queued; return how many messages were sent."""
    return deliver_due()
