"""Forms that await an event: who opens them, and who is reminded of them."""

import pytest
from django.test import Client
from django.urls import reverse

from entry.worklist.selectors.work import work_for
from record.casebook.models import FormInstance
from tests.outcomes import course
from tests.people import person

pytestmark = pytest.mark.django_db


def opened(role: str, number: str, code: str) -> int:
    desk = Client()
    desk.force_login(person(role))
    return desk.post(reverse("entry:open_sheet", args=[number, code])).status_code


def work(role: str) -> set[tuple[str, str, bool]]:
    return {(one.kind, one.text, one.is_late) for one in work_for(person(role))}


@pytest.mark.parametrize(
    ("role", "code", "answer"),
    [("CO", "DTH", 302), ("CO", "EOS", 302), ("CO", "RAN", 404), ("MO", "DTH", 403)],
)
def test_death_and_end_of_study_are_opened_by_who_enters_forms(role, code, answer):
    who = course.randomized()

    assert opened(role, who.number, code) == answer
    hung = FormInstance.objects.filter(participant=who, code=code, status="not_started")
    assert hung.exists() is (answer == 302)


def test_opening_it_twice_opens_one(client):
    who = course.randomized()
    client.force_login(person("IN"))
    address = reverse("entry:open_sheet", args=[who.number, "DTH"])

    answers = {client.post(address).headers["Location"] for _time in range(2)}

    (form,) = course.forms(who, "DTH")
    assert answers == {reverse("entry:form", args=[form.pk])}


def test_form_that_an_event_asks_for_stands_in_my_work():
    who = course.randomized()
    course.row(who, "CAL", {"result": "death_reported"})

    assert ("To record", "Death", False) in work("CO")
    assert ("To record", "Death", False) not in work("BN")


@pytest.mark.parametrize(
    ("due_in_days", "outcome", "asked"),
    [
        (0, "ongoing", True),
        (0, None, True),
        (1, "ongoing", False),
        (0, "live_birth", False),
        (0, "unknown", False),
    ],
)
def test_birth_is_asked_for_once_it_was_expected(due_in_days, outcome, asked):
    who = course.randomized()
    expected = course.day(-due_in_days).isoformat()
    told = {"who": "partner", "partner_consented": "Y", "due_on": expected}
    course.row(who, "PRG", {**told, "outcome": outcome})

    reminder = ("Pregnancy", "Outcome of the pregnancy", True)
    assert (reminder in work("CO")) is asked
