"""Times that a laboratory did not know are asked about; a time apart joins its date."""

from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from imports.services import storing
from record.casebook.selectors import casebook_of
from tests.imports import stage
from tests.outcomes import course

pytestmark = pytest.mark.django_db
APART = replace(
    stage.MAPPING, columns={**stage.MAPPING.columns, "sampled_time": "clock"}
)
HEADING = f"{stage.HEADING},clock"


@pytest.fixture
def users():
    return stage.people()


def previewed(users, *rows, mapping=stage.MAPPING, heading=stage.HEADING):
    source = stage.source(*users[1:], mapping=mapping)
    content = stage.csv(*rows, heading=heading)
    return stage.previewed(source, content, by=users[0])


def taken(who, days, clock, apart=""):
    return stage.row(
        who, days=days, value="97", taken=f"{course.day(days)} {clock}"
    ) + (f",{apart}" if apart else "")


def asks(file):
    """Whether the service and the page wait for a word on the times of a file."""
    client = Client()
    client.force_login(file.received_by)
    page = client.get(reverse("imports:file", args=[file.pk])).content.decode()
    is_asked = "midnight_confirmed" in page
    try:
        storing.confirm(file, None, by=file.received_by)
    except storing.MidnightUnconfirmed:
        return (True, is_asked)
    return (False, is_asked)


@pytest.mark.parametrize(
    ("clocks", "asked"),
    [
        (("00:00:00",), True),
        (("00:00:00", "00:00"), True),
        (("00:00:00", "00:01"), False),
        (("24:00", "00:00"), False),
    ],
)
def test_a_file_of_midnights_alone_is_asked_about(users, clocks, asked):
    who = stage.participant()

    file = previewed(
        users, *(taken(who, 60 - n, clock) for n, clock in enumerate(clocks))
    )

    assert asks(file) == (asked, asked)


def test_confirmed_midnights_are_stored(users):
    who = stage.participant()
    file = previewed(users, taken(who, 60, "00:00:00"))
    client = Client()
    client.force_login(users[0])
    address = reverse("imports:confirm", args=[file.pk])

    answers = [
        client.post(address, {}),
        client.post(address, {"midnight_confirmed": 1}),
    ]
    storing.store_file(file.pk)

    assert [answer.status_code for answer in answers] == [422, 302]
    (sample,) = casebook_of(who).rows("CRE")
    assert sample.get("sample_at").text == f"{course.day(60)}T00:00"


@pytest.mark.parametrize("beside", ["00:00:00", "14:30", ""])
@pytest.mark.parametrize(
    ("clock", "stored"), [("08:15", "T08:15"), ("081500", "T08:15")]
)
def test_a_mapped_time_stands_with_the_date_of_the_other_column(
    users, beside, clock, stored
):
    who = stage.participant()
    rows = (taken(who, 60, beside, clock), taken(who, 50, beside, clock))

    file = previewed(users, *rows, mapping=APART, heading=HEADING)

    assert asks(file) == (False, False)
    storing.store_file(file.pk)
    times = [row.get("sample_at").text for row in casebook_of(who).rows("CRE")]
    assert times == [f"{course.day(days)}{stored}" for days in (60, 50)]
