"""Messages to participants: what is queued, and what is asked before it leaves."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Exists, OuterRef

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
    awaits,
    has_withdrawn,
    is_in_hospital,
    reminders,
)
from visits.reminders.rules import (
    Action,
    SendDecision,
    Situation,
    SuppressionReason,
    outcome,
)
from visits.reminders.texts import TEXTS, subject_in, text_of
from visits.reminders.vocabulary import Occasion
from visits.schedule import selectors
from visits.schedule.facts import FORMS, Schedule, Visit

REMINDING = Process("reminders")
A_BATCH = 500  # participants held in memory
CONTACT = "CTC"
BY_PHONE = (Occasion.CONTACT_CHECK, Occasion.OPT_OUT_DONE)  # of it, and back to it
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ReminderRecipient:
    """A participant as reminders see one; `casebook` has CTC where it is needed."""

    participant: Participant
    casebook: Casebook
    plan: Schedule
    history: Sequence[Message]  # to this participant, however they went
    now: datetime

    @property
    def consent(self) -> ContactConsent | None:
        return contact_consent(self.casebook)

    def due(self, *, besides: Message | None = None) -> tuple[Reminder, ...]:
        """Return what is right now; `besides` a message that is about to leave."""
        left = [one for one in self.history if one.times_sent and one != besides]
        return reminders(self.casebook, self.plan, self.now, {one.key for one in left})

    def outcome(
        self, one: Reminder, channel: str, *, besides: Message | None = None
    ) -> SendDecision:
        return outcome(self.now, self._situation(one, channel, besides))

    def _situation(
        self, one: Reminder, channel: str, besides: Message | None
    ) -> Situation:
        consent, is_answer = self.consent, one.occasion == Occasion.OPT_OUT_DONE
        told = consent is not None and channel in consent.channels
        address = consent and address_for(self.casebook, consent, channel)
        stopped = consent is not None and has_opted_out(self.casebook, consent)
        return Situation(
            has_consent=told,
            has_opted_out=stopped and not is_answer,
            has_died=self.plan.course.death_on is not None,
            has_withdrawn=has_withdrawn(self.casebook, self.plan),
            visit_status=_status(one.visit),
            is_in_hospital=not is_answer and is_in_hospital(self.casebook, self.plan),
            has_address=bool(address),
            sent_for_visit=self._sent_for(one.place, channel, besides),
        )

    def _sent_for(self, place: str, channel: str, besides: Message | None) -> int:
        """Count what reached the participant about a visit, or is about to."""
        return sum(
            one.times_sent + (one.state == MessageState.SENDING and one != besides)
            for one in self.history
            if place and (one.visit, one.channel) == (place, channel)
        )


def _status(visit: Visit | None) -> VisitStatus | None:
    if visit and visit.code == VisitCode.UNSCHEDULED:
        return VisitStatus.UPCOMING if awaits(visit) else VisitStatus.DONE
    return visit.status if visit else None


@implements("REM-01")
def queue_due_reminders() -> int:
    """Queue what is right now for everybody; return how many messages are new.

    In batches of participants, each in statements fixed in number. Safe to repeat, and
    late: what was right last week and is no more is not queued.
    """
    if not settings.SITE_PHONE:
        log.error("SITE_PHONE is not set: no reminder can tell whom to call.")
        return 0
    return sum(queue_for(people) for people in batches())


def batches() -> Iterator[list[Participant]]:
    """Return everybody randomised who ever agreed to messages, some at a time."""
    given = InformedConsent.objects.filter(
        form__participant=OuterRef("pk"),
        form__struck_at=None,
        kind=ConsentKind.CONTACT,
        decision=ConsentDecision.GIVEN,
    )
    randomised = FormInstance.objects.filter(participant=OuterRef("pk"), code="RAN")
    reached = Participant.objects.filter(Exists(given), Exists(randomised))
    last = 0
    while batch := list(reached.filter(pk__gt=last).order_by("pk")[:A_BATCH]):
        yield batch
        last = batch[-1].pk


def confirm_opt_out(participant: Participant) -> None:
    """Queue the one message that says that there will be no more."""
    case = case_of(participant)
    due = [one for one in case.due() if one.occasion == Occasion.OPT_OUT_DONE]
    notices.queue_all(list(_messages(case, due)))


def queue_for(people: Sequence[Participant]) -> int:
    """Queue what is right now for these participants; return how many are new."""
    cases = cases_of(people)
    due = {pk: case.due() for pk, case in cases.items()}
    wanted = [person for person in people if due[person.pk]]
    contacts = casebooks_of(wanted, (CONTACT,))
    new: list[Message] = []
    anew: list[Message] = []
    for person in wanted:
        case = with_contacts(cases[person.pk], contacts[person.pk])
        for message in _messages(case, due[person.pk]):
            (anew if message.pk else new).append(message)
    with attributed(by=REMINDING, via=Source.TASK):
        notices.queue_all(new)
        notices.requeue_withheld(anew)
    return len(new) + len(anew)


def cases_of(people: Sequence[Participant]) -> dict[int, ReminderRecipient]:
    """Return participants as reminders see them, without CTC; statements are fixed."""
    casebooks, now = casebooks_of(people, FORMS), clock.now()
    plans = selectors.schedules_of(people, casebooks)
    history: dict[int, list[Message]] = {person.pk: [] for person in people}
    for message in Message.objects.filter(participant__in=people).defer("text"):
        history[message.participant_id].append(message)  # type: ignore[index]
    return {
        one.pk: ReminderRecipient(
            one, casebooks[one.pk], plans[one.pk], history[one.pk], now
        )
        for one in people
    }


def case_of(participant: Participant) -> ReminderRecipient:
    """Return one participant as reminders see one, with CTC."""
    casebook = casebook_of(participant, *FORMS, CONTACT)
    plan = selectors.schedules_of([participant], {participant.pk: casebook})
    history = list(Message.objects.filter(participant=participant).defer("text"))
    return ReminderRecipient(
        participant, casebook, plan[participant.pk], history, clock.now()
    )


def with_contacts(case: ReminderRecipient, contacts: Casebook) -> ReminderRecipient:
    form_data = [data for code in FORMS for data in case.casebook.rows(code)]
    casebook = Casebook.of([*form_data, *contacts.rows(CONTACT)])
    return ReminderRecipient(
        case.participant, casebook, case.plan, case.history, case.now
    )


def _messages(case: ReminderRecipient, due: Iterable[Reminder]) -> Iterator[Message]:
    """Return the messages that may go and are not there, or were withheld before."""
    consent = case.consent
    if consent is None:
        return
    known = {(one.key, one.channel): one for one in case.history}
    for one in due:
        for channel in channels_for(one, consent):
            if case.outcome(one, channel).action == Action.SUPPRESS:
                continue
            held = known.get((one.key, channel))
            if held is None or held.state == MessageState.WITHHELD:
                yield _written(held or Message(), case, one, channel)


def channels_for(one: Reminder, consent: ContactConsent) -> tuple[str, ...]:
    """Return the ways by which a message goes; some only to the telephone itself."""
    if one.occasion not in BY_PHONE:
        return consent.channels
    return tuple(way for way in consent.channels if way == MessageChannel.SMS)


def _written(
    message: Message, case: ReminderRecipient, one: Reminder, channel: str
) -> Message:
    """Write a message, or one withheld before anew, with what is right now."""
    language = case.consent.language if case.consent else settings.LANGUAGE_CODE
    found = case.outcome(one, channel)
    waits = found.action == Action.DEFER
    columns = {
        "participant": case.participant,
        "occasion": one.occasion,
        "key": one.key,
        "channel": channel,
        "visit": one.place,
        "language": language,
        "template_version": TEXTS.version,
        "subject": subject_in(language),
        "text": text_of(one, language, phone=settings.SITE_PHONE),
        "not_before": found.send_at if waits else None,
        "problem": SuppressionReason.QUIET.label if waits else "",
    }
    for name, value in columns.items():
        setattr(message, name, value)
    return message
