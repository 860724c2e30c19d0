"""How many statements the pages take, the same for one participant and for many.

SELECT, INSERT, UPDATE and DELETE outside session handling, as the requirements count.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enrollment.screening import services as screening
from record.audit.attribution import Source, attributed
from record.casebook.models import FormInstance, Participant
from record.casebook.services.form_instances import ensure_form
from tests.people import STAGE, person
from tests.randomization.stage import open_study, randomized_participant
from trial_edc import clock

pytestmark = pytest.mark.django_db
COUNTED = ("SELECT", "INSERT", "UPDATE", "DELETE")
# The actor travels with the first statement of a transaction.
TOLD = re.compile(r"SET LOCAL audit\.context = E?'(?:[^']|'')*'; ")
WRITES = ("INSERT", "UPDATE", "DELETE")
OPEN_FORM, SAVE_FORM, CASEBOOK, MATRIX = 12, 20, 15, 12


class Statements(list[str]):
    """The counted statements of a block."""

    @property
    def writes(self) -> list[str]:
        return [sql for sql in self if sql.startswith(WRITES)]


@contextmanager
def counted() -> Iterator[Statements]:
    statements = Statements()
    with CaptureQueriesContext(connection) as captured:
        yield statements
    texts = [TOLD.sub("", query["sql"]).strip() for query in captured.captured_queries]
    statements += [
        sql for sql in texts if sql.startswith(COUNTED) and "django_session" not in sql
    ]


def signed_in(role: str = "CO") -> Client:
    """Return a client whose session has been used already."""
    client = Client()
    client.force_login(person(role, username=f"reader-{role.lower()}"))
    client.get(reverse("entry:matrix"))
    return client


def sample(number: int = 1) -> FormInstance:
    with attributed(by=STAGE, via=Source.COMMAND):
        person_ = Participant.objects.create(number=f"S-{number:03}X", sequence=number)
        return ensure_form(person_, "ZZA", visit="ZZZ")


def test_opening_a_form():
    form, client = sample(), signed_in()

    with counted() as statements:
        answer = client.get(reverse("entry:form", args=[form.pk]))

    assert answer.status_code == 200
    assert len(statements) <= OPEN_FORM, statements
    assert statements.writes == []


def test_saving_a_form():
    form, client = sample(), signed_in()
    taken_at = f"{clock.now() - timedelta(days=1):%Y-%m-%d %H:%M}"
    values = {
        "based_on": 0,
        "save_as": "complete",
        "taken_at": taken_at,
        "weight_kg": "70",
        "creatinine": "80",
        "creatinine__unit": "umol/L",
        "interrupted": "N",
        "places__shown": "1",
        "pauses__rows": "0",
    }

    with counted() as statements:
        answer = client.post(reverse("entry:form", args=[form.pk]), values)

    assert answer.status_code == 302
    assert len(statements) <= SAVE_FORM, statements


def test_matrix_for_one_and_for_thirty_participants():
    enrol = {"source": "icu", "age_years": 50, "sex": "M"}
    client = signed_in()
    coordinator = person("CO", username="enroller")

    def approach() -> None:
        at = clock.now() - timedelta(hours=1)
        screening.register_person(by=coordinator, approached_at=at, **enrol)

    approach()
    with counted() as single:
        client.get(reverse("entry:matrix"))
    for _person in range(29):
        approach()
    with counted() as thirty:
        answer = client.get(reverse("entry:matrix"))

    assert len(answer.context["rows"]) == 30
    assert len(single) == len(thirty) <= MATRIX, thirty
    assert thirty.writes == []


def test_casebook_for_few_and_for_all_visits():
    open_study()
    participant = randomized_participant()
    client = signed_in()
    url = reverse("entry:casebook", args=[participant.number])

    with counted() as all_visits:
        answer = client.get(url)
    at = clock.now() - timedelta(hours=1)
    fresh = screening.register_person(
        by=person("CO", username="enroller"),
        approached_at=at,
        source="icu",
        age_years=50,
        sex="M",
    )
    with counted() as no_visit:
        client.get(reverse("entry:casebook", args=[fresh.number]))

    assert answer.status_code == 200
    assert len(all_visits) == len(no_visit) <= CASEBOOK, all_visits
    assert all_visits.writes == []


def test_the_session_is_touched_at_most_once_a_minute():
    form, client = sample(), signed_in()
    url = reverse("entry:form", args=[form.pk])
    client.get(url)

    with CaptureQueriesContext(connection) as captured:
        client.get(url)

    touched = [
        query["sql"]
        for query in captured.captured_queries
        if "django_session" in query["sql"] and query["sql"].startswith(WRITES)
    ]
    assert touched == []


def test_my_work_does_not_grow_with_participants():
    client = signed_in()
    coordinator = person("CO", username="enroller")
    values = {"source": "icu", "age_years": 50, "sex": "M"}
    at = clock.now() - timedelta(hours=1)

    screening.register_person(by=coordinator, approached_at=at, **values)
    with counted() as single:
        client.get(reverse("entry:my_work"))
    for _person in range(4):
        screening.register_person(by=coordinator, approached_at=at, **values)
    with counted() as five:
        client.get(reverse("entry:my_work"))

    assert len(single) == len(five)
    assert five.writes == []
