"""What is checked once more when a message to a participant is about to leave."""

from django.conf import settings

from enrollment.contact.facts import ContactConsent, address_for
from record.notices.models import Message
from record.notices.send_checks import Defer, Send, SendVerdict, Withhold, send_check
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_
from visits.reminders.facts import Reminder
from visits.reminders.rules import Action, SuppressionReason
from visits.reminders.services.queue import ReminderRecipient, case_of
from visits.reminders.texts import text_of
from visits.reminders.vocabulary import Occasion

OUTDATED = N_("it is no longer right: the plan has changed, or its time has passed")


@send_check(*Occasion)
@implements("REM-01")
def still_right(message: Message) -> SendVerdict | None:
    """Send what would be queued now just as it is; withhold anything else."""
    if message.participant is None:
        return None
    case = case_of(message.participant)
    due = {one.key: one for one in case.due(besides=message)}
    one = due.get(message.key)
    found = case.outcome(one or _past(message, case), message.channel, besides=message)
    if found.action == Action.SUPPRESS and found.ground:
        return Withhold(found.ground.label)
    consent = case.consent
    if one is None or consent is None or not _is_as_written(message, one, consent):
        return Withhold(OUTDATED)
    if found.action == Action.DEFER and found.send_at:
        return Defer(found.send_at, SuppressionReason.QUIET.label)
    address = address_for(case.casebook, consent, message.channel)
    return Send(address) if address else Withhold(SuppressionReason.NO_ADDRESS.label)


def _past(message: Message, case: ReminderRecipient) -> Reminder:
    """Return what a message reminded of, to tell the true ground of withholding it."""
    visits = {f"{one.code}{one.number or ''}": one for one in case.plan.visits}
    visit = visits.get(message.visit)
    return Reminder(Occasion(message.occasion), message.key, case.now, visit)


def _is_as_written(message: Message, one: Reminder, consent: ContactConsent) -> bool:
    text = text_of(one, message.language, phone=settings.SITE_PHONE)
    return message.language == consent.language and message.text == text
