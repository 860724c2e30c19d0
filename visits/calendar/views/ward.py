"""The calendar of the ward, by month or by week."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render

from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from record.casebook.models import Participant
from trial_edc import clock
from visits.calendar import page as calendar
from visits.calendar import selectors as calendar_selectors
from visits.calendar.page import WEEK, VisitFilter
from visits.calendar.selectors import ParticipantFilter
from visits.schedule.selectors import reads_schedules

FIRST, LAST = date(2000, 1, 1), date(2100, 12, 31)  # a date outside counts as today
Choice = TypeVar("Choice", bound=StrEnum)


class Span(StrEnum):
    """How many days a page shows."""

    MONTH = "month"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class CalendarChoice:
    """What a reader chose; an invalid choice counts as none."""

    span: Span
    on: date
    whose: ParticipantFilter
    what: VisitFilter

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "CalendarChoice":
        return cls(
            _choice(query.get("view"), Span.MONTH),
            _day(query.get("on", "")),
            _choice(query.get("whose"), ParticipantFilter.ALL),
            _choice(query.get("what"), VisitFilter.AWAITED),
        )

    @property
    def before(self) -> date:
        is_week = self.span == Span.WEEK
        return self.on - WEEK if is_week else calendar.month_before(self.on)

    @property
    def after(self) -> date:
        is_week = self.span == Span.WEEK
        return self.on + WEEK if is_week else calendar.month_after(self.on)


def _choice(text: str | None, default: Choice) -> Choice:
    kind = type(default)
    return kind(text) if text in list(kind) else default


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return clock.today()
    return day if FIRST <= day <= LAST else clock.today()


MOST_OVERDUE = 50  # lines above the calendar
PEOPLE_A_PAGE = 100


@permitted(Permission.READ_CASEBOOK, when=reads_schedules)
def ward(request: StaffRequest) -> HttpResponse:
    choice = CalendarChoice.of(request.GET)
    is_week = choice.span == Span.WEEK
    planned = calendar_selectors.planned_visits(request.user, choice.whose)
    selected = calendar.selected(planned, choice.what)
    overdue = calendar.selected(planned, VisitFilter.OVERDUE)[:MOST_OVERDUE]
    counts = calendar_selectors.counts(planned)
    context = {
        "choice": choice,
        "today": clock.today(),
        "days": calendar.days_of_week(choice.on),
        "is_week": is_week,
        "view": Span.WEEK.value if is_week else "",
        "overdue": calendar_selectors.shown(overdue),
        "counts": counts,
        "more_overdue": max(0, counts["overdue"] - MOST_OVERDUE),
        "has_own": request.user.may(Permission.ENTER_CRF),
        **(_week if is_week else _month)(request, choice, selected),
    }
    return render(request, "visits/calendar/calendar.html", context)


def _month(
    request: StaffRequest, choice: CalendarChoice, visits: QuerySet[Any]
) -> dict[str, Any]:
    del request
    return {"weeks": calendar.month_of(choice.on, visits)}


def _week(
    request: StaffRequest, choice: CalendarChoice, visits: QuerySet[Any]
) -> dict[str, Any]:
    visits = calendar.week_of(choice.on, visits)
    people = Participant.objects.filter(pk__in=visits.order_by().values("participant"))
    page = Paginator(people, PEOPLE_A_PAGE).get_page(request.GET.get("page"))
    lines = calendar.week_lines(choice.on, visits.filter(participant__in=list(page)))
    return {"page": page, "lines": lines}
