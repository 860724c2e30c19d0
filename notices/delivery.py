"""Deliver what is queued: each message once, whatever dies in between.

A message is marked as being sent before it is, and settled afterwards. A worker that
dies in between leaves the mark; when no attempt can last any longer the message is
queued anew and says that it may come twice. So none is lost, and one death repeats
one message at most.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from audit.attribution import Process, Via, attributed
from notices.models import Message, MessageState
from trial_edc import clock

POSTMAN = Process("notices")
# The wait after each failed attempt; together they outlast a night without mail server.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 60, 240, 720))
# No attempt lasts so long: a mail server is left after `EMAIL_TIMEOUT` seconds.
LEASE = timedelta(minutes=10)
A_BATCH = 500  # keys held in memory


def deliver_due() -> int:
    """Send everything that may be sent now; return how many messages were sent."""
    take_back_abandoned()
    mail, sent = get_connection(), 0
    try:
        for message_id in _due():
            sent += deliver(message_id, mail) == MessageState.SENT
    finally:
        mail.close()
    return sent


def due_for_delivery() -> QuerySet[Message]:
    """Return the messages that may be sent now, oldest first."""
    queued = Message.objects.filter(state=MessageState.QUEUED)
    return queued.exclude(not_before__gt=clock.now()).order_by("pk")


def _due() -> Iterator[int]:
    last = 0
    while batch := list(
        due_for_delivery().filter(pk__gt=last).values_list("pk", flat=True)[:A_BATCH]
    ):
        yield from batch
        last = batch[-1]


def take_back_abandoned() -> int:
    """Queue anew what a dead worker left as being sent; return how many."""
    with attributed(by=POSTMAN, via=Via.TASK):
        left = Message.objects.select_for_update(skip_locked=True).filter(
            state=MessageState.SENDING, claimed_at__lt=clock.now() - LEASE
        )
        messages = list(left)
        for message in messages:
            message.may_be_repeated = True
            _wait_or_give_up(message, "The worker stopped before it noted the result.")
    return len(messages)


def deliver(
    message_id: int, mail: BaseEmailBackend | None = None
) -> MessageState | None:
    """Send one queued message; None when another worker has it or it is done."""
    message = _claim(message_id)
    if message is None:
        return None
    try:
        _mail_of(message, mail).send()
    except (SMTPException, OSError, ValueError) as problem:
        _leave(mail)
        _wait_or_give_up(message, str(problem))
    else:
        _note(message, state=MessageState.SENT, sent_at=clock.now(), problem="")
    return MessageState(message.state)


def _mail_of(message: Message, mail: BaseEmailBackend | None) -> EmailMessage:
    text = message.text
    if message.may_be_repeated:
        with override(message.recipient.language or settings.LANGUAGE_CODE):
            text = f"{text}\n\n{_('You may have received this message before.')}"
    return EmailMessage(
        message.subject,
        text,
        settings.DEFAULT_FROM_EMAIL,
        [message.recipient.email],
        connection=mail,
    )


def _leave(mail: BaseEmailBackend | None) -> None:
    """Give up a connection after a failure; the next message opens another."""
    if mail is not None:
        with suppress(SMTPException, OSError):
            mail.close()


def _wait_or_give_up(message: Message, problem: str) -> None:
    columns: dict[str, object] = {
        "problem": problem,
        "may_be_repeated": message.may_be_repeated,
    }
    if message.attempts > len(WAITS):
        _note(message, state=MessageState.FAILED, **columns)
        return
    due = clock.now() + WAITS[message.attempts - 1]
    _note(message, state=MessageState.QUEUED, not_before=due, **columns)


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
        if withheld := _reason_to_withhold(message):
            _note(message, state=MessageState.WITHHELD, problem=withheld)
            return None
        _note(
            message,
            state=MessageState.SENDING,
            attempts=message.attempts + 1,
            claimed_at=clock.now(),
        )
    return message


def _reason_to_withhold(message: Message) -> str:
    """Look again at the moment of sending: an account may have been closed since."""
    if not message.recipient.is_active:
        return "account closed"
    return "" if message.recipient.email else "no e-mail address"


def _note(message: Message, **columns: object) -> None:
    for name, value in columns.items():
        setattr(message, name, value)
    with attributed(by=POSTMAN, via=Via.TASK):
        message.save(update_fields=tuple(columns))
