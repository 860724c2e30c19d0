"""Deliver what is queued: each message once, whatever dies in between.

A message is marked as being sent before it is, and settled afterwards. A worker that
dies in between leaves the mark; when no attempt can last any longer the message is
queued anew and says that it may come twice. So none is lost, and one death repeats
one message at most.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import InterfaceError, OperationalError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from record.audit.attribution import Process, Source, attributed
from record.casebook.models import Participant
from record.notices.channels import Channels, DeliveryRefused, NotSent
from record.notices.models import Channel, Message, MessageState
from record.notices.phone_numbers import line_of
from record.notices.send_checks import Defer, Send, SendVerdict, Withhold, judge
from trial_edc import clock

POSTMAN = Process("notices")
# The wait after each failed attempt; together they outlast a night without mail server.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 60, 240, 720))
# No attempt lasts so long: a mail server is left after `EMAIL_TIMEOUT` seconds.
LEASE = timedelta(minutes=10)
# A channel that is not set up is asked for again so much later.
UNTIL_SET_UP = timedelta(hours=1)
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Claim:
    """A message that this worker looked at; without an address it stays here."""

    message: Message
    to: str = ""
    problem: Exception | None = None


class Unforeseen(Exception):
    """Nobody thought of what happened when a message was looked at again."""

    def __init__(self, message: Message) -> None:
        """Name the message; the cause says what happened."""
        super().__init__(f"Message {message.pk}")
        self.message = message


def deliver_due() -> int:
    """Send everything that may be sent now; return how many messages were sent.

    A message that fails in a way nobody foresaw waits for its next turn and keeps no
    other from being sent; what happened is raised when all had theirs.
    """
    take_back_abandoned()
    channels, sent, last = Channels(), 0, 0
    problems: list[Exception] = []
    try:
        while claim := _claimed(due_for_delivery().filter(pk__gt=last), channels):
            last = claim.message.pk
            try:
                sent += _send(claim, channels) == MessageState.SENT
            except Exception as problem:  # each gets a turn, then all are raised
                logger.exception("Message %s could not be delivered", last)
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


def take_back_abandoned() -> int:
    """Queue anew what a dead worker left as being sent; return how many."""
    with attributed(by=POSTMAN, via=Source.TASK):
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
    queued = Message.objects.filter(pk=message_id, state=MessageState.QUEUED)
    claim = _claimed(queued, channels)
    return _send(claim, channels) if claim else None


def _send(claim: Claim, channels: Channels) -> MessageState | None:
    """Send what was claimed, and note how it ended."""
    message = claim.message
    if claim.problem:
        raise claim.problem
    if not claim.to:
        return None
    try:
        channels.send(message, to=claim.to, text=_text_of(message))
    except NotSent as problem:
        maybe = message.may_be_repeated or problem.may_have_left
        columns = {**_later(message, str(problem)), "may_be_repeated": maybe}
        return _settle(message, **columns)
    except DeliveryRefused as problem:
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
    with attributed(by=POSTMAN, via=Source.TASK):
        attempt.update(**columns)


def _set_aside(message_id: int, problem: str) -> None:
    """Let a message wait that fails before it is sent; other workers see to theirs."""
    with attributed(by=POSTMAN, via=Source.TASK):
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


def _claimed(waiting: QuerySet[Message], channels: Channels) -> Claim | None:
    """Claim the first that waits; one that cannot be looked at is set aside."""
    try:
        return _claim(waiting, channels)
    except Unforeseen as found:
        problem = found.__cause__
        _set_aside(found.message.pk, type(problem).__name__)
        return Claim(found.message, problem=problem)  # type: ignore[arg-type]  # raised below


def _claim(waiting: QuerySet[Message], channels: Channels) -> Claim | None:
    """Mark the first that waits as being sent; what others hold is theirs."""
    with attributed(by=POSTMAN, via=Source.TASK):
        free = waiting.select_for_update(skip_locked=True, of=("self",))
        message = free.select_related("recipient", "participant").first()
        if message is None:
            return None
        if message.participant_id and not _holds_still(message.participant_id):
            return Claim(message)
        try:
            verdict = _verdict(message, channels)
        except Exception as problem:
            raise Unforeseen(message) from problem
        return _acted_on(verdict, message)


def _acted_on(verdict: SendVerdict, message: Message) -> Claim:
    match verdict:
        case Send(to=to):
            _note(
                message,
                state=MessageState.SENDING,
                attempts=message.attempts + 1,
                claimed_at=clock.now(),
                line=line_of(to) if _is_text_to_participant(message) else "",
            )
            return Claim(message, to)
        case Withhold(reason=reason):
            _note(message, state=MessageState.WITHHELD, problem=reason)
        case Defer(until=until, reason=reason):
            _note(message, not_before=until, problem=reason)
    return Claim(message)


def _holds_still(participant_id: int) -> bool:
    """Lock a participant, unless a page is at work there: the next run comes then.

    So a death, a withdrawal, an opt-out come wholly before the claim or after it.
    """
    people = Participant.objects.select_for_update(no_key=True, skip_locked=True)
    return people.filter(pk=participant_id).first() is not None


def _is_text_to_participant(message: Message) -> bool:
    return message.channel == Channel.SMS and message.participant_id is not None


def _verdict(message: Message, channels: Channels) -> SendVerdict:
    """Look again at the moment of sending; what is not set up is waited for."""
    verdict = judge(message)
    lack = channels.lacks(message)
    if lack and isinstance(verdict, Send):
        return Defer(clock.now() + UNTIL_SET_UP, lack)
    return verdict


def _note(message: Message, **columns: object) -> None:
    for name, value in columns.items():
        setattr(message, name, value)
    message.save(update_fields=tuple(columns))
