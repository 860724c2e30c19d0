"""Delivery of the outbox; a watch over seals, clocks, copies and delegations."""

from celery import shared_task

from record.notices.services import (
    clock_comparison,
    clock_watch,
    copy_watch,
    delegation_watch,
    seal_watch,
)
from record.notices.services.delivery import deliver_due


@shared_task
def deliver_queued() -> int:
    return deliver_due()


@shared_task
def watch_seals() -> bool:
    return seal_watch.notify_if_overdue()


@shared_task
def watch_clocks() -> bool:
    return clock_watch.notify_if_apart()


@shared_task
def compare_clocks() -> int:
    """Return how many time servers were asked."""
    return len(clock_comparison.compare_with_time_servers())


@shared_task
def watch_copies() -> int:
    return copy_watch.notify_of_differences()


@shared_task
def watch_delegations() -> int:
    return delegation_watch.notify_of_ended_delegations()


@shared_task
def verify_audit() -> bool:
    return seal_watch.notify_if_broken()
