"""Delivery of the outbox."""

from celery import shared_task

from notices.models import MessageState
from notices.services import deliver, due_for_delivery


@shared_task
def deliver_queued() -> int:
    """Send what is queued; return how many messages were sent."""
    states = [deliver(pk) for pk in due_for_delivery()]
    return states.count(MessageState.SENT)
