"""Charts as SVG, drawn on the server; styled by classes, so the strict CSP holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WIDTH, HEIGHT = 560, 220
LEFT, RIGHT, TOP, BOTTOM = 36, 38, 12, 26


@dataclass(frozen=True)
class AccrualChart:
    """Coordinates of planned and actual accrual."""

    width: int
    height: int
    planned: str  # points of a polyline
    actual: str
    x_ticks: list[tuple[float, str]]
    y_ticks: list[tuple[float, int]]
    base: float
    left: float
    right: float


def accrual_chart(
    accrual: Sequence[tuple[date, int]],
    *,
    begun_on: date,
    planned_days: int,
    target: int,
    today: date,
) -> AccrualChart:
    ends_on = max(today, begun_on + timedelta(days=planned_days))
    span = max((ends_on - begun_on).days, 1)
    randomized = sum(number for _day, number in accrual)
    most = max(target, randomized)

    def x(on: date) -> float:
        inner = WIDTH - LEFT - RIGHT
        return round(LEFT + inner * (on - begun_on).days / span, 1)

    def y(count: float) -> float:
        inner = HEIGHT - TOP - BOTTOM
        return round(HEIGHT - BOTTOM - inner * count / most, 1)

    steps = [(x(begun_on), y(0))]
    count = 0
    for on, number in sorted(accrual):
        steps += [(x(on), y(count)), (x(on), y(count + number))]
        count += number
    steps.append((x(today), y(count)))
    plan = [
        (x(begun_on), y(0)),
        (x(begun_on + timedelta(days=planned_days)), y(target)),
    ]
    months = [begun_on + timedelta(days=round(span * part / 4)) for part in range(5)]
    return AccrualChart(
        WIDTH,
        HEIGHT,
        _points(plan),
        _points(steps),
        [(x(on), on.strftime("%Y-%m")) for on in months],
        [(y(count), count) for count in range(0, target + 1, max(target // 4, 1))],
        y(0),
        LEFT,
        WIDTH - RIGHT,
    )


def _points(pairs: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in pairs)
