"""Reminders to participants: which are due, and how they are queued."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Exists, OuterRef
from structlog.stdlib import get_logger

from enrollment.contact.facts import (
    ContactConsent,
    address_for,
    contact_consent,
    has_opted_out,
)
from enrollment.models import InformedConsent
from enrollment.vocabulary import ConsentDecision, ConsentKind, MessageChannel
from record.audit.attribution import Process, Source, attributed
from record.casebook.form_data import Casebook
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import casebook_of, casebooks_of
from record.notices.models import Message, MessageState
from record.notices.services import outbox as notices
from trial_edc import clock
from trial_edc.requirements import implements
from trial_edc.vocabulary import VisitCode, VisitStatus
from visits.reminders.facts import (
    Reminder,
    has_withdrawn,
    is_awaited,
    is_in_hospital,
    reminders,
)
from visits.reminders.rules import (
    Action,
    SendDecision,
    Situation,
    SuppressionReason,
    send_decision,
)
from visits.reminders.texts import TEXTS, subject_in, text_of
from visits.reminders.vocabulary import Occasion
from visits.schedule import selectors
from visits.schedule.facts import FORMS, Schedule, Visit

REMINDER_PROCESS = Process("reminders")
BATCH_SIZE = 500  # participants in memory at once
CONTACT = "CTC"
# About the telephone number, or in answer to it.
SMS_ONLY = (Occasion.CONTACT_CHECK, Occasion.OPT_OUT_DONE)
log = get_logger(__name__)


@dataclass(frozen=True)
class ReminderRecipient:
    """A participant with what decides on reminders; `casebook` may lack CTC."""

    participant: Participant
    casebook: Casebook
    plan: Schedule
    history: Sequence[Message]  # to this participant, however they went
    now: datetime

    @property
    def consent(self) -> ContactConsent | None:
        return contact_consent(self.casebook)

    def due(self, *, ignoring: Message | None = None) -> tuple[Reminder, ...]:
        """The reminders due now; `ignoring` a message that is about to leave."""
        sent_keys = {
            message.key
            for message in self.history
            if message.times_sent and message != ignoring
        }
        return reminders(self.casebook, self.plan, self.now, sent_keys)

    def send_decision(
        self, reminder: Reminder, channel: str, *, ignoring: Message | None = None
    ) -> SendDecision:
        return send_decision(self.now, self._situation(reminder, channel, ignoring))

    def _situation(
        self, reminder: Reminder, channel: str, ignoring: Message | None
    ) -> Situation:
        consent, is_answer = self.consent, reminder.occasion == Occasion.OPT_OUT_DONE
        is_consented = consent is not None and channel in consent.channels
        address = consent and address_for(self.casebook, consent, channel)
        stopped = consent is not None and has_opted_out(self.casebook, consent)
        return Situation(
            has_consent=is_consented,
            has_opted_out=stopped and not is_answer,
            has_died=self.plan.course.death_on is not None,
            has_withdrawn=has_withdrawn(self.casebook, self.plan),
            visit_status=_status(reminder.visit),
            is_in_hospital=not is_answer and is_in_hospital(self.casebook, self.plan),
            has_address=bool(address),
            sent_for_visit=self._sent_for(reminder.place, channel, ignoring),
        )

    def _sent_for(self, place: str, channel: str, ignoring: Message | None) -> int:
        return sum(
            message.times_sent
            + (message.state == MessageState.SENDING and message != ignoring)
            for message in self.history
            if place and (message.visit, message.channel) == (place, channel)
        )


def _status(visit: Visit | None) -> VisitStatus | None:
    if visit and visit.code == VisitCode.UNSCHEDULED:
        return VisitStatus.UPCOMING if is_awaited(visit) else VisitStatus.DONE
    return visit.status if visit else None


@implements("REM-01")
def queue_due_reminders() -> int:
    """Queue the reminders due for everybody; return how many messages are new.

    Each batch of participants takes the same number of statements. Safe to repeat, and
    to run late: what was due last week and is no longer right is not queued.
    """
    if not settings.SITE_PHONE:
        log.error("SITE_PHONE is not set: no reminder can tell whom to call.")
        return 0
    return sum(queue_reminders_for(people) for people in participant_batches())


def participant_batches() -> Iterator[list[Participant]]:
    consents = InformedConsent.objects.filter(
        form__participant=OuterRef("pk"),
        form__struck_at=None,
        kind=ConsentKind.CONTACT,
        decision=ConsentDecision.GIVEN,
    )
    randomizations = FormInstance.objects.filter(participant=OuterRef("pk"), code="RAN")
    participants = Participant.objects.filter(Exists(consents), Exists(randomizations))
    last_key = 0
    while batch := list(
        participants.filter(pk__gt=last_key).order_by("pk")[:BATCH_SIZE]
    ):
        yield batch
        last_key = batch[-1].pk


def confirm_opt_out(participant: Participant) -> None:
    recipient = recipient_of(participant)
    due = [
        reminder
        for reminder in recipient.due()
        if reminder.occasion == Occasion.OPT_OUT_DONE
    ]
    notices.queue_all(list(_messages(recipient, due)))


def queue_reminders_for(participants: Sequence[Participant]) -> int:
    """Queue the reminders due; return how many messages are new or queued again."""
    recipients = recipients_of(participants)
    due = {pk: recipient.due() for pk, recipient in recipients.items()}
    to_remind = [participant for participant in participants if due[participant.pk]]
    contacts = casebooks_of(to_remind, (CONTACT,))
    new: list[Message] = []
    rewritten: list[Message] = []
    for participant in to_remind:
        recipient = with_contacts(recipients[participant.pk], contacts[participant.pk])
        for message in _messages(recipient, due[participant.pk]):
            (rewritten if message.pk else new).append(message)
    with attributed(by=REMINDER_PROCESS, via=Source.TASK):
        notices.queue_all(new)
        notices.requeue_withheld(rewritten)
    return len(new) + len(rewritten)


def recipients_of(participants: Sequence[Participant]) -> dict[int, ReminderRecipient]:
    """Recipients by key, without CTC; the number of statements is fixed."""
    casebooks, now = casebooks_of(participants, FORMS), clock.now()
    plans = selectors.schedules_of(participants, casebooks)
    history: dict[int, list[Message]] = {
        participant.pk: [] for participant in participants
    }
    for message in Message.objects.filter(participant__in=participants).defer("text"):
        history[message.participant_id].append(message)  # type: ignore[index]
    return {
        participant.pk: ReminderRecipient(
            participant,
            casebooks[participant.pk],
            plans[participant.pk],
            history[participant.pk],
            now,
        )
        for participant in participants
    }


def recipient_of(participant: Participant) -> ReminderRecipient:
    casebook = casebook_of(participant, *FORMS, CONTACT)
    plan = selectors.schedules_of([participant], {participant.pk: casebook})
    history = list(Message.objects.filter(participant=participant).defer("text"))
    return ReminderRecipient(
        participant, casebook, plan[participant.pk], history, clock.now()
    )


def with_contacts(
    recipient: ReminderRecipient, contacts: Casebook
) -> ReminderRecipient:
    form_data = [data for code in FORMS for data in recipient.casebook.rows(code)]
    casebook = Casebook.of([*form_data, *contacts.rows(CONTACT)])
    return ReminderRecipient(
        recipient.participant,
        casebook,
        recipient.plan,
        recipient.history,
        recipient.now,
    )


def _messages(
    recipient: ReminderRecipient, due: Iterable[Reminder]
) -> Iterator[Message]:
    consent = recipient.consent
    if consent is None:
        return
    stored = {(message.key, message.channel): message for message in recipient.history}
    for reminder in due:
        for channel in channels_for(reminder, consent):
            if recipient.send_decision(reminder, channel).action == Action.SUPPRESS:
                continue
            message = stored.get((reminder.key, channel))
            if message is None or message.state == MessageState.WITHHELD:
                yield _write(message or Message(), recipient, reminder, channel)


def channels_for(reminder: Reminder, consent: ContactConsent) -> tuple[str, ...]:
    """The channels of a reminder; some go only by text message."""
    if reminder.occasion not in SMS_ONLY:
        return consent.channels
    return tuple(
        channel for channel in consent.channels if channel == MessageChannel.SMS
    )


def _write(
    message: Message, recipient: ReminderRecipient, reminder: Reminder, channel: str
) -> Message:
    language = (
        recipient.consent.language if recipient.consent else settings.LANGUAGE_CODE
    )
    decision = recipient.send_decision(reminder, channel)
    is_deferred = decision.action == Action.DEFER
    values = {
        "participant": recipient.participant,
        "occasion": reminder.occasion,
        "key": reminder.key,
        "channel": channel,
        "visit": reminder.place,
        "language": language,
        "template_version": TEXTS.version,
        "subject": subject_in(language),
        "text": text_of(reminder, language, phone=settings.SITE_PHONE),
        "not_before": decision.send_at if is_deferred else None,
        "problem": SuppressionReason.QUIET.label if is_deferred else "",
    }
    for name, value in values.items():
        setattr(message, name, value)
    return message
