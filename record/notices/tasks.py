"""Delivery of the outbox, and a watch over the seals of the audit trail."""

from celery import shared_task

from record.notices.services import seal_watch
from record.notices.services.delivery import deliver_due


@shared_task
def deliver_queued() -> int:
    return deliver_due()


@shared_task
def watch_seals() -> bool:
    return seal_watch.notify_if_overdue()


@shared_task
def verify_audit() -> bool:
    return seal_watch.notify_if_broken()
