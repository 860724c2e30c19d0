"""Listings: what they hold, each number as many rows, who reads what, the file."""

import csv
import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from monitoring.listings.selectors import LISTINGS, listings_for, shown
from monitoring.listings.views import safe
from record.audit.models import Entry
from tests.outcomes import course
from tests.people import person
from tests.visits import stage

pytestmark = pytest.mark.django_db
NAMES = [one.name for one in LISTINGS]


@pytest.fixture
def trial() -> None:
    """Have two participants with one thing of each kind among them."""
    first, second = stage.infused(1, ago=20), stage.infused(2, ago=5)
    course.row(first, "AE", {"term": "=Fever", "grade": "1", "serious": "N"})
    course.row(first, "AE", {"term": "Sepsis", "grade": "3", "serious": "N"})
    course.row(second, "AE", {"term": "Cough", "grade": "1"})
    missed = {"performed": "N", "not_done_reason": "refused"}
    course.enter(second, "VIS", missed, "D3")
    course.row(second, "WDR", {"kind": "infusion_only", "on": course.day(1)})
    told = {"death_on": course.day(2).isoformat(), "cause": "Sepsis"}
    course.enter(first, "DTH", told)


def page(client: Client, name: str, **asked: str) -> Any:
    return client.get(reverse("monitoring:listing", args=[name]), asked)


def rows(client: Client, name: str, **asked: str) -> list[str]:
    found = page(client, name, **asked).context["shown"]
    return [cells[0][1] for _line, cells in found.rows]


@pytest.fixture
def client(trial: None) -> Client:
    found = Client()
    found.force_login(person("MO"))
    return found


@pytest.mark.verifies("MON-01")
@pytest.mark.parametrize("name", NAMES)
def test_each_number_opens_exactly_that_many_rows(client: Client, name: str) -> None:
    overview = client.get(reverse("monitoring:listings")).context["found"]
    one = next(held for held in overview if held.listing.name == name)

    assert one.total == len(rows(client, name)) > 0
    for facet in one.facets:
        for choice in facet.choices:
            found = rows(client, name, **{facet.column.name: choice.key})
            assert len(found) == choice.count > 0


def test_filters_narrow_each_other_and_their_counts(client: Client) -> None:
    found = page(client, "events", grade="1").context["shown"]

    counts = {
        facet.column.name: {c.key: c.count for c in facet.choices}
        for facet in found.facets
    }
    assert [cells[0][1] for _line, cells in found.rows] == ["=Fever", "Cough"]
    assert counts["grade"] == {"1": 2, "3": 1, "5": 1}
    assert counts["serious"] == {"": 1, "N": 1}


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ({"sort": "term"}, "=Fever"),
        ({"sort": "-term"}, "Sepsis"),
        ({"sort": "arm"}, "=Fever"),
        ({"arm": "MSC", "sort": "-grade"}, "—"),
    ],
)
def test_order_is_as_asked_and_nothing_comes_last(
    client: Client, asked: dict[str, str], first: str
) -> None:
    found = rows(client, "events", **asked)

    assert len(found) == 4
    assert found[0] == first


def test_row_leads_to_its_form(client: Client) -> None:
    found = page(client, "missed-visits", reason="refused").context["shown"]

    ((line, cells),) = found.rows
    assert cells[2][1] == "Refused"
    assert client.get(line.url).status_code == 200


@pytest.mark.parametrize(
    ("role", "names"),
    [
        ("CO", NAMES),
        ("BR", NAMES),
        ("SO", ["events", "deaths", "infusions"]),
    ],
)
def test_role_lists_what_it_reads(role: str, names: list[str]) -> None:
    user = person(role)
    desk = Client()
    desk.force_login(user)

    assert [one.name for one in listings_for(user)] == names
    answers = {name: page(desk, name).status_code for name in NAMES}
    assert answers == {name: 200 if name in names else 404 for name in NAMES}


@pytest.mark.verifies("MON-01")
def test_file_holds_what_was_listed_and_is_recorded(client: Client) -> None:
    address = reverse("monitoring:download_listing", args=["events"])

    answer = client.post(f"{address}?grade=1")

    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [line[:2] for line in table] == [
        ["Participant", "Term"],
        ["S-001X", "'=Fever"],
        ["S-002X", "Cough"],
    ]
    entry = Entry.objects.get(act="listing_downloaded")
    told = {"listing": "events", "rows": 2, "filters": {"grade": "1"}}
    assert (entry.new_values, entry.actor) == (told, "mo")
    assert client.get(address).status_code == 405


@pytest.mark.parametrize("name", NAMES)
def test_statements_do_not_grow_with_participants(client: Client, name: str) -> None:
    page(client, name)
    with CaptureQueriesContext(connection) as few:
        page(client, name)
    for number in (3, 4, 5):
        course.row(stage.infused(number, ago=20), "AE", {"term": "Cough"})
    with CaptureQueriesContext(connection) as many:
        page(client, name)

    assert len(few) == len(many)


@pytest.mark.parametrize("text", ["=1+1", "+86", "-5", "@x", "\t=1"])
def test_no_cell_is_run_as_a_formula(text: str) -> None:
    assert safe(text) == f"'{text}"
    assert safe("fever") == "fever"


def test_empty_listing_says_what_to_do(db: None) -> None:
    user = person("PI")
    desk = Client()
    desk.force_login(user)

    assert "No row fits" in page(desk, "events").content.decode()
    assert shown(LISTINGS[0], user, {}).total == 0
