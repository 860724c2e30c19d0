"""Months, ages and partial dates."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from trial_edc.dates import (
    SITE_TZ,
    PartialDateText,
    add_months,
    completed_years,
    site_date,
    site_midnight,
    whole_seconds,
)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2023, 1, 31), 3, date(2023, 4, 30)),
        (date(2022, 11, 30), 3, date(2023, 2, 28)),
        (date(2023, 11, 30), 3, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2023, 3, 31), -1, date(2023, 2, 28)),
    ],
)
def test_months_end_on_the_last_day(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@pytest.mark.parametrize(
    ("on", "years"), [(date(2022, 2, 28), 17), (date(2022, 3, 1), 18)]
)
def test_born_on_29_february(on: date, years: int) -> None:
    assert completed_years(date(2004, 2, 29), on) == years


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2024-02-03", date(2024, 2, 3), date(2024, 2, 3)),
        ("2024-02-03T23:30", date(2024, 2, 3), date(2024, 2, 3)),
        ("2024-02-03T23:30:00+00:00", date(2024, 2, 4), date(2024, 2, 4)),
    ],
)
def test_partial_dates_are_bounds(text: str, earliest: date, latest: date) -> None:
    parsed = PartialDateText.parse(text)

    assert parsed == PartialDateText(earliest, latest)
    assert parsed.is_exact is (earliest == latest)


def test_an_instant_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        site_date(datetime(2023, 3, 1, 10))  # noqa: DTZ001 - that is the point


def test_midnight_is_the_sites() -> None:
    assert site_midnight(date(2023, 3, 1)) == datetime(2023, 3, 1, tzinfo=SITE_TZ)


def test_whole_seconds_leave_out_what_is_less() -> None:
    assert whole_seconds(timedelta(minutes=2, microseconds=999_999)) == Decimal(120)
