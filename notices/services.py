"""Queue messages and deliver them."""

from collections.abc import Iterable
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from accounts.models import User
from audit.attribution import Process, Via, attributed
from notices.models import Message, MessageState
from trial_edc import clock

POSTMAN = Process("notices")
# The wait after each failed attempt; together they outlast a night without mail server.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 60, 240, 720))


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
    if queued and clock.moved_to() is None:
        # The message is stored; without a broker the clock of beat delivers it later,
        # as it does those of a simulated past.
        transaction.on_commit(_ask_for_delivery, robust=True)
    return queued


def _ask_for_delivery() -> None:
    from notices.tasks import deliver_queued  # noqa: PLC0415 - the task imports us

    deliver_queued.apply_async(ignore_result=True, retry=False)


def due_for_delivery() -> list[int]:
    """Return the messages that may be sent now, oldest first."""
    queued = Message.objects.filter(state=MessageState.QUEUED)
    due = queued.exclude(not_before__gt=clock.now())
    return list(due.values_list("pk", flat=True))


def deliver(message_id: int) -> MessageState | None:
    """Send one queued message; None when another worker has it or it is done.

    It is marked as being sent before it is, so that a worker killed in between
    leaves a message that says so and is not sent twice in silence.
    """
    message = _claim(message_id)
    if message is None:
        return None
    try:
        EmailMessage(
            message.subject,
            message.text,
            settings.DEFAULT_FROM_EMAIL,
            [message.recipient.email],
        ).send()
    except (SMTPException, OSError, ValueError) as problem:
        _wait_or_give_up(message, str(problem))
    else:
        _note(message, state=MessageState.SENT, sent_at=clock.now(), problem="")
    return MessageState(message.state)


def _wait_or_give_up(message: Message, problem: str) -> None:
    if message.attempts > len(WAITS):
        _note(message, state=MessageState.FAILED, problem=problem)
        return
    due = clock.now() + WAITS[message.attempts - 1]
    _note(message, state=MessageState.QUEUED, problem=problem, not_before=due)


def _claim(message_id: int) -> Message | None:
    with attributed(by=POSTMAN, via=Via.TASK):
        message = (
            Message.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("recipient")
            .filter(pk=message_id, state=MessageState.QUEUED)
            .first()
        )
        if message is None:
            return None
        if not message.recipient.email:
            _note(message, state=MessageState.WITHHELD, problem="no e-mail address")
            return None
        _note(message, state=MessageState.SENDING, attempts=message.attempts + 1)
    return message


def _note(message: Message, **columns: object) -> None:
    for name, value in columns.items():
        setattr(message, name, value)
    with attributed(by=POSTMAN, via=Via.TASK):
        message.save(update_fields=tuple(columns))
