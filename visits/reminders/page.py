"""Messages to participants as people see them: what comes next, whom to tell."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from enrollment.contact.facts import address_for, has_opted_out
from enrollment.vocabulary import MessageChannel, Signer
from record.casebook.models import Participant
from record.casebook.selectors import casebooks_of
from trial_edc.dates import SITE_ZONE
from visits.reminders.facts import Reminder, at_site, is_in_hospital, reminders
from visits.reminders.rules import SuppressionReason
from visits.reminders.services.queue import (
    CONTACT,
    ReminderRecipient,
    cases_of,
    channels_for,
    with_contacts,
)
from visits.reminders.vocabulary import Occasion
from visits.schedule.facts import schedule_of

AHEAD_DAYS = 30


@dataclass(frozen=True, slots=True)
class ComingMessage:
    """A message that is to come, as the plan stands today."""

    occasion: Occasion
    place: str
    on: date
    appointment_at: datetime | None


@dataclass(frozen=True, slots=True)
class ContactStatus:
    """Whether and how a participant may be written to now."""

    channels: tuple[tuple[str, bool], ...]  # and whether an address works
    recipient: str
    language: str
    has_opted_out: bool
    is_in_hospital: bool


def standing(case: ReminderRecipient) -> ContactStatus | None:
    """Return how the participant may be written to; None without consent."""
    consent = case.consent
    if consent is None:
        return None
    return ContactStatus(
        tuple(
            (
                MessageChannel(channel).label,
                address_for(case.casebook, consent, channel) is not None,
            )
            for channel in consent.channels
        ),
        Signer(consent.recipient).label,
        consent.language,
        has_opted_out(case.casebook, consent),
        is_in_hospital(case.casebook, case.plan),
    )


def coming(case: ReminderRecipient) -> list[ComingMessage]:
    """Return the messages of the next days, if nothing changes until then."""
    told = {message.key for message in case.history}
    found: dict[str, ComingMessage] = {}
    for days in range(AHEAD_DAYS + 1):
        day = case.plan.today + timedelta(days=days)
        moment = max(case.now, at_site(day))
        refused = case.plan.course.will_not_be_infused
        plan = schedule_of(case.casebook, moment, no_go_signed=refused)
        for one in reminders(case.casebook, plan, moment, told | set(found)):
            if one.key not in told and one.occasion != Occasion.OPT_OUT_DONE:
                line = ComingMessage(one.occasion, one.place, day, one.appointment_at)
                found.setdefault(one.key, line)
    return list(found.values())


def to_tell_in_ward(
    people: Sequence[Participant],
) -> Iterator[tuple[Participant, Reminder]]:
    """Yield what in-patients would be written about: the ward tells them instead."""
    cases = cases_of(people)
    due = {pk: case.due() for pk, case in cases.items()}
    wanted = [person for person in people if due[person.pk]]
    contacts = casebooks_of(wanted, (CONTACT,))
    for person in wanted:
        case = with_contacts(cases[person.pk], contacts[person.pk])
        for one in due[person.pk]:
            if case.consent and any(
                case.outcome(one, channel).ground == SuppressionReason.IN_HOSPITAL
                for channel in channels_for(one, case.consent)
            ):
                yield person, one


def appointment_words(one: Reminder) -> str:
    """Return date and time of the appointment, empty without one."""
    at = one.appointment_at
    return f"{at.astimezone(SITE_ZONE):%Y-%m-%d %H:%M}" if at else ""
