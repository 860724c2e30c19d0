"""Accrual: planned count and forecast of the last randomization; pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

# Two-sided 80 % limits of a normal approximation to the Poisson count.
Z_80 = 1.2816
FEWEST_FOR_FORECAST = 5


@dataclass(frozen=True)
class Forecast:
    """When the last participant will be randomized at the pace so far."""

    expected_on: date
    earliest_on: date
    latest_on: date


def planned_count(*, target: int, begun_on: date, days: int, on: date) -> int:
    share = min(max((on - begun_on).days / days, 0), 1)
    return round(target * share)


def forecast(
    accrual: Sequence[tuple[date, int]], *, target: int, today: date
) -> Forecast | None:
    """None with too few participants, or when all are randomized.

    The count n over t days is taken as Poisson: pace n/t, limits (n ± 1.28·√n)/t.
    """
    count = sum(number for _day, number in accrual)
    if count < FEWEST_FOR_FORECAST or count >= target:
        return None
    days = max((today - min(accrual)[0]).days, 1)
    spread = Z_80 * math.sqrt(count)
    remaining = target - count

    def on(pace: float) -> date:
        return today + timedelta(days=math.ceil(remaining / pace))

    return Forecast(
        expected_on=on(count / days),
        earliest_on=on((count + spread) / days),
        latest_on=on((count - spread) / days),  # above 0 from 2 participants on
    )
