"""Messages of one participant as people see them."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.people import person
from tests.visits import stage
from tests.visits.reminders.outbox import (
    CONSENT,
    PHONE,
    at,
    book,
    out_patient,
    run_workers,
)
from trial_edc import clock
from visits.reminders.page import coming_messages, ward_reminders
from visits.reminders.services.queue import recipient_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("box")]


def plan_of(who):
    messages = coming_messages(recipient_of(who))
    today = stage.day(0)
    return [
        (message.occasion.value, message.place, (message.on - today).days)
        for message in messages
    ]


def response_for(role, who):
    client = Client()
    client.force_login(person(role))
    return client.get(reverse("visits:messages", args=[who.number]))


def test_what_comes_next_is_told_day_by_day():
    who = out_patient()
    assert plan_of(who) == [
        ("visit_open_call_to_book", "D28", 5),
        ("visit_overdue", "D28", 13),
    ]

    book(who, "D28", 9)

    assert plan_of(who) == [
        ("visit_upcoming", "D28", 6),
        ("visit_tomorrow", "D28", 8),
        ("visit_open_call_to_book", "D28", 11),
        ("visit_overdue", "D28", 13),
    ]


def test_the_page_shows_consent_plan_and_messages():
    who = out_patient()
    book(who, "D28", 9)
    run_workers(6)

    page = response_for("CO", who).content.decode()

    assert "Text message" in page
    assert "Appointment tomorrow" in page
    assert "your follow-up appointment at the Chinese PLA General Hospital" in page
    assert PHONE["number"] not in page


def test_without_consent_the_page_says_so():
    page = response_for("PI", stage.infused()).content.decode()

    assert "None given" in page


@pytest.mark.parametrize("role", ["BN", "MO", "DM", "BR", "UP", "SO", "AD"])
def test_others_see_no_messages_of_a_participant(role):
    assert response_for(role, stage.infused()).status_code in (403, 404)


def test_in_patients_are_told_in_the_ward():
    who = stage.infused(ago=20)  # no discharge is known
    stage.row(who, "CNS", {"decided_at": stage.days_ago(20), **CONSENT})
    stage.enter(who, "CTC", {"phones": [PHONE]})
    book(who, "D28", 1)
    stage.infused(2, ago=20)  # without consent to messages

    with clock.at(at(0)):
        ward = list(ward_reminders([who]))

    assert [(participant, reminder.occasion) for participant, reminder in ward] == [
        (who, "visit_tomorrow")
    ]
