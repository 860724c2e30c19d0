"""Queue messages and deliver them."""

from collections.abc import Iterable
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from accounts.models import User
from audit.attribution import Process, Via, attributed
from notices.models import Message, MessageState
from trial_edc import clock

POSTMAN = Process("notices")
MOST_ATTEMPTS = 5


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
            defaults={"occasion": occasion, "subject": subject, "text": text},
        )
        if made:
            queued.append(message)
    if queued:
        transaction.on_commit(_ask_for_delivery)
    return queued


def _ask_for_delivery() -> None:
    from notices.tasks import deliver_queued  # noqa: PLC0415 - the task imports us

    deliver_queued.apply_async(ignore_result=True, retry=False)


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
    except (SMTPException, OSError) as problem:
        again = message.attempts < MOST_ATTEMPTS
        state = MessageState.QUEUED if again else MessageState.FAILED
        _note(message, state=state, problem=str(problem))
    else:
        _note(message, state=MessageState.SENT, sent_at=clock.now(), problem="")
    return MessageState(message.state)


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
