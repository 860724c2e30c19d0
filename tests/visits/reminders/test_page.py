"""Messages of one participant as people see them."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.people import person
from tests.visits import stage
from tests.visits.reminders import test_queue as reminding
from tests.visits.reminders.test_queue import booked, out_patient, worked
from visits.reminders.page import coming, to_tell_in_ward
from visits.reminders.services.queue import case_of

pytestmark = pytest.mark.django_db
box = reminding.box


def planned(who):
    told = coming(case_of(who))
    today = stage.day(0)
    return [(one.occasion.value, one.place, (one.on - today).days) for one in told]


def shown(role, who):
    client = Client()
    client.force_login(person(role))
    return client.get(reverse("visits:messages", args=[who.number]))


def test_what_comes_next_is_told_day_by_day():
    who = out_patient()
    assert planned(who) == [
        ("visit_open_call_to_book", "D28", 5),
        ("visit_overdue", "D28", 13),
    ]

    booked(who, "D28", 9)

    assert planned(who) == [
        ("visit_upcoming", "D28", 6),
        ("visit_tomorrow", "D28", 8),
        ("visit_open_call_to_book", "D28", 11),
        ("visit_overdue", "D28", 13),
    ]


def test_the_page_shows_consent_plan_and_messages():
    who = out_patient()
    booked(who, "D28", 9)
    worked(6)

    page = shown("CO", who).content.decode()

    assert "Text message" in page
    assert "Appointment tomorrow" in page
    assert "your follow-up appointment at the Chinese PLA General Hospital" in page
    assert reminding.PHONE["number"] not in page


def test_without_consent_the_page_says_so():
    page = shown("PI", stage.infused()).content.decode()

    assert "None given" in page


@pytest.mark.parametrize("role", ["BN", "MO", "DM", "BR", "UP", "SO", "AD"])
def test_others_see_no_messages_of_a_participant(role):
    assert shown(role, stage.infused()).status_code in (403, 404)


def test_in_patients_are_told_in_the_ward():
    who = stage.infused(ago=20)  # no discharge is known
    stage.row(who, "CNS", {"decided_at": stage.days_ago(20), **reminding.CONSENT})
    stage.enter(who, "CTC", {"phones": [reminding.PHONE]})
    booked(who, "D28", 1)
    stage.infused(2, ago=20)  # without consent to messages

    with reminding.clock.at(reminding.at(0)):
        told = list(to_tell_in_ward([who]))

    assert [(one, reminder.occasion) for one, reminder in told] == [
        (who, "visit_tomorrow")
    ]
