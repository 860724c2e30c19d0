"""The check of a reminder at the moment it is sent."""

from django.conf import settings

from enrollment.contact.facts import ContactConsent, address_for
from record.notices.models import Message
from record.notices.send_checks import Defer, Send, SendVerdict, Withhold, send_check
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_
from visits.reminders.facts import Reminder
from visits.reminders.rules import Action, SuppressionReason
from visits.reminders.services.queue import ReminderRecipient, recipient_of
from visits.reminders.texts import text_of
from visits.reminders.vocabulary import Occasion

OUTDATED = N_("it is no longer right: the plan has changed, or its time has passed")


@send_check(*Occasion)
@implements("REM-01")
def check_reminder(message: Message) -> SendVerdict | None:
    """Send a message only if it would be queued now with the same words."""
    if message.participant is None:
        return None
    recipient = recipient_of(message.participant)
    due = {reminder.key: reminder for reminder in recipient.due(ignoring=message)}
    reminder = due.get(message.key)
    decision = recipient.send_decision(
        reminder or _original_reminder(message, recipient),
        message.channel,
        ignoring=message,
    )
    if decision.action == Action.SUPPRESS and decision.reason:
        return Withhold(decision.reason.label)
    consent = recipient.consent
    if (
        reminder is None
        or consent is None
        or not _is_as_written(message, reminder, consent)
    ):
        return Withhold(OUTDATED)
    if decision.action == Action.DEFER and decision.send_at:
        return Defer(decision.send_at, SuppressionReason.QUIET.label)
    address = address_for(recipient.casebook, consent, message.channel)
    return Send(address) if address else Withhold(SuppressionReason.NO_ADDRESS.label)


def _original_reminder(message: Message, recipient: ReminderRecipient) -> Reminder:
    visits = {f"{v.code}{v.number or ''}": v for v in recipient.plan.visits}
    visit = visits.get(message.visit)
    return Reminder(Occasion(message.occasion), message.key, recipient.now, visit)


def _is_as_written(
    message: Message, reminder: Reminder, consent: ContactConsent
) -> bool:
    text = text_of(reminder, message.language, phone=settings.SITE_PHONE)
    return message.language == consent.language and message.text == text
