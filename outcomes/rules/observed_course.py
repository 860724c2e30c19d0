"""One participant's course as recorded, the input of the endpoint rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property

from trial_edc.dates import site_date, site_midnight
from trial_edc.protocol import PROTOCOL, OutcomeSettings, ScheduleSettings
from trial_edc.vocabulary import VisitCode
from visits.schedule.rules import Window, month_3, window


@dataclass(frozen=True, slots=True)
class CreatinineSample:
    """One creatinine after day 0; with a comparator (< or >) a limit of detection."""

    at: datetime
    umol_l: Decimal
    id: str = ""
    comparator: str = ""

    @property
    def on(self) -> date:
        return site_date(self.at)

    @property
    def exact_umol_l(self) -> Decimal | None:
        """None for a limit of detection, which is no number."""
        return None if self.comparator else self.umol_l

    def is_at_most(self, limit_umol_l: Decimal) -> bool | None:
        """None where a limit of detection leaves it open."""
        if self.comparator == "<":
            return True if self.umol_l <= limit_umol_l else None
        if self.comparator == ">":
            return False if self.umol_l >= limit_umol_l else None
        return self.umol_l <= limit_umol_l


@dataclass(frozen=True, slots=True)
class Rrt:
    """Renal replacement from a first to a last day; `end` None: ongoing."""

    start: date
    end: date | None = None
    is_transplant: bool = False

    def touches(self, first: date, last: date) -> bool:
        return self.start <= last and (self.end is None or self.end >= first)


@dataclass(frozen=True, slots=True)
class Interval:
    """A stay; `end` None: still there."""

    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An adverse event; `onset` is ISO text as far as it is known."""

    onset: str
    grade: int | None
    serious: bool


@dataclass(frozen=True)
class Record:
    """One randomized participant.

    `cutoff`: last date whose data count. A partially known date of death is resolved by
    `derive`, which uses its first and its last possible day.
    """

    randomized_on: date
    infusion_1_at: datetime | None
    baseline_umol_l: Decimal | None
    cutoff: date
    d28_visit_on: date | None = None
    m3_visit_on: date | None = None
    last_alive_on: date | None = None
    death_on: date | None = None
    withdrawn_on: date | None = None
    creatinine: Sequence[CreatinineSample] = ()
    rrt: Sequence[Rrt] = ()
    hospital: Sequence[Interval] = ()
    icu: Sequence[Interval] = ()
    events: Sequence[RecordedEvent] = ()
    schedule: ScheduleSettings = PROTOCOL.schedule
    settings: OutcomeSettings = PROTOCOL.outcomes

    @cached_property
    def day0(self) -> date:
        """Date of infusion 1; never infused: of randomization (ITT)."""
        if self.infusion_1_at is None:
            return self.randomized_on
        return site_date(self.infusion_1_at)

    @cached_property
    def starts_at(self) -> datetime:
        """Start of infusion 1; never infused: 00:00 of the randomization date."""
        return self.infusion_1_at or site_midnight(self.randomized_on)

    @cached_property
    def day28(self) -> date:
        return self.day0 + timedelta(days=self.settings.day28)

    @cached_property
    def month3(self) -> date:
        return month_3(self.day0, self.schedule)

    @cached_property
    def died_on(self) -> date | None:
        if self.death_on is None or self.death_on > self.cutoff:
            return None
        return self.death_on

    @cached_property
    def alive_on(self) -> date | None:
        """Latest evidence of life up to the cut-off; the day of death counts."""
        evidence = [day for day in (self.last_alive_on, self.died_on) if day]
        return min(max(evidence), self.cutoff) if evidence else None

    def span(self, visit: VisitCode) -> Window:
        visit_window = window(visit, self.day0, self.schedule)
        if visit_window is None:
            message = f"{visit} has no window"
            raise ValueError(message)
        return visit_window

    def observed_until(self, last: date) -> date:
        """The last day that counts of a period: death and cut-off end it."""
        return min(day for day in (last, self.cutoff, self.died_on) if day)

    def nearest_creatinine(
        self, target: date, first: date, last: date
    ) -> CreatinineSample | None:
        """Sample nearest to a date; ties: earlier date, then earlier time."""
        last = self.observed_until(last)
        inside = [s for s in self.creatinine if first <= s.on <= last]
        return min(
            inside, key=lambda s: (abs((s.on - target).days), s.at), default=None
        )

    def is_on_rrt(self, day: date) -> bool:
        """RRT on any of the 7 days that end on a date."""
        first = day - timedelta(days=self.settings.rrt_lookback_days - 1)
        sessions = (rrt for rrt in self.rrt if not rrt.is_transplant)
        return self.is_transplanted(day) or any(
            rrt.touches(first, day) for rrt in sessions
        )

    def is_transplanted(self, day: date) -> bool:
        return self.settings.rrt_transplant_counts and any(
            rrt.is_transplant and rrt.start <= day for rrt in self.rrt
        )
