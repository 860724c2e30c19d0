"""Queue messages, withhold outdated ones, send finished ones once more."""

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext, override

from record.accounts.models import User
from record.accounts.roles import BlindingClass
from record.audit.attribution import Process, Source, attributed
from record.audit.models import Confidentiality
from record.casebook.models import Participant
from record.casebook.services.form_instances import hidden_key
from record.notices.models import Message, MessageState
from record.notices.send_checks import Withhold, verdict_on
from trial_edc import clock
from trial_edc.background import request_task

FINISHED = (MessageState.SENT, MessageState.FAILED, MessageState.WITHHELD)
NOTICES = Process("notices")
DELIVERY = "record.notices.tasks.deliver_queued"
REWRITTEN_COLUMNS = (
    "subject",
    "text",
    "language",
    "template_version",
    "not_before",
    "problem",
)


class NotFinished(Exception):
    """The message is on its way already."""


def queue(
    *,
    occasion: str,
    key: str,
    to: Iterable[User],
    subject: str,
    text: str,
    details: Mapping[str, object] | None = None,
    address: str = "",
) -> list[Message]:
    """Put a message for each person into the outbox; the same key queues it once.

    It goes to the address that each account has when it leaves, or to `address`.

    It is written in the language of each person: subject and text are marked for
    translation and not translated yet. Call it inside the attributed transaction of
    what the message reports.
    """
    queued = []
    for person in to:
        message, is_new = Message.objects.get_or_create(
            recipient=person,
            key=key,
            defaults={
                "occasion": occasion,
                "address": address,
                "subject": " ".join(_written(person, subject, details).split()),
                "text": _written(person, text, details),
                **_key_of_message_to(person),
            },
        )
        if is_new:
            queued.append(message)
    if queued:
        _deliver_after_commit()
    return queued


def _key_of_message_to(person: User) -> dict[str, int]:
    """Drawn by chance for a reader whose messages blinded people must not count."""
    is_hidden = person.blinding == BlindingClass.UNBLINDED
    return hidden_key(Confidentiality.RESTRICTED if is_hidden else Confidentiality.OPEN)


def _written(person: User, text: str, details: Mapping[str, object] | None) -> str:
    with override(person.written_language):
        return gettext(text) if details is None else gettext(text) % details


def queue_all(messages: Sequence[Message]) -> None:
    """Put messages into the outbox, two statements for any number of them.

    An existing one of the same person, occasion and channel stays as it is. Call it
    inside an attributed transaction.
    """
    for message in messages:
        if message.recipient:
            message.pk = _key_of_message_to(message.recipient).get("id")
    if messages:
        Message.objects.bulk_create(messages, ignore_conflicts=True)
        _deliver_after_commit()


def requeue_withheld(messages: Sequence[Message]) -> None:
    """Queue withheld messages again, with their present texts.

    What was withheld can become right after all, when what stopped it was entered by
    mistake. Call it inside an attributed transaction.
    """
    keys = [message.pk for message in messages]
    withheld = Message.objects.filter(pk__in=keys, state=MessageState.WITHHELD)
    withheld_keys = set(withheld.select_for_update().values_list("pk", flat=True))
    queued = [message for message in messages if message.pk in withheld_keys]
    for message in queued:
        message.state, message.attempts = MessageState.QUEUED, 0
    if queued:
        Message.objects.bulk_update(queued, ("state", "attempts", *REWRITTEN_COLUMNS))
        _deliver_after_commit()


def withhold_outdated(participant: Participant) -> list[Message]:
    waiting = Message.objects.filter(participant=participant, state=MessageState.QUEUED)
    withheld = []
    for message in waiting:
        verdict = verdict_on(message)
        if isinstance(verdict, Withhold):
            message.state, message.problem = MessageState.WITHHELD, verdict.reason
            withheld.append(message)
    for message in withheld:
        with attributed(by=NOTICES, via=Source.TASK):
            message.save(update_fields=("state", "problem"))
    return withheld


def resend(message_id: int, *, by: User) -> Message:
    with attributed(by=by, via=Source.PAGE):
        message = Message.objects.select_for_update().get(pk=message_id)
        if message.state not in FINISHED:
            raise NotFinished
        message.state, message.attempts = MessageState.QUEUED, 0
        message.not_before, message.problem = None, ""
        message.save(update_fields=("state", "attempts", "not_before", "problem"))
        _deliver_after_commit()
    return message


def _deliver_after_commit() -> None:
    """Request delivery of a worker; a lost request costs a minute, until beat's own.

    Messages of a simulated past wait for beat.
    """
    if clock.moved_to() is None:
        request_task(DELIVERY)
