"""At which hour or day a deadline that nobody has met is told again."""

from datetime import date, datetime, timedelta

import pytest

from safety.reports.rules.escalation import (
    unassessed_step,
    unsent_step,
    unsubmitted_step,
)
from trial_edc.dates import SITE_TZ

AWARE_AT = datetime(2023, 3, 5, 10, tzinfo=SITE_TZ)
A_MOMENT = timedelta(microseconds=1)


@pytest.mark.verifies("SAF-11")
@pytest.mark.parametrize(
    ("after", "step"),
    [
        (timedelta(hours=12) - A_MOMENT, None),
        (timedelta(hours=12), "12h"),
        (timedelta(hours=20) - A_MOMENT, "12h"),
        (timedelta(hours=20), "20h"),
        (timedelta(hours=24), "20h"),
        (timedelta(hours=24) + A_MOMENT, "overdue"),
    ],
)
def test_a_report_not_sent_is_told_after_12_and_20_hours_and_past_24(after, step):
    assert unsent_step(AWARE_AT, AWARE_AT + after) == step


@pytest.mark.verifies("SAF-11")
@pytest.mark.parametrize(
    ("today", "step"),
    [
        (date(2023, 3, 5), None),
        (date(2023, 3, 6), "1d"),
        (date(2023, 3, 7), "1d"),
        (date(2023, 3, 8), "3d"),
        (date(2023, 3, 30), "3d"),
    ],
)
def test_a_report_not_assessed_is_told_after_1_and_3_days(today, step):
    assert unassessed_step(date(2023, 3, 5), today) == step


@pytest.mark.verifies("SAF-11")
@pytest.mark.parametrize(
    ("today", "step"),
    [
        (date(2023, 3, 15), None),
        (date(2023, 3, 16), "3d"),
        (date(2023, 3, 17), "3d"),
        (date(2023, 3, 18), "1d"),
        (date(2023, 3, 19), "0d"),
        (date(2023, 3, 20), "overdue"),
    ],
)
def test_a_report_not_submitted_is_told_before_its_last_day_and_past_it(today, step):
    assert unsubmitted_step(date(2023, 3, 19), today) == step
