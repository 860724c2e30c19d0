"""Creatinine over time as SVG, drawn on the server; classes only, so the CSP holds."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from enrollment.eligibility.page.kidney import KidneySection, SampleLine
from trial_edc.dates import SITE_TZ

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 44, 16, 16, 28
BEFORE, AFTER = timedelta(days=6), timedelta(days=3)  # around T; the table has the rest
TICK = 4
HEADROOM = 1.12
FEW_DAYS = timedelta(days=4)
LABEL = 70  # width of a label with its time
STEPS = (20, 50, 100, 200, 500, 1000)  # umol/L between two lines of the grid


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """One sample on the chart."""

    x: float
    y: float
    line: SampleLine


@dataclass(frozen=True, slots=True)
class CreatinineChart:
    """Coordinates: samples, baseline, and what must be exceeded inside 48 hours."""

    points: tuple[ChartPoint, ...]
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, int], ...]
    baseline_y: float | None
    threshold: tuple[float, float, float] | None  # x from, x to, y
    older: int  # samples that lie before the chart begins

    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    base: int = HEIGHT - BOTTOM
    tick_end: int = HEIGHT - BOTTOM + TICK

    @property
    def polyline(self) -> str:
        return " ".join(f"{point.x},{point.y}" for point in self.points)


def creatinine_chart(section: KidneySection) -> CreatinineChart | None:
    timed = [
        line
        for line in section.samples
        if line.sample.is_exact and not line.sample.date_only
    ]
    reference_at = section.injury.reference_at
    shown_lines = [
        line
        for line in timed
        if reference_at
        and reference_at - BEFORE <= line.sample.at <= reference_at + AFTER
    ]
    if len(shown_lines) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    scale = _Scale.around(section, shown_lines)
    baseline_umol_l = section.filtration.baseline.umol_l
    return CreatinineChart(
        points=tuple(
            ChartPoint(
                scale.x(line.sample.at), scale.y(float(line.sample.umol_l)), line
            )
            for line in shown_lines
        ),
        x_ticks=scale.days(),
        y_ticks=scale.levels(),
        baseline_y=None if baseline_umol_l is None else scale.y(float(baseline_umol_l)),
        threshold=_threshold(section, scale),
        older=len(section.samples) - len(shown_lines),
    )


def _threshold(
    section: KidneySection, scale: "_Scale"
) -> tuple[float, float, float] | None:
    limb, limit = section.injury.creatinine, section.threshold_umol_l
    pair = limb.qualifying or limb.steepest
    if pair is None or limit is None:
        return None
    begins = max(pair.earlier.at, scale.start)
    ends = min(pair.earlier.at + timedelta(hours=section.pair_hours), scale.end)
    return scale.x(begins), scale.x(ends), scale.y(float(limit))


@dataclass(frozen=True, slots=True)
class _Scale:
    start: datetime
    end: datetime
    top: float

    @classmethod
    def around(cls, section: KidneySection, lines: list[SampleLine]) -> "_Scale":
        first, last = lines[0].sample.at, lines[-1].sample.at
        room = max((last - first) / 20, timedelta(hours=2))
        levels = [line.sample.umol_l for line in lines]
        levels_drawn = (section.filtration.baseline.umol_l, section.threshold_umol_l)
        levels += [level for level in levels_drawn if level is not None]
        return cls(first - room, last + room, float(max(levels)) * HEADROOM)

    def x(self, at: datetime) -> float:
        share = (at - self.start) / (self.end - self.start)
        return round(LEFT + (WIDTH - LEFT - RIGHT) * share, 1)

    def y(self, umol_l: float) -> float:
        inner = HEIGHT - TOP - BOTTOM
        return round(HEIGHT - BOTTOM - inner * umol_l / self.top, 1)

    def days(self) -> tuple[tuple[float, str], ...]:
        local = self.start.astimezone(SITE_TZ)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        is_short = self.end - self.start < FEW_DAYS
        step = timedelta(hours=12 if is_short else 24)
        shape = "%m-%d %H:%M" if is_short else "%m-%d"
        count = (self.end - midnight) // step
        midnights = [midnight + n * step for n in range(1, count + 1)]
        return tuple(
            (self.x(at), at.strftime(shape)) for at in midnights if self._has_room(at)
        )

    def _has_room(self, at: datetime) -> bool:
        return self.x(at) - LABEL / 2 >= LEFT and self.x(at) + LABEL / 2 <= WIDTH

    def levels(self) -> tuple[tuple[float, int], ...]:
        step = next((s for s in STEPS if self.top / s <= 6), STEPS[-1])  # noqa: PLR2004
        return tuple((self.y(v), v) for v in range(0, int(self.top) + 1, step))
