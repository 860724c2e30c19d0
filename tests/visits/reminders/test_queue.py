"""When reminders are queued, sent, and not sent again."""

from datetime import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from record.casebook.models import FormInstance, Participant
from record.notices.models import Message
from record.notices.services.outbox import resend
from tests.people import person
from tests.visits import stage
from tests.visits.reminders.outbox import (
    at,
    book,
    out_patient,
    outbox,
    run_workers,
)
from trial_edc import clock
from visits.reminders.services.queue import queue_due_reminders

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.verifies("REM-01"),
    pytest.mark.usefixtures("box"),
]


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
