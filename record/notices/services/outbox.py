"""Queue messages, look at waiting ones again, send settled ones once more."""

from collections.abc import Iterable, Sequence

from celery import current_app
from django.db import transaction

from record.accounts.models import User
from record.audit.attribution import Process, Source, attributed
from record.casebook.models import Participant
from record.notices.models import Message, MessageState
from record.notices.send_checks import Withhold, judge
from trial_edc import clock

SETTLED = (MessageState.SENT, MessageState.FAILED, MessageState.WITHHELD)
WATCH = Process("notices")
DELIVERY = "record.notices.tasks.deliver_queued"
REWRITTEN = (
    "subject",
    "text",
    "language",
    "template_version",
    "not_before",
    "problem",
)


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


def queue_all(messages: Sequence[Message]) -> None:
    """Put messages into the outbox, two statements for any number of them.

    One that is there already, by person, occasion and channel, stays as it is. Call it
    inside an attributed transaction.
    """
    if messages:
        Message.objects.bulk_create(messages, ignore_conflicts=True)
        _deliver_after_commit()


def queue_anew(messages: Sequence[Message]) -> None:
    """Let withheld messages wait again, as they are written now.

    What was withheld can become right after all: a death was entered by mistake. Call
    it inside an attributed transaction.
    """
    keys = [message.pk for message in messages]
    held = Message.objects.filter(pk__in=keys, state=MessageState.WITHHELD)
    still = set(held.select_for_update().values_list("pk", flat=True))
    anew = [message for message in messages if message.pk in still]
    for message in anew:
        message.state, message.attempts = MessageState.QUEUED, 0
    if anew:
        Message.objects.bulk_update(anew, ("state", "attempts", *REWRITTEN))
        _deliver_after_commit()


def withhold_outdated(participant: Participant) -> list[Message]:
    """Withhold at once the waiting messages that are no longer right; return them."""
    waiting = Message.objects.filter(participant=participant, state=MessageState.QUEUED)
    withheld = []
    for message in waiting:
        verdict = judge(message)
        if isinstance(verdict, Withhold):
            message.state, message.problem = MessageState.WITHHELD, verdict.reason
            withheld.append(message)
    for message in withheld:
        with attributed(by=WATCH, via=Source.TASK):
            message.save(update_fields=("state", "problem"))
    return withheld


def resend(message_id: int, *, by: User) -> Message:
    """Queue a settled message once more; raises `NotSettled` on one that waits."""
    with attributed(by=by, via=Source.PAGE):
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
    current_app.send_task(DELIVERY, ignore_result=True, retry=False)
