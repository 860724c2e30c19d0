"""Times known in part: what is certain, what may be, and where an end is open."""

from datetime import UTC, date, datetime, timedelta

import pytest

from record.casebook.form_data import Casebook, FormData
from record.casebook.intervals import (
    bounds,
    ends_before_start,
    in_order,
    is_on,
    is_since,
    others,
    overlap,
)
from record.casebook.values import Partial
from trial_edc.dates import SITE_TZ

DAY = date(2026, 3, 2)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SITE_TZ)


@pytest.mark.parametrize(
    ("value", "first", "last"),
    [
        (at("2026-03-02T10:30"), at("2026-03-02T10:30"), at("2026-03-02T10:30")),
        (
            Partial("2026-03-02T10:30"),
            at("2026-03-02T10:30"),
            at("2026-03-02T10:30"),
        ),
        (date(2026, 3, 2), at("2026-03-02T00:00"), at("2026-03-03T00:00")),
        (Partial("2026-03-02"), at("2026-03-02T00:00"), at("2026-03-03T00:00")),
        (Partial("2026-02"), at("2026-02-01T00:00"), at("2026-03-01T00:00")),
        (Partial("2026"), at("2026-01-01T00:00"), at("2027-01-01T00:00")),
    ],
)
def test_bounds_are_the_first_and_the_last_instant_that_a_time_can_mean(
    value, first, last
):
    assert bounds(value) == (first, last)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (at("2026-03-02T10:00"), at("2026-03-02T09:59"), True),
        (at("2026-03-02T10:00"), at("2026-03-02T10:00"), False),
        (at("2026-03-02T10:00"), date(2026, 3, 1), True),
        (at("2026-03-02T00:00"), date(2026, 3, 1), False),  # it may have ended at 24:00
        (at("2026-03-02T10:00"), date(2026, 3, 2), False),
        (Partial("2026-03"), Partial("2026-02"), False),
        (Partial("2026-04"), Partial("2026-02"), True),
        (None, date(2026, 3, 1), False),
        (date(2026, 3, 1), None, False),
    ],
)
def test_an_end_lies_before_its_start_only_for_certain(start, end, expected):
    assert ends_before_start(start, end) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("2026-03-01T08:00", "2026-03-01T10:00"), ("2026-03-01T09:00", None), True),
        (("2026-03-01T08:00", "2026-03-01T10:00"), ("2026-03-01T10:00", None), False),
        (("2026-03-01T08:00", None), ("2026-03-05T08:00", None), True),
        (("2026-03-01", "2026-03-03"), ("2026-03-02", "2026-03-04"), False),
        (("2026-03-01", "2026-03-04"), ("2026-03-02", "2026-03-04"), True),
        (("2026-03-01", "2026-03-02"), ("2026-03-02", "2026-03-04"), False),
        ((None, "2026-03-04"), ("2026-03-02", "2026-03-04"), False),
    ],
)
def test_two_intervals_overlap_only_for_certain(one, other, expected):
    a, b = (tuple(time and Partial(time) for time in times) for times in (one, other))

    assert overlap(a, b) is expected
    assert overlap(b, a) is expected


@pytest.mark.parametrize(
    ("value", "on", "since"),
    [
        (at("2026-03-01T23:59"), False, False),
        (at("2026-03-02T00:00"), True, True),
        (at("2026-03-02T23:59"), True, True),
        (at("2026-03-03T00:00"), False, True),
        (datetime(2026, 3, 1, 16, tzinfo=UTC), True, True),
        (Partial("2026-03-01"), False, False),
        (Partial("2026-03-02"), True, True),
        (Partial("2026-03-03"), False, True),
        (date(2026, 3, 1), False, False),
        (date(2026, 3, 2), True, True),
        (Partial("2026-02"), False, False),
        (Partial("2026-03"), True, True),
        (Partial("2026-04"), False, True),
        (None, False, False),
    ],
)
def test_a_time_is_on_a_day_or_since_it_where_it_may_be(value, on, since):
    assert (is_on(value, DAY), is_since(value, DAY)) == (on, since)


def test_everything_known_is_since_an_unknown_day():
    assert is_since(DAY - timedelta(days=9999), None) is True
    assert is_since(None, None) is False


def test_the_other_rows_of_a_log_are_those_of_another_key():
    rows = [
        FormData("RRT", {}, occurrence=1),
        FormData("RRT", {}, occurrence=2),
        FormData("STY", {}, occurrence=1),
    ]

    assert list(others(rows[0], Casebook.of(rows))) == [rows[1]]


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (("2026-03-01", "2026-03-01"), True),
        (("2026-03-02", "2026-03-01"), False),
        (("2026-03", "2026-03-01"), True),
        (("2026-03-02", "2026-03"), True),
        (("2026-04", "2026-03-31"), False),
        (("2026-03-02", None, "2026-03-01"), False),
        (("2026-03-01", "2026", "2026-02-28"), True),
        ((None, "2026-03-01", None), True),
        ((), True),
    ],
)
def test_dates_are_in_order_where_they_may_follow_each_other(dates, expected):
    assert in_order(*(day and Partial(day) for day in dates)) is expected
