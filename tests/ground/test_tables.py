"""Lists that sort: numbers as numbers, dates as dates, unknown last either way."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

import pytest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy
from django_tables2 import Column

from record.accounts.models import User
from tests.people import person
from trial_edc.tables import NumberColumn, Table


class Severity(StrEnum):
    SEVERE = "severe"
    MILD = "mild"


@dataclass(frozen=True)
class Event:
    term: str
    grade: Decimal | None = None
    onset: date | None = None
    severity: Severity | None = None
    answer: object = ""


class EventTable(Table):
    term = Column()
    grade = NumberColumn()
    onset = Column()
    severity = Column()
    answer = Column()
    both = Column(order_by=("severity", "-grade"))
    note = Column(orderable=False)


EVENTS = [
    Event("sepsis", Decimal(10), date(2026, 3, 8), Severity.MILD, gettext_lazy("No")),
    Event("Cough"),
    Event("fever", Decimal(9), date(2025, 12, 31), Severity.SEVERE),
    Event("anaemia", Decimal("9.5"), date(2026, 3, 8), Severity.MILD, "Yes"),
]


def terms(table):
    return [line.term for line in table.lines]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", ["sepsis", "Cough", "fever", "anaemia"]),
        ("term", ["anaemia", "Cough", "fever", "sepsis"]),
        ("-term", ["sepsis", "fever", "Cough", "anaemia"]),
        ("grade", ["fever", "anaemia", "sepsis", "Cough"]),
        ("-grade", ["sepsis", "anaemia", "fever", "Cough"]),
        ("onset", ["fever", "sepsis", "anaemia", "Cough"]),
        ("-onset", ["sepsis", "anaemia", "fever", "Cough"]),
        ("severity", ["fever", "sepsis", "anaemia", "Cough"]),
        ("-severity", ["sepsis", "anaemia", "fever", "Cough"]),
        ("answer", ["sepsis", "anaemia", "Cough", "fever"]),
        ("both", ["fever", "sepsis", "anaemia", "Cough"]),
        ("-both", ["anaemia", "sepsis", "fever", "Cough"]),
        ("note", ["sepsis", "Cough", "fever", "anaemia"]),
        ("nonsense", ["sepsis", "Cough", "fever", "anaemia"]),
        ("--grade", ["sepsis", "Cough", "fever", "anaemia"]),
    ],
)
def test_computed_rows_sort_by_what_their_column_means(rf, sort, order):
    assert terms(EventTable(EVENTS, rf.get("/", {"sort": sort}))) == order


def test_a_column_without_a_value_behind_it_is_an_error(rf):
    class Misspelt(Table):
        grade = Column(accessor="grad")

    with pytest.raises(ValueError, match="grad"):
        Misspelt(EVENTS, rf.get("/?sort=grade"))


@pytest.mark.parametrize(
    ("page", "order"),
    [("", [0, 1]), ("2", [2, 3]), ("3", [4]), ("99", [4]), ("x", [0, 1])],
)
def test_a_list_comes_in_pages(rf, page, order):
    class Short(Table):
        per_page = 2

    table = Short(range(5), rf.get("/", {"page": page}))

    assert table.lines == order
    assert table.paginator.count == 5


def test_a_list_is_drawn_as_every_table(rf):
    class Wide(EventTable):
        row = "components/pill.html"
        attributes = {"class": "table as-lines", "data-grid": ""}

    request = rf.get("/")
    classes = [
        re.search(
            r"<table ([^>]*)>",
            render_to_string("components/table.html", {"table": table}, request),
        )[1]
        for table in (EventTable([], request), Wide(EVENTS, request))
    ]

    assert classes == ['class="table"', 'class="table as-lines" data-grid=""']


def test_lines_are_made_of_the_records_of_the_page_alone(rf):
    class Short(Table):
        per_page = 2

    table = Short(range(5), rf.get("/?page=2"), lines_of=lambda rows: [sum(rows)])

    assert table.lines == [5]


class PersonTable(Table):
    username = Column()
    role = Column()
    zh = Column(order_by="full_name_zh")
    until = Column(order_by="delegated_until")


@pytest.fixture
def people(db):
    person("MO")
    person("CO", full_name_zh="王", delegated_until=date(2026, 10, 1))
    person("IN", delegated_until=date(2026, 9, 30))
    person("PI", full_name_zh="李")
    return User.objects.order_by("username")


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", ["co", "in", "mo", "pi"]),
        ("-username", ["pi", "mo", "in", "co"]),
        ("role", ["co", "in", "pi", "mo"]),
        ("-role", ["mo", "pi", "in", "co"]),
        ("zh", ["pi", "co", "in", "mo"]),
        ("-zh", ["co", "pi", "in", "mo"]),
        ("until", ["in", "co", "mo", "pi"]),
        ("-until", ["co", "in", "mo", "pi"]),
        ("password", ["co", "in", "mo", "pi"]),
    ],
)
def test_the_database_sorts_the_same_way(rf, people, sort, order):
    table = PersonTable(people, rf.get("/", {"sort": sort}))

    assert [user.username for user in table.lines] == order


def test_a_page_of_stored_rows_reads_no_other_rows(
    rf, people, django_assert_num_queries
):
    class Short(PersonTable):
        per_page = 2

    with django_assert_num_queries(2):  # their number, the page
        table = Short(people, rf.get("/?sort=role&page=2"))

    assert [user.username for user in table.lines] == ["pi", "mo"]
