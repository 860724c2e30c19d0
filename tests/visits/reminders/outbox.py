"""Discharged participants, appointments, and the messages that workers send."""

from datetime import datetime, time, timedelta

from record.notices.models import Message
from record.notices.services.delivery import deliver_due
from tests.visits import stage
from trial_edc import clock
from trial_edc.dates import SITE_TZ
from visits.reminders.tasks import queue_reminders

CONSENT = {
    "kind": "contact",
    "decision": "given",
    "channel": ["sms"],
    "recipient": "participant",
    "message_language": "en",
}
PHONE = {"number": "+86 138-0000-1234", "owner": "participant", "works": "Y"}
NOON = time(12)


def at(days, hour=NOON):
    """An instant so many days from today, at an hour of the site."""
    return datetime.combine(stage.day(-days), hour, SITE_TZ)


def out_patient(number=1, *, ago=20, contact=None, phone=None, email=None):
    """A discharged participant with consent to messages, infused so many days ago."""
    who = stage.infused(number, ago=ago)
    stay = {"kind": "hospital", "hospital": "ours", "in_at": stage.days_ago(ago + 3)}
    stage.row(who, "STY", {**stay, "out_at": stage.days_ago(ago - 12)})
    consent = {"decided_at": stage.days_ago(ago), **CONSENT, **(contact or {})}
    stage.row(who, "CNS", consent)
    contacts = {"phones": [PHONE | (phone or {})], "email": email}
    stage.enter(who, "CTC", contacts)
    return who


def book(who, visit, days, hour=time(9, 30)):
    """Make an appointment for a visit so many days from today."""
    return stage.enter(who, "VIS", {"appointment_at": at(days, hour)}, visit=visit)


def run_workers(days, hour=NOON, minutes=0):
    """Run beat and worker at an instant; return how many messages were queued."""
    with clock.at(at(days, hour) + timedelta(minutes=minutes)):
        queued = queue_reminders()
        deliver_due()
    return queued


def outbox():
    messages = Message.objects.order_by("pk")
    return list(messages.values_list("occasion", "state", "problem"))
