"""The visits of the ward by day, as the calendar page shows them.

A visit stands on the day it was done, else on that of its appointment, else on its
target; the day-0 visit before infusion 1 on the day by which it is due.
"""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from record.casebook.models import Participant
from trial_edc import clock
from trial_edc.vocabulary import VisitStatus
from visits.calendar.selectors import PlannedVisit

WEEK = timedelta(days=7)


class VisitFilter(StrEnum):
    """Which visits a calendar shows."""

    AWAITED = ""
    OVERDUE = "overdue"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a calendar page."""

    on: date
    in_month: bool
    is_today: bool
    visits: tuple[PlannedVisit, ...]

    @property
    def classes(self) -> str:
        return _classes(
            {
                "is-outside": not self.in_month,
                "is-empty": not self.visits,
                "is-today": self.is_today,
            }
        )


@dataclass(slots=True)
class CalendarLine:
    """One participant in a week: by day the visits and open windows."""

    participant: Participant
    in_hospital: bool
    cells: list["CalendarCell"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CalendarCell:
    """One day of one participant."""

    on: date
    is_today: bool
    visits: tuple[PlannedVisit, ...]
    open: tuple[PlannedVisit, ...]  # other visits whose window includes the day

    @property
    def classes(self) -> str:
        return _classes(
            {
                "is-today": self.is_today,
                "is-empty": not self.visits,
                "is-open": bool(self.open),
            }
        )


def _classes(states: dict[str, bool]) -> str:
    return " ".join(name for name, holds in states.items() if holds)


def is_selected(planned: PlannedVisit, what: VisitFilter) -> bool:
    if what == VisitFilter.OVERDUE:
        return planned.visit.status == VisitStatus.OVERDUE
    return what == VisitFilter.ALL or not planned.is_over


def month_of(on: date, visits: Iterable[PlannedVisit]) -> list[list[Day]]:
    by_day: dict[date, list[PlannedVisit]] = {}
    for planned in visits:
        if planned.day:
            by_day.setdefault(planned.day, []).append(planned)
    today = clock.today()
    return [
        [
            Day(day, day.month == on.month, day == today, tuple(by_day.get(day, ())))
            for day in week
        ]
        for week in calendar.Calendar().monthdatescalendar(on.year, on.month)
    ]


def days_of_week(on: date) -> list[date]:
    monday = on - timedelta(days=on.weekday())
    return [monday + timedelta(days=n) for n in range(WEEK.days)]


def week_of(on: date, visits: Iterable[PlannedVisit]) -> list[CalendarLine]:
    days = days_of_week(on)
    by_participant: dict[int, list[PlannedVisit]] = {}
    for planned in visits:
        if any(planned.day == day or planned.is_possible_on(day) for day in days):
            by_participant.setdefault(planned.participant.sequence, []).append(planned)
    return [
        CalendarLine(
            own_visits[0].participant,
            own_visits[0].in_hospital,
            [_cell(day, own_visits) for day in days],
        )
        for _sequence, own_visits in sorted(by_participant.items())
    ]


def _cell(day: date, own_visits: Iterable[PlannedVisit]) -> CalendarCell:
    that_day = tuple(planned for planned in own_visits if planned.day == day)
    possible = tuple(
        planned
        for planned in own_visits
        if planned.day != day and planned.is_possible_on(day)
    )
    return CalendarCell(day, day == clock.today(), that_day, possible)


def month_before(on: date) -> date:
    return (on.replace(day=1) - timedelta(days=1)).replace(day=1)


def month_after(on: date) -> date:
    return (on.replace(day=28) + timedelta(days=4)).replace(day=1)
