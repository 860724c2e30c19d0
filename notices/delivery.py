"""Deliver what is queued: each message once, whatever dies in between.

A message is marked as being sent before it is, and settled afterwards. A worker that
dies in between leaves the mark; when no attempt can last any longer the message is
queued anew and says that it may come twice. So none is lost, and one death repeats
one message at most.
"""

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import InterfaceError, OperationalError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from audit.attribution import Process, Via, attributed
from casebook.models import Participant
from notices.channels import Channels, NotSent, Refused
from notices.guarding import Defer, Send, Verdict, Withhold, judge
from notices.lines import line_of
from notices.models import Channel, Message, MessageState
from trial_edc import clock

POSTMAN = Process("notices")
# The wait after each failed attempt; together they outlast a night without mail server.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 60, 240, 720))
# No attempt lasts so long: a mail server is left after `EMAIL_TIMEOUT` seconds.
LEASE = timedelta(minutes=10)
A_BATCH = 500  # keys held in memory
# A channel that is not set up is asked for again so much later.
UNTIL_SET_UP = timedelta(hours=1)
logger = logging.getLogger(__name__)


def deliver_due() -> int:
    """Send everything that may be sent now; return how many messages were sent.

    A message that fails in a way nobody foresaw waits for its next turn and keeps no
    other from being sent; what happened is raised when all had theirs.
    """
    take_back_abandoned()
    channels, sent, problems = Channels(), 0, []
    try:
        for message_id in _due():
            try:
                sent += deliver(message_id, channels) == MessageState.SENT
            except Exception as problem:  # each gets a turn, then all are raised
                logger.exception("Message %s could not be delivered", message_id)
                _set_aside(message_id, type(problem).__name__)
                problems.append(problem)
    finally:
        channels.close()
    if problems:
        message = "Not every message could be delivered."
        raise ExceptionGroup(message, problems)
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
            told = "The worker stopped before it noted the result."
            _settle(message, **_later(message, told), may_be_repeated=True)
    return len(messages)


def deliver(message_id: int, channels: Channels | None = None) -> MessageState | None:
    """Send one queued message; None when another worker has it or it is not sent."""
    channels = channels or Channels()
    claimed = _claim(message_id, channels)
    if claimed is None:
        return None
    message, to = claimed
    try:
        channels.send(message, to=to, text=_text_of(message))
    except NotSent as problem:
        maybe = message.may_be_repeated or problem.may_have_left
        columns = {**_later(message, str(problem)), "may_be_repeated": maybe}
        return _settle(message, **columns)
    except Refused as problem:
        return _settle(message, state=MessageState.FAILED, problem=str(problem))
    return _settle(
        message,
        state=MessageState.SENT,
        sent_at=clock.now(),
        times_sent=message.times_sent + 1,
        problem="",
    )


def _settle(
    message: Message, *, state: MessageState, **columns: object
) -> MessageState:
    """Note how this attempt ended, unless another has begun or ended meanwhile.

    Who was taken for dead and did send it after all spares the person a second mail.
    """
    stands = [MessageState.SENDING]
    if state == MessageState.SENT:
        stands.append(MessageState.QUEUED)
    attempt = Message.objects.filter(
        pk=message.pk,
        state__in=stands,
        attempts=message.attempts,
        claimed_at=message.claimed_at,
    )
    try:
        _update(attempt, state=state, **columns)
    except (InterfaceError, OperationalError):  # the database ended the session
        _update(attempt, state=state, **columns)
    return state


def _update(attempt: QuerySet[Message], **columns: object) -> None:
    with attributed(by=POSTMAN, via=Via.TASK):
        attempt.update(**columns)


def _set_aside(message_id: int, problem: str) -> None:
    """Let a message wait that fails before it is sent; other workers see to theirs."""
    with attributed(by=POSTMAN, via=Via.TASK):
        waiting = Message.objects.select_for_update(skip_locked=True)
        message = waiting.filter(pk=message_id, state=MessageState.QUEUED).first()
        if message:
            message.attempts += 1
            _note(message, attempts=message.attempts, **_later(message, problem))


def _text_of(message: Message) -> str:
    if not message.may_be_repeated:
        return message.text
    with override(message.spoken):
        return f"{message.text}\n\n{_('You may have received this message before.')}"


def _later(message: Message, problem: str) -> dict[str, Any]:
    """Return the columns of a message that waits for its next attempt, if any."""
    if message.attempts > len(WAITS):
        return {"state": MessageState.FAILED, "problem": problem}
    due = clock.now() + WAITS[message.attempts - 1]
    return {"state": MessageState.QUEUED, "not_before": due, "problem": problem}


def _claim(message_id: int, channels: Channels) -> tuple[Message, str] | None:
    """Mark a message as being sent, and return it with the address."""
    with attributed(by=POSTMAN, via=Via.TASK):
        # A death, a withdrawal, an opt-out come wholly before this moment or after.
        list(
            Participant.objects.select_for_update(no_key=True).filter(
                messages=message_id
            )
        )
        message = (
            Message.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("recipient", "participant")
            .filter(pk=message_id, state=MessageState.QUEUED)
            .first()
        )
        if message is None:
            return None
        match _verdict(message, channels):
            case Send(to=to):
                _note(
                    message,
                    state=MessageState.SENDING,
                    attempts=message.attempts + 1,
                    claimed_at=clock.now(),
                    line=line_of(to) if _is_text_to_participant(message) else "",
                )
                return message, to
            case Withhold(reason=reason):
                _note(message, state=MessageState.WITHHELD, problem=reason)
            case Defer(until=until, reason=reason):
                _note(message, not_before=until, problem=reason)
    return None


def _is_text_to_participant(message: Message) -> bool:
    return message.channel == Channel.SMS and message.participant_id is not None


def _verdict(message: Message, channels: Channels) -> Verdict:
    """Look again at the moment of sending; what is not set up is waited for."""
    verdict = judge(message)
    lack = channels.lacks(message.channel)
    if lack and isinstance(verdict, Send):
        return Defer(clock.now() + UNTIL_SET_UP, lack)
    return verdict


def _note(message: Message, **columns: object) -> None:
    for name, value in columns.items():
        setattr(message, name, value)
    message.save(update_fields=tuple(columns))
