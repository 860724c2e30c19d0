"""The matrix: whom each filter selects, and what stands on which page."""

import pytest
from django.urls import reverse

from entry.matrix import views
from entry.matrix.selectors import FILTERS, filters_of
from tests.people import person
from tests.visits import stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client):
    reader = person("CO")

    def fetch(query="", reader=reader):
        client.force_login(reader)
        return client.get(reverse("entry:matrix") + query).context

    return fetch


def numbers(context):
    return [row.participant.number for row in context["rows"]]


def test_three_people_fill_one_page_of_three_and_two_pages_of_two(page, monkeypatch):
    people = [stage.infused(number, ago=9).number for number in (1, 2, 3)]

    monkeypatch.setattr(views, "PEOPLE_A_PAGE", 3)
    whole = page()
    monkeypatch.setattr(views, "PEOPLE_A_PAGE", 2)
    first, second = page(), page("?page=2")

    assert numbers(whole) == people
    assert whole["page"].paginator.num_pages == 1
    assert (numbers(first), numbers(second)) == (people[:2], people[2:])
    assert first["total"] == second["total"] == 3


@pytest.mark.parametrize("role", ["CO", "MO"])
def test_each_filter_and_status_shows_as_many_as_it_counts(page, role):
    reader = person(role, username="reader")
    stage.infused(1, ago=9)
    stage.infused(2, ago=2)
    stage.participant(3)

    counts = page(reader=reader)["counts"]
    shown = {
        name: len(numbers(page(_chosen(name), reader)))
        for name in [*filters_of(reader), *dict(page(reader=reader)["statuses"])]
    }

    assert shown == {name: counts.get(name, 0) for name in shown}
    assert shown["overdue"] > 0
    assert shown["infused"] == 2
    assert ("verify" in shown) is (role == "MO")


def _chosen(name: str) -> str:
    return f"?{'show' if name in FILTERS else 'status'}={name}"
