"""Messages to a participant as pages show them: contact status, what is planned."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from enrollment.contact.facts import address_for, has_opted_out
from enrollment.vocabulary import MessageChannel, Signer
from record.casebook.models import Participant
from record.casebook.selectors import casebooks_of
from trial_edc.dates import SITE_TZ
from visits.reminders.facts import Reminder, at_site, is_in_hospital, reminders
from visits.reminders.rules import SuppressionReason
from visits.reminders.services.queue import (
    CONTACT,
    ReminderRecipient,
    channels_for,
    recipients_of,
    with_contacts,
)
from visits.reminders.vocabulary import Occasion
from visits.schedule.facts import schedule_of

AHEAD_DAYS = 30


@dataclass(frozen=True, slots=True)
class ComingMessage:
    """A message planned as the schedule stands today."""

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


def contact_status(recipient: ReminderRecipient) -> ContactStatus | None:
    consent = recipient.consent
    if consent is None:
        return None
    return ContactStatus(
        tuple(
            (
                MessageChannel(channel).label,
                address_for(recipient.casebook, consent, channel) is not None,
            )
            for channel in consent.channels
        ),
        Signer(consent.recipient).label,
        consent.language,
        has_opted_out(recipient.casebook, consent),
        is_in_hospital(recipient.casebook, recipient.plan),
    )


def coming_messages(recipient: ReminderRecipient) -> list[ComingMessage]:
    past_keys = {message.key for message in recipient.history}
    messages: dict[str, ComingMessage] = {}
    for days in range(AHEAD_DAYS + 1):
        day = recipient.plan.today + timedelta(days=days)
        moment = max(recipient.now, at_site(day))
        plan = schedule_of(
            recipient.casebook,
            moment,
            no_go_signed=recipient.plan.course.will_not_be_infused,
            on_record=recipient.plan.on_record,
        )
        for reminder in reminders(
            recipient.casebook, plan, moment, past_keys | set(messages)
        ):
            if (
                reminder.key not in past_keys
                and reminder.occasion != Occasion.OPT_OUT_DONE
            ):
                message = ComingMessage(
                    reminder.occasion, reminder.place, day, reminder.appointment_at
                )
                messages.setdefault(reminder.key, message)
    return list(messages.values())


def ward_reminders(
    people: Sequence[Participant],
) -> Iterator[tuple[Participant, Reminder]]:
    """Reminders of in-patients, who get no message: the ward tells them."""
    recipients = recipients_of(people)
    due = {pk: recipient.due() for pk, recipient in recipients.items()}
    to_remind = [person for person in people if due[person.pk]]
    contacts = casebooks_of(to_remind, (CONTACT,))
    for person in to_remind:
        recipient = with_contacts(recipients[person.pk], contacts[person.pk])
        for reminder in due[person.pk]:
            if recipient.consent and any(
                recipient.send_decision(reminder, channel).reason
                == SuppressionReason.IN_HOSPITAL
                for channel in channels_for(reminder, recipient.consent)
            ):
                yield person, reminder


def appointment_text(reminder: Reminder) -> str:
    at = reminder.appointment_at
    return f"{at.astimezone(SITE_TZ):%Y-%m-%d %H:%M}" if at else ""
