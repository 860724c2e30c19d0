"""The accrual forecast, worked by hand."""

from datetime import date, timedelta

import pytest

from monitoring.dashboard.rules import Forecast, forecast, planned_count

TODAY = date(2026, 4, 11)
FIRST = date(2026, 1, 1)  # 100 days before


def randomizations(count: int) -> list[tuple[date, int]]:
    """One randomization a day from the first day on."""
    return [(FIRST + timedelta(days=number), 1) for number in range(count)]


@pytest.mark.parametrize(
    ("on", "planned"),
    [
        (date(2025, 12, 31), 0),
        (FIRST, 0),
        (FIRST + timedelta(days=100), 40),
        (FIRST + timedelta(days=200), 80),
        (FIRST + timedelta(days=500), 80),
    ],
)
def test_a_steady_pace_reaches_the_target_at_the_planned_end(on, planned):
    assert planned_count(target=80, begun_on=FIRST, days=200, on=on) == planned


def test_forecast_follows_the_pace_so_far():
    # 25 in 100 days; 55 remain: 220 days at that pace. ± 1.2816·5 = 6.408:
    # 31.408 give 175.1 days, 18.592 give 295.8 days; days are rounded up.
    result = forecast(randomizations(25), target=80, today=TODAY)

    assert result == Forecast(
        expected_on=TODAY + timedelta(days=220),
        earliest_on=TODAY + timedelta(days=176),
        latest_on=TODAY + timedelta(days=296),
    )


@pytest.mark.parametrize("count", [0, 4, 80, 81])
def test_no_forecast_with_too_few_or_with_all(count):
    assert forecast(randomizations(count), target=80, today=TODAY) is None


def test_five_are_enough_for_a_wide_forecast():
    result = forecast(randomizations(5), target=80, today=TODAY)

    assert result is not None
    assert result.earliest_on < result.expected_on < result.latest_on


def test_a_pace_of_one_day_is_five_a_day():
    # 5 today; 75 remain. ± 1.2816·√5 = 2.866: 7.866 give 9.5 days, 2.134 give 35.1.
    result = forecast([(TODAY, 5)], target=80, today=TODAY)

    assert result == Forecast(
        expected_on=TODAY + timedelta(days=15),
        earliest_on=TODAY + timedelta(days=10),
        latest_on=TODAY + timedelta(days=36),
    )
