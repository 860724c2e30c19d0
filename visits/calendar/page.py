"""The visits of the ward by day, as the calendar page shows them.

A visit stands on the day it was done, else on that of its appointment, else on its
target; the day-0 visit before infusion 1 on the day by which it is due.
"""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from record.casebook.models import Participant
from trial_edc import clock
from trial_edc.vocabulary import VisitStatus
from visits.calendar.selectors import IN_ORDER, OVER, PlannedVisit, shown
from visits.outlooks.selectors import of_status

WEEK = timedelta(days=7)
MOST_A_DAY = 12  # visits in a cell of the month


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
    more: int  # visits that are not shown

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


def selected(visits: QuerySet[Any], what: VisitFilter) -> QuerySet[Any]:
    if what == VisitFilter.OVERDUE:
        return of_status(visits, VisitStatus.OVERDUE)
    return visits if what == VisitFilter.ALL else visits.exclude(status_now__in=OVER)


def month_of(on: date, visits: QuerySet[Any]) -> list[list[Day]]:
    """Whole weeks; of a day the first visits, and how many more there are."""
    weeks = calendar.Calendar().monthdatescalendar(on.year, on.month)
    in_sight = visits.filter(day__range=(weeks[0][0], weeks[-1][-1]))
    rank = Window(RowNumber(), partition_by=F("day"), order_by=IN_ORDER)
    first = in_sight.annotate(rank=rank).filter(rank__lte=MOST_A_DAY)
    by_day: dict[date | None, list[PlannedVisit]] = {}
    for planned in shown(first):
        by_day.setdefault(planned.day, []).append(planned)
    per_day = in_sight.order_by().values_list("day").annotate(n=Count("pk"))
    totals, today = dict(per_day), clock.today()
    return [
        [
            Day(
                day,
                day.month == on.month,
                day == today,
                tuple(own := by_day.get(day, [])),
                totals.get(day, 0) - len(own),
            )
            for day in week
        ]
        for week in weeks
    ]


def days_of_week(on: date) -> list[date]:
    monday = on - timedelta(days=on.weekday())
    return [monday + timedelta(days=n) for n in range(WEEK.days)]


def week_of(on: date, visits: QuerySet[Any]) -> QuerySet[Any]:
    """Visits that stand in the week, or are possible in it."""
    monday, sunday = days_of_week(on)[0], days_of_week(on)[-1]
    possible = Q(opens_on__lte=sunday, closes_on__gte=monday)
    possible &= ~Q(status_now__in=OVER)
    return visits.filter(Q(day__range=(monday, sunday)) | possible)


def week_lines(on: date, visits: QuerySet[Any]) -> list[CalendarLine]:
    """One line a participant, in the order of their numbers."""
    days = days_of_week(on)
    by_participant: dict[int, list[PlannedVisit]] = {}
    for planned in shown(visits):
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
