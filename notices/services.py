"""Queue messages, and queue them again when somebody asks."""

from collections.abc import Iterable

from django.db import transaction

from accounts.models import User
from audit.attribution import Via, attributed
from notices.models import Message, MessageState
from trial_edc import clock

SETTLED = (MessageState.SENT, MessageState.FAILED, MessageState.WITHHELD)


class NotSettled(Exception):
    """The message is on its way already."""


def queue(
    *, occasion: str, key: str, to: Iterable[User], subject: str, text: str
) -> list[Message]:
    """Put a message for each person into the outbox; the same key queues it once.

    Call it inside an attributed transaction: the message exists if the deed does.
    """
    queued = []
    for person in to:
        message, made = Message.objects.get_or_create(
            recipient=person,
            key=key,
            defaults={
                "occasion": occasion,
                "subject": " ".join(subject.split()),
                "text": text,
            },
        )
        if made:
            queued.append(message)
    if queued:
        _deliver_after_commit()
    return queued


def resend(message_id: int, *, by: User) -> Message:
    """Queue a settled message once more; raises `NotSettled` on one that waits."""
    with attributed(by=by, via=Via.PAGE):
        message = Message.objects.select_for_update().get(pk=message_id)
        if message.state not in SETTLED:
            raise NotSettled
        message.state, message.attempts = MessageState.QUEUED, 0
        message.not_before, message.problem = None, ""
        message.save(update_fields=("state", "attempts", "not_before", "problem"))
        _deliver_after_commit()
    return message


def _deliver_after_commit() -> None:
    """Ask a worker for delivery; what it does not hear, beat delivers in a minute.

    Messages of a simulated past wait for beat.
    """
    if clock.moved_to() is None:
        transaction.on_commit(_ask_for_delivery, robust=True)


def _ask_for_delivery() -> None:
    from notices.tasks import deliver_queued  # noqa: PLC0415 - the task imports us

    deliver_queued.apply_async(ignore_result=True, retry=False)
