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
    client = Client()
    client.force_login(person(role))
    return client.post(reverse("entry:open_form", args=[number, code])).status_code


def work(role: str) -> set[tuple[str, str, bool]]:
    return {(item.kind, item.text, item.is_late) for item in work_for(person(role))}


@pytest.mark.parametrize(
    ("role", "code", "answer"),
    [("CO", "DTH", 302), ("CO", "EOS", 302), ("CO", "RAN", 404), ("MO", "DTH", 403)],
)
def test_death_and_end_of_study_are_opened_by_who_enters_forms(role, code, answer):
    participant = course.randomized()

    assert opened(role, participant.number, code) == answer
    created = FormInstance.objects.filter(
        participant=participant, code=code, status="not_started"
    )
    assert created.exists() is (answer == 302)


def test_opening_it_twice_opens_one(client):
    participant = course.randomized()
    client.force_login(person("IN"))
    address = reverse("entry:open_form", args=[participant.number, "DTH"])

    answers = {client.post(address).headers["Location"] for _time in range(2)}

    (form,) = course.forms(participant, "DTH")
    assert answers == {reverse("entry:form", args=[form.pk])}


def test_form_that_an_event_asks_for_stands_in_my_work():
    participant = course.randomized()
    course.row(participant, "CAL", {"result": "death_reported"})

    assert ("To record", "Death", False) in work("CO")
    assert ("To record", "Death", False) not in work("BN")


@pytest.mark.parametrize(
    ("due_in_days", "outcome", "is_expected"),
    [
        (0, "ongoing", True),
        (0, None, True),
        (1, "ongoing", False),
        (0, "live_birth", False),
        (0, "unknown", False),
    ],
)
def test_birth_is_asked_for_once_it_was_expected(due_in_days, outcome, is_expected):
    participant = course.randomized()
    expected = course.day(-due_in_days).isoformat()
    values = {"who": "partner", "partner_consented": "Y", "due_on": expected}
    course.row(participant, "PRG", {**values, "outcome": outcome})

    reminder = ("Pregnancy", "Outcome of the pregnancy", True)
    assert (reminder in work("CO")) is is_expected
