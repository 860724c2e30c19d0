"""Who gets a reminder and when, and which are withheld."""

from datetime import datetime, time, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from record.audit.attribution import Reason, Source
from record.capture.services.forms import strike_row
from record.casebook.models import FormInstance, Participant
from record.notices.models import Message
from record.notices.services.delivery import deliver_due
from record.notices.services.outbox import resend
from tests.people import STAGE, person
from tests.record.notices.gateway import gateway
from tests.visits import stage
from trial_edc import clock
from trial_edc.dates import SITE_TZ
from visits.reminders.services.queue import queue_due_reminders
from visits.reminders.tasks import queue_reminders

pytestmark = [pytest.mark.django_db, pytest.mark.verifies("REM-01")]
MISTAKE = Reason("error", "wrong person")
CONSENT = {
    "kind": "contact",
    "decision": "given",
    "channel": ["sms"],
    "recipient": "participant",
    "message_language": "en",
}
PHONE = {"number": "+86 138-0000-1234", "owner": "participant", "works": "Y"}
NOON = time(12)


@pytest.fixture(autouse=True)
def box(settings):
    """Run a gateway; the site's telephone is set up."""
    settings.SITE_PHONE = "010-66887329"
    settings.PARTICIPANT_REPLY_TO = "clinic@example.org"
    with gateway() as server:
        settings.SMS_GATEWAY_URL = server.url
        yield server


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


def test_an_appointment_is_told_three_days_and_one_day_before(box):
    who = out_patient()  # the window of day 28 is from day 5 to day 11 from today
    book(who, "D28", 9)

    queued = [run_workers(day) for day in range(11)]

    assert queued == [0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0]
    on = stage.day(-9)
    stop = "Reply STOP to stop these messages."
    before = (
        "Reminder: your follow-up appointment at the Chinese PLA General Hospital is "
        f"on {on.day} {on:%B %Y} at 09:30. Please bring your appointment card. To "
        f"change it call 010-66887329. {stop}"
    )
    tomorrow = (
        f"Reminder: your follow-up appointment is tomorrow, {on.day} {on:%B %Y}, at "
        f"09:30. Questions? Call 010-66887329. {stop}"
    )
    assert [body["text"] for body in box.bodies] == [before, tomorrow]
    assert {body["to"] for body in box.bodies} == {"+8613800001234"}
    messages = Message.objects.values_list(
        "participant__number", "visit", "language", "template_version", "times_sent"
    )
    assert set(messages) == {(who.number, "D28", "en", "1", 1)}


def test_without_an_appointment_one_is_asked_to_book_and_later_missed(box):
    out_patient()

    queued = {day: run_workers(day) for day in (4, 5, 6, 11, 12, 13, 14, 19)}

    assert queued == {4: 0, 5: 1, 6: 0, 11: 0, 12: 0, 13: 1, 14: 0, 19: 0}
    assert [row[0] for row in outbox()] == [
        "visit_open_call_to_book",
        "visit_overdue",
    ]


def test_who_did_not_come_is_asked_to_book_anew():
    book(out_patient(), "D28", 6)

    queued = {day: run_workers(day) for day in (3, 5, 7, 8, 9)}

    assert queued == {3: 1, 5: 1, 7: 0, 8: 1, 9: 0}
    assert outbox()[-1] == ("visit_open_call_to_book", "sent", "")


def test_after_a_week_without_a_worker_only_what_is_still_right_is_sent(box):
    book(out_patient(), "D28", 6)
    book(out_patient(2), "D28", 9)

    assert run_workers(8) == 2  # the first did not come, the other comes tomorrow
    assert run_workers(8) == 0
    assert [row[0] for row in outbox()] == [
        "visit_open_call_to_book",
        "visit_tomorrow",
    ]
    assert len(box.bodies) == 2


def test_in_quiet_hours_a_message_waits_for_the_morning(box):
    book(out_patient(), "D28", 9)

    assert run_workers(6, time(21, 30)) == 1
    assert outbox() == [("visit_upcoming", "queued", "quiet hours")]
    run_workers(7, time(7, 59))
    assert box.bodies == []
    run_workers(7, time(8))
    assert outbox() == [("visit_upcoming", "sent", "")]


def test_an_evening_without_delivery_is_made_up_for_on_the_day():
    book(out_patient(), "D28", 9, time(15))

    assert run_workers(8, time(22)) == 1  # "tomorrow", which in the morning is wrong
    assert run_workers(9, time(8, 5)) == 1
    assert run_workers(9, time(10, 5)) == 0

    assert [row[:2] for row in outbox()] == [
        ("visit_tomorrow", "withheld"),
        ("visit_upcoming", "sent"),
    ]


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("death", "the participant has died"),
        ("withdrawal", "the participant has withdrawn"),
        ("opt-out", "the participant wants no messages"),
        ("refusal", "no consent to be written to"),
        ("visit", "the visit awaits nobody any more"),
    ],
)
def test_queued_message_is_withheld_at_once(box, what, reason):
    who = out_patient()
    book(who, "D28", 9)
    run_workers(6, time(22))

    end_reminders(who, what)

    assert outbox() == [("visit_upcoming", "withheld", reason)]
    run_workers(7, time(9))
    assert box.bodies == []


def end_reminders(who, what):
    match what:
        case "death":
            stage.enter(who, "DTH", {"death_on": stage.day(1).isoformat()})
        case "withdrawal":
            withdrawal = {"kind": "visits_lookup_allowed", "on": stage.day(0)}
            stage.row(who, "WDR", withdrawal)
        case "opt-out":
            stage.enter(who, "CTC", {"opted_out_at": clock.now()})
        case "refusal":
            refusal = {"kind": "contact", "decision": "refused"}
            stage.row(who, "CNS", {**refusal, "decided_at": clock.now()})
        case "visit":
            stage.attend(who, "D28", ago=0, window_reason="site")


def test_withdrawal_from_infusion_only_keeps_the_reminders():
    who = out_patient()
    book(who, "D28", 9)
    stage.row(who, "WDR", {"kind": "infusion_only", "on": stage.day(1)})

    run_workers(6)

    assert outbox() == [("visit_upcoming", "sent", "")]


def test_a_death_entered_by_mistake_lets_messages_go_on(box):
    who = out_patient()
    book(who, "D28", 9)
    run_workers(6, time(22))
    death = stage.enter(who, "DTH", {"death_on": stage.day(1).isoformat()})
    strike_row(death, by=STAGE, reason=MISTAKE, via=Source.COMMAND)

    assert run_workers(7) == 1
    assert outbox() == [("visit_upcoming", "sent", "")]
    assert len(box.bodies) == 1


def test_another_appointment_replaces_the_message():
    who = out_patient()
    form = book(who, "D28", 9)
    run_workers(6, time(22))

    stage.change(form, appointment_at=at(10, time(14)))
    assert run_workers(7, time(9)) == 0
    assert run_workers(7, time(10)) == 1

    states = [(occasion, state) for occasion, state, _problem in outbox()]
    assert states == [("visit_upcoming", "withheld"), ("visit_upcoming", "sent")]


def test_nobody_is_written_to_more_than_three_times_about_a_visit():
    who = out_patient()
    form = book(who, "D28", 6)
    run_workers(3)
    run_workers(5)
    stage.change(form, appointment_at=at(9))

    assert [run_workers(6), run_workers(8)] == [1, 0]
    with clock.at(at(9, time(9))):
        resend(Message.objects.latest("pk").pk, by=person("CO"))
    run_workers(9, time(9, 1))

    assert outbox()[-1] == (
        "visit_upcoming",
        "withheld",
        "enough messages for this visit",
    )


def test_an_in_patient_is_not_written_to():
    who = stage.infused(ago=20)  # no discharge is known
    stage.row(who, "CNS", {"decided_at": stage.days_ago(20), **CONSENT})
    stage.enter(who, "CTC", {"phones": [PHONE]})
    book(who, "D28", 9)

    assert run_workers(6) == 0
    values = {"kind": "hospital", "hospital": "ours", "in_at": stage.days_ago(21)}
    stay = stage.row(who, "STY", values)
    assert run_workers(6) == 0
    stage.change(stay, out_at=stage.days_ago(10))
    assert run_workers(6) == 1


def test_a_readmission_stops_what_waits():
    who = out_patient()
    book(who, "D28", 9)
    run_workers(6, time(22))
    stay = {"kind": "hospital", "hospital": "ours", "in_at": stage.days_ago(0.1)}
    stage.row(who, "STY", stay)

    run_workers(7, time(9))

    assert outbox() == [
        (
            "visit_upcoming",
            "withheld",
            "in hospital: the ward tells the participant",
        )
    ]


@pytest.mark.parametrize(
    "phone", [{"works": "N"}, {"owner": "representative"}, {"owner": "relative"}]
)
def test_only_a_number_of_the_recipient_that_works_is_used(phone):
    book(out_patient(phone=phone), "D28", 9)

    assert run_workers(6) == 0


def test_a_representative_may_be_the_recipient(box):
    contact = {"recipient": "representative", "message_language": "zh"}
    who = out_patient(contact=contact, phone={"owner": "representative"})
    book(who, "D28", 9)

    run_workers(8)

    assert box.bodies[0]["text"].startswith("提醒您：您的随访预约在明天")


def test_both_ways_may_be_chosen(box):
    contact = {"channel": ["sms", "email"]}
    book(out_patient(contact=contact, email="li@example.org"), "D28", 9)

    assert run_workers(6) == 2
    (letter,) = mail.outbox
    assert (letter.subject, letter.to, letter.reply_to) == (
        "Reminder",
        ["li@example.org"],
        ["clinic@example.org"],
    )
    stop = "<mailto:clinic@example.org?subject=STOP>"
    assert letter.extra_headers == {"List-Unsubscribe": stop}
    assert letter.body == box.bodies[0]["text"]


def test_consent_given_anew_ends_an_opt_out():
    who = out_patient()
    book(who, "D28", 9)
    stage.enter(who, "CTC", {"opted_out_at": stage.days_ago(2)})
    assert run_workers(6) == 0

    stage.row(who, "CNS", {"decided_at": stage.days_ago(1), **CONSENT})

    assert run_workers(6) == 1


def test_an_unscheduled_visit_is_told_as_a_test_the_day_before(box):
    who = out_patient()
    form = stage.enter(who, "VIS", {"appointment_at": at(2)}, visit="UNS")
    FormInstance.objects.filter(pk=form.pk).update(visit_number=0)

    assert [run_workers(day) for day in (0, 1, 2)] == [0, 1, 0]
    assert "a blood and urine test is planned" in box.bodies[0]["text"]


def test_some_days_after_discharge_one_is_told_whom_to_call():
    out_patient(ago=13)  # discharged a day ago

    assert run_workers(0) == 1
    assert run_workers(1) == 0
    assert outbox() == [("emergency_note", "sent", "")]


def test_before_month_3_the_number_is_checked_once_and_only_by_it(box):
    contact = {"channel": ["sms", "email"]}
    out_patient(ago=64, contact=contact, email="li@example.org")

    run_workers(0)
    run_workers(1)

    messages = [
        message
        for message in Message.objects.all()
        if message.occasion == "contact_check"
    ]
    assert [
        (message.channel, message.state, message.visit) for message in messages
    ] == [("sms", "sent", "")]


def test_without_a_telephone_of_the_site_nothing_is_queued(settings, caplog):
    book(out_patient(), "D28", 9)
    settings.SITE_PHONE = ""

    assert run_workers(6) == 0
    assert "SITE_PHONE" in caplog.text


def test_the_scan_takes_the_same_statements_for_one_and_for_many():
    counts = []
    for number in (1, 6):
        for n in range(number):
            book(out_patient(10 * number + n), "D28", 9)
        with clock.at(at(6)), CaptureQueriesContext(connection) as statements:
            queue_due_reminders()
        counts.append(len(statements))

    assert counts[0] == counts[1]
    assert Message.objects.count() == 7


def test_batches_miss_nobody(monkeypatch):
    monkeypatch.setattr("visits.reminders.services.queue.BATCH_SIZE", 2)
    for number in range(1, 6):
        book(out_patient(number), "D28", 9)
    stage.infused(9)

    with clock.at(at(6)):
        assert queue_due_reminders() == 5

    reached = Message.objects.values_list("participant__sequence", flat=True)
    assert sorted(reached) == list(range(1, 6))
    assert Participant.objects.count() == 6
