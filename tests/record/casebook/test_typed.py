"""Dates and times as people type them."""

import pytest

from record.casebook.typed import iso_date, iso_datetime, iso_time


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20260308", "2026-03-08"),
        ("2026/3/8", "2026-03-08"),
        ("2026.3.8", "2026-03-08"),
        (" 2026-03-08 ", "2026-03-08"),
        ("2026年3月8日", "2026-03-08"),
        ("2026-03-08", "2026-03-08"),
        ("２０２６－３－８", "2026-03-08"),
        ("2026-3", "2026-03"),
        ("2026年3月", "2026-03"),
        ("2026", "2026"),
        ("8.3.2026", "8.3.2026"),
        ("２０２６ ?", "2026 ?"),
    ],
)
def test_a_date_is_year_month_day_as_far_as_it_is_known(text, expected):
    assert iso_date(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1430", "14:30"),
        ("14：30", "14:30"),
        (" 9:05", "09:05"),
        ("14:30:15", "14:30:15"),
        ("14:30:15.5+08:00", "14:30:15.5+08:00"),
        ("14:30Z", "14:30Z"),
        ("half past ２", "half past 2"),
    ],
)
def test_a_time_has_hours_and_minutes_and_what_else_was_typed(text, expected):
    assert iso_time(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-3-8 9:05", "2026-03-08T09:05"),
        ("2026-3-8T9:05", "2026-03-08T09:05"),
        ("20260308 0905", "2026-03-08T09:05"),
        ("2026年3月8日 14：30", "2026-03-08T14:30"),
        ("2026-03-08  9:05", "2026-03-08T09:05"),
        (" 2026-3-8 ", "2026-03-08"),
        ("2026-3", "2026-03"),
    ],
)
def test_a_date_with_a_time_has_a_t_between_them(text, expected):
    assert iso_datetime(text) == expected
