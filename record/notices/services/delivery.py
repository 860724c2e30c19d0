"""Deliver queued messages: each once, whichever process dies in between.

A message is marked as being sent before it is, and its result is recorded afterwards.
A worker that dies in between leaves the mark; when no attempt can last any longer the
message is queued again and says that it may come twice. So none is lost, and one death
repeats one message at most.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import InterfaceError, OperationalError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override
from structlog.stdlib import get_logger

from record.audit.attribution import Process, Source, attributed
from record.casebook.models import Participant
from record.notices.channels import Channels, DeliveryRefused, NotSent
from record.notices.models import Channel, Message, MessageState
from record.notices.phone_numbers import line_of
from record.notices.send_checks import Defer, Send, SendVerdict, Withhold, verdict_on
from trial_edc import clock

NOTICES = Process("notices")
# The wait after each failed attempt; together they outlast a night without mail server.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 60, 240, 720))
# No attempt lasts so long: a mail server is left after `EMAIL_TIMEOUT` seconds.
LEASE = timedelta(minutes=10)
# When a message is tried again whose channel is not set up.
RETRY_SETUP_AFTER = timedelta(hours=1)
logger = get_logger(__name__)


@dataclass(frozen=True)
class Claim:
    """A message that this worker has checked; without an address it is not sent."""

    message: Message
    to: str = ""
    text: str = ""
    problem: Exception | None = None


class SendCheckFailed(Exception):
    """A send check raised; the cause says what."""

    def __init__(self, message: Message) -> None:
        super().__init__(f"Message {message.pk}")
        self.message = message


def deliver_due() -> int:
    """Send everything that may be sent now; return the number of messages sent.

    A message that fails unexpectedly waits for its next attempt and keeps no other
    from being sent; all failures are raised together at the end.
    """
    requeue_abandoned()
    channels, sent, last = Channels(), 0, 0
    problems: list[Exception] = []
    try:
        while claim := _claim_or_postpone(
            due_for_delivery().filter(pk__gt=last), channels
        ):
            last = claim.message.pk
            try:
                sent += _send(claim, channels) == MessageState.SENT
            except Exception as problem:  # each gets a turn, then all are raised
                logger.exception("message not delivered", message_id=last)
                problems.append(problem)
    finally:
        channels.close()
    if problems:
        message = "Not every message could be delivered."
        raise ExceptionGroup(message, problems)
    return sent


def due_for_delivery() -> QuerySet[Message]:
    queued = Message.objects.filter(state=MessageState.QUEUED)
    return queued.exclude(not_before__gt=clock.now()).order_by("pk")


def requeue_abandoned() -> int:
    with attributed(by=NOTICES, via=Source.TASK):
        abandoned = Message.objects.select_for_update(skip_locked=True).filter(
            state=MessageState.SENDING, claimed_at__lt=clock.now() - LEASE
        )
        messages = list(abandoned)
        for message in messages:
            problem = "The worker stopped before it noted the result."
            columns = _retry_columns(message, problem)
            _record_result(message, **columns, may_be_repeated=True)
    return len(messages)


def deliver(message_id: int, channels: Channels | None = None) -> MessageState | None:
    channels = channels or Channels()
    queued = Message.objects.filter(pk=message_id, state=MessageState.QUEUED)
    claim = _claim_or_postpone(queued, channels)
    return _send(claim, channels) if claim else None


def _send(claim: Claim, channels: Channels) -> MessageState | None:
    message = claim.message
    if claim.problem:
        raise claim.problem
    if not claim.to:
        return None
    try:
        channels.send(message, to=claim.to, text=_text_of(claim))
    except NotSent as problem:
        may_be_repeated = message.may_be_repeated or problem.may_have_left
        columns = _retry_columns(message, str(problem))
        return _record_result(message, **columns, may_be_repeated=may_be_repeated)
    except DeliveryRefused as problem:
        return _record_result(message, state=MessageState.FAILED, problem=str(problem))
    return _record_result(
        message,
        state=MessageState.SENT,
        sent_at=clock.after(message.queued_at),
        times_sent=message.times_sent + 1,
        problem="",
    )


def _record_result(
    message: Message, *, state: MessageState, **columns: object
) -> MessageState:
    """Record how this attempt ended, unless another has begun or ended meanwhile.

    A worker that was taken for dead and did send it spares the person a second mail.
    """
    present_states = [MessageState.SENDING]
    if state == MessageState.SENT:
        present_states.append(MessageState.QUEUED)
    attempt = Message.objects.filter(
        pk=message.pk,
        state__in=present_states,
        attempts=message.attempts,
        claimed_at=message.claimed_at,
    )
    try:
        _update(attempt, state=state, **columns)
    except (InterfaceError, OperationalError):  # the database ended the session
        _update(attempt, state=state, **columns)
    return state


def _update(attempt: QuerySet[Message], **columns: object) -> None:
    with attributed(by=NOTICES, via=Source.TASK):
        attempt.update(**columns)


def _postpone(message_id: int, problem: str) -> None:
    with attributed(by=NOTICES, via=Source.TASK):
        waiting = Message.objects.select_for_update(skip_locked=True)
        message = waiting.filter(pk=message_id, state=MessageState.QUEUED).first()
        if message:
            message.attempts += 1
            _save_columns(
                message, attempts=message.attempts, **_retry_columns(message, problem)
            )


def _text_of(claim: Claim) -> str:
    message = claim.message
    text = claim.text or message.text
    if not message.may_be_repeated:
        return text
    with override(message.text_language):
        repeated = _("You may have received this message before.")
    return f"{text}\n\n{repeated}"


def _retry_columns(message: Message, problem: str) -> dict[str, Any]:
    if message.attempts > len(WAITS):
        return {"state": MessageState.FAILED, "problem": problem}
    due = clock.now() + WAITS[message.attempts - 1]
    return {"state": MessageState.QUEUED, "not_before": due, "problem": problem}


def _claim_or_postpone(waiting: QuerySet[Message], channels: Channels) -> Claim | None:
    try:
        return _claim(waiting, channels)
    except SendCheckFailed as failure:
        problem = failure.__cause__
        _postpone(failure.message.pk, type(problem).__name__)
        return Claim(failure.message, problem=problem)  # type: ignore[arg-type]  # raised below


def _claim(waiting: QuerySet[Message], channels: Channels) -> Claim | None:
    with attributed(by=NOTICES, via=Source.TASK):
        free = waiting.select_for_update(skip_locked=True, of=("self",))
        message = free.select_related("recipient", "participant").first()
        if message is None:
            return None
        if message.participant_id and not _lock_participant(message.participant_id):
            return Claim(message)
        try:
            verdict = _verdict(message, channels)
        except Exception as problem:
            raise SendCheckFailed(message) from problem
        return _apply(verdict, message)


def _apply(verdict: SendVerdict, message: Message) -> Claim:
    match verdict:
        case Send(to=to, text=text):
            _save_columns(
                message,
                state=MessageState.SENDING,
                attempts=message.attempts + 1,
                claimed_at=clock.now(),
                line=line_of(to) if _is_text_to_participant(message) else "",
            )
            return Claim(message, to, text)
        case Withhold(reason=reason):
            _save_columns(message, state=MessageState.WITHHELD, problem=reason)
        case Defer(until=until, reason=reason):
            _save_columns(message, not_before=until, problem=reason)
    return Claim(message)


def _lock_participant(participant_id: int) -> bool:
    """Lock a participant; False when a page holds the lock: the next run tries again.

    So a change of the casebook comes wholly before the claim or after it.
    """
    unlocked = Participant.objects.select_for_update(no_key=True, skip_locked=True)
    return unlocked.filter(pk=participant_id).first() is not None


def _is_text_to_participant(message: Message) -> bool:
    return message.channel == Channel.SMS and message.participant_id is not None


def _verdict(message: Message, channels: Channels) -> SendVerdict:
    verdict = verdict_on(message)
    problem = channels.setup_problem(message)
    if problem and isinstance(verdict, Send):
        return Defer(clock.now() + RETRY_SETUP_AFTER, problem)
    return verdict


def _save_columns(message: Message, **columns: object) -> None:
    for name, value in columns.items():
        setattr(message, name, value)
    message.save(update_fields=tuple(columns))
