"""The visits of the ward by day: what the calendar and its feed show.

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


class What(StrEnum):
    """Which of their visits."""

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


@dataclass(slots=True)
class CalendarLine:
    """One participant in a week: by day what stands there, and open windows."""

    participant: Participant
    in_hospital: bool
    cells: list["CalendarCell"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CalendarCell:
    """One day of one participant."""

    on: date
    is_today: bool
    visits: tuple[PlannedVisit, ...]
    open: tuple[PlannedVisit, ...]  # other visits whose window takes the day in


def is_wanted(one: PlannedVisit, what: What) -> bool:
    if what == What.OVERDUE:
        return one.visit.status == VisitStatus.OVERDUE
    return what == What.ALL or not one.is_over


def month_of(on: date, visits: Iterable[PlannedVisit]) -> list[list[Day]]:
    """Return the weeks of a month, from Monday, each day with its visits."""
    by_day: dict[date, list[PlannedVisit]] = {}
    for one in visits:
        if one.day:
            by_day.setdefault(one.day, []).append(one)
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
    """Return who has a visit or an open window in a week, by participant."""
    days = days_of_week(on)
    by_person: dict[int, list[PlannedVisit]] = {}
    for one in visits:
        if any(one.day == day or one.takes_in(day) for day in days):
            by_person.setdefault(one.participant.sequence, []).append(one)
    return [
        CalendarLine(
            held[0].participant, held[0].in_hospital, [_cell(d, held) for d in days]
        )
        for _sequence, held in sorted(by_person.items())
    ]


def _cell(day: date, held: Iterable[PlannedVisit]) -> CalendarCell:
    here = tuple(one for one in held if one.day == day)
    open_ = tuple(one for one in held if one.day != day and one.takes_in(day))
    return CalendarCell(day, day == clock.today(), here, open_)


def month_before(on: date) -> date:
    return (on.replace(day=1) - timedelta(days=1)).replace(day=1)


def month_after(on: date) -> date:
    return (on.replace(day=28) + timedelta(days=4)).replace(day=1)
