"""Delivery of the outbox."""

from celery import shared_task

from notices.models import Message, MessageState
from notices.services import deliver


@shared_task
def deliver_queued() -> int:
    """Send what is queued; return how many messages were sent."""
    queued = Message.objects.filter(state=MessageState.QUEUED)
    states = [deliver(pk) for pk in queued.values_list("pk", flat=True)]
    return states.count(MessageState.SENT)
