"""Listings: what they hold, each number as many rows, who reads what, the file."""

import csv
import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from monitoring.listings.selectors.listings import (
    LISTINGS,
    Listing,
    ListingLine,
    key_of,
    listings_for,
)
from record.audit.models import Entry
from record.casebook.models import Participant
from record.casebook.selectors import data_of
from record.casebook.values import MissingCode
from tests.outcomes import course
from tests.people import person
from tests.visits import stage
from trial_edc.spreadsheets import safe

pytestmark = pytest.mark.django_db
NAMES = [listing.name for listing in LISTINGS]


@pytest.fixture(scope="module")
def trial(module_transaction: None) -> None:
    """Two participants with rows in every listing."""
    first, second = stage.infused(1, ago=20), stage.infused(2, ago=5)
    course.row(first, "AE", {"term": "=Fever", "grade": "1", "serious": "N"})
    course.row(first, "AE", {"term": "Sepsis", "grade": "3", "serious": "N"})
    course.row(second, "AE", {"term": "Cough", "grade": "1"})
    missed = {"performed": "N", "not_done_reason": "refused"}
    course.enter(second, "VIS", missed, "D3")
    course.row(second, "WDR", {"kind": "infusion_only", "on": course.day(1)})
    values = {"death_on": course.day(2).isoformat(), "cause": "Sepsis"}
    course.enter(first, "DTH", values)


def page(client: Client, name: str, **query: str) -> Any:
    return client.get(reverse("monitoring:listing", args=[name]), query)


def rows(client: Client, name: str, **query: str) -> list[str]:
    return [
        first_cell(line) for line in page(client, name, **query).context["table"].lines
    ]


def first_cell(line: ListingLine) -> str:
    return next(iter(line.cells.values())).text


@pytest.fixture
def client(trial: None, db: None) -> Client:
    client = Client()
    client.force_login(person("MO"))
    return client


@pytest.mark.verifies("MON-01")
@pytest.mark.parametrize("name", NAMES)
def test_each_number_opens_exactly_that_many_rows(client: Client, name: str) -> None:
    overview = client.get(reverse("monitoring:listings")).context["results"]
    result = next(candidate for candidate in overview if candidate.listing.name == name)

    assert result.total == len(rows(client, name)) > 0
    for facet in result.facets:
        for choice in facet.choices:
            matches = rows(client, name, **{facet.column.name: choice.key})
            assert len(matches) == choice.count > 0


def test_filters_narrow_each_other_and_their_counts(client: Client) -> None:
    context = page(client, "events", grade="1").context
    result = context["result"]

    counts = {
        facet.column.name: {c.key: c.count for c in facet.choices}
        for facet in result.facets
    }
    assert [first_cell(line) for line in context["table"].lines] == ["=Fever", "Cough"]
    assert (result.count, result.total) == (2, 4)
    assert counts["grade"] == {"1": 2, "3": 1, "5": 1}
    assert counts["serious"] == {"": 1, "N": 1}


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ({"sort": "term"}, "=Fever"),
        ({"sort": "-term"}, "Sepsis"),
        ({"sort": "arm"}, "=Fever"),
        ({"arm": "MSC", "sort": "-grade"}, "—"),
    ],
)
def test_order_is_as_asked_and_nothing_comes_last(
    client: Client, query: dict[str, str], first: str
) -> None:
    texts = rows(client, "events", **query)

    assert len(texts) == 4
    assert texts[0] == first


def test_numbers_sort_as_numbers_and_codes_by_their_list(client: Client) -> None:
    first, second = Participant.objects.order_by("pk")
    for who, visit, volume in ((first, "D7", "60"), (second, "D0", "9.5")):
        course.enter(who, "INF", {"given": "partly", "volume_ml": volume}, visit)

    volumes = cells(client, "infusions", "volume_ml", sort="volume_ml")
    reasons = cells(client, "events", "grade", sort="-grade")

    assert volumes == ["9.5 mL", "60.0 mL", "—"]
    assert reasons == ["5 Death", "3 Severe", "1 Mild", "1 Mild"]


def cells(client: Client, name: str, column: str, **query: str) -> list[str]:
    lines = page(client, name, **query).context["table"].lines
    return [line.cells[column].text for line in lines]


def test_row_leads_to_its_form(client: Client) -> None:
    table = page(client, "missed-visits", reason="refused").context["table"]

    (line,) = table.lines
    assert line.cells["reason"].text == "Refused"
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
    client_of_role = Client()
    client_of_role.force_login(user)

    assert [listing.name for listing in listings_for(user)] == names
    answers = {name: page(client_of_role, name).status_code for name in NAMES}
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
    details = {"listing": "events", "rows": 2, "filters": {"grade": "1"}}
    assert (entry.new_values, entry.actor) == (details, "mo")
    assert client.get(address).status_code == 405


@pytest.mark.slow
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


def key_in_words_of_python(value: Any) -> str:
    if value is None:
        return ""
    return value.value if isinstance(value, MissingCode) else str(value)


@pytest.mark.usefixtures("trial")
@pytest.mark.parametrize("listing", [one for one in LISTINGS if one.code != "VIS"])
def test_the_keys_of_facets_are_what_the_forms_say(listing: Listing) -> None:
    first, second = Participant.objects.order_by("pk")
    course.enter(first, "DTH", {"place": MissingCode("UNK")})
    course.row(second, "WDR", {"by": MissingCode("UNK"), "reason": "burden"})

    rows = list(listing.rows(person("PI")))
    facets = [name for name in listing.facets if name in listing.columns]
    stored = [data_of(row.form, row).values for row in rows]

    assert rows
    assert [[getattr(row, key_of(name)) for name in facets] for row in rows] == [
        [key_in_words_of_python(values[name]) for name in facets] for values in stored
    ]
