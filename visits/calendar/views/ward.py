"""The calendar of the ward, by month or by week."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from django.http import HttpResponse
from django.shortcuts import render

from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from trial_edc import clock
from trial_edc.vocabulary import VisitStatus
from visits.calendar import page as calendar
from visits.calendar import selectors as calendar_selectors
from visits.calendar.page import WEEK, What
from visits.calendar.selectors import PlannedVisit, Whose
from visits.schedule.selectors import reads_schedules

FIRST, LAST = date(2000, 1, 1), date(2100, 12, 31)  # a date far off counts as today
Choice = TypeVar("Choice", bound=StrEnum)


class Span(StrEnum):
    """How many days a page shows."""

    MONTH = "month"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class CalendarChoice:
    """What a reader asked for; an odd choice counts as none."""

    span: Span
    on: date
    whose: Whose
    what: What

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "CalendarChoice":
        return cls(
            _choice(asked.get("view"), Span.MONTH),
            _day(asked.get("on", "")),
            _choice(asked.get("whose"), Whose.ALL),
            _choice(asked.get("what"), What.AWAITED),
        )

    @property
    def before(self) -> date:
        is_week = self.span == Span.WEEK
        return self.on - WEEK if is_week else calendar.month_before(self.on)

    @property
    def after(self) -> date:
        is_week = self.span == Span.WEEK
        return self.on + WEEK if is_week else calendar.month_after(self.on)


def _choice(text: str | None, otherwise: Choice) -> Choice:
    kind = type(otherwise)
    return kind(text) if text in list(kind) else otherwise


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return clock.today()
    return day if FIRST <= day <= LAST else clock.today()


@permitted(Permission.READ_CASEBOOK, when=reads_schedules)
def ward(request: StaffRequest) -> HttpResponse:
    """Show the visits of a month or a week, and whatever is overdue."""
    wanted = CalendarChoice.of(request.GET)
    planned = calendar_selectors.planned_visits(request.user, wanted.whose)
    shown = [one for one in planned if calendar.is_wanted(one, wanted.what)]
    told = {
        "wanted": wanted,
        "today": clock.today(),
        "days": calendar.days_of_week(wanted.on),
        "weeks": calendar.month_of(wanted.on, shown),
        "lines": calendar.week_of(wanted.on, shown),
        "is_week": wanted.span == Span.WEEK,
        "overdue": [o for o in planned if o.visit.status == VisitStatus.OVERDUE],
        "counts": _counts(planned),
        "has_own": request.user.may(Permission.ENTER_CRF),
    }
    return render(request, "visits/calendar/calendar.html", told)


def _counts(planned: list[PlannedVisit]) -> dict[str, int]:
    held = Counter(one.visit.status.value for one in planned)
    over = held[VisitStatus.DONE] + held[VisitStatus.MISSED]
    return {
        "awaited": len(planned) - over,
        "overdue": held[VisitStatus.OVERDUE],
        "all": len(planned),
    }
