"""The visits of the ward by day: what the calendar and its feed show.

A visit stands on the day it was done, else on that of its appointment, else on its
target; the day-0 visit before infusion 1 on the day by which it is due.
"""

import calendar
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext

from record.accounts.models import User
from record.casebook.models import FormInstance, Participant
from trial_edc import clock
from trial_edc.dates import site_date
from trial_edc.requirements import implements
from trial_edc.vocabulary import VisitCode, VisitStatus
from visits.schedule.facts import Schedule, Visit
from visits.schedule.selectors import in_patients, participants_visible_to, schedules

WEEK = timedelta(days=7)
OWN_FORMS = ("SCN", "CNS", "VIS")  # who enters them looks after the participant
OVER = (VisitStatus.DONE, VisitStatus.MISSED)
IDLE = (VisitStatus.NOT_REQUIRED, VisitStatus.NOT_SCHEDULED)


class Whose(StrEnum):
    """Which participants a calendar shows."""

    ALL = ""
    IN_HOSPITAL = "in_hospital"
    MINE = "mine"


class What(StrEnum):
    """Which of their visits."""

    AWAITED = ""
    OVERDUE = "overdue"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Planned:
    """A visit with what somebody needs to know to plan a day."""

    participant: Participant
    visit: Visit
    record_id: int | None
    in_hospital: bool

    @property
    def appointment_at(self) -> datetime | None:
        """Return when it is booked."""
        return self.visit.appointment_at

    @property
    def label(self) -> str:
        """Return the code of the visit, with its number where there is one."""
        number = f".{self.visit.number}" if self.visit.number else ""
        return f"{self.visit.code}{number}"

    @property
    def words(self) -> str:
        """Return the words of the visit."""
        return gettext(self.visit.code.label)

    @property
    def opens(self) -> date | None:
        """Return the first day of its window."""
        return self.visit.state.window.opens if self.visit.state.window else None

    @property
    def closes(self) -> date | None:
        """Return the last day on which it is in time."""
        return self.visit.closes_on

    @property
    def target(self) -> date | None:
        """Return the day that the protocol wants."""
        return self.visit.state.window.target if self.visit.state.window else None

    @property
    def day(self) -> date | None:
        """Return the day on which it stands; None: it has none."""
        booked = site_date(self.appointment_at) if self.appointment_at else None
        return self.visit.done_on or booked or self.target or self.closes

    @property
    def appointment_time(self) -> str:
        """Return the hour of the appointment at the site."""
        at = self.appointment_at
        return f"{at.astimezone(clock.SITE_TZ):%H:%M}" if at else ""

    @property
    def is_over(self) -> bool:
        """Tell whether nobody is awaited any more."""
        return self.visit.status in OVER

    def takes_in(self, day: date) -> bool:
        """Tell whether an awaited visit could be made on a day."""
        if self.is_over or self.opens is None or self.closes is None:
            return False
        return self.opens <= day <= self.closes


@implements("CAL-01")
def planned_visits(user: User, whose: Whose = Whose.ALL) -> list[Planned]:
    """Return the visits that have a day, of everybody whose schedule a person may see.

    As of now and by the rights of now; four selects and one of signatures at most,
    however many participants there are.
    """
    people = list(_people(user, whose))
    plans = schedules(people)
    records = _records(people)
    found = (
        one for person in people for one in _planned(person, plans[person.pk], records)
    )
    return sorted(found, key=_in_order)


def _people(user: User, whose: Whose) -> QuerySet[Participant]:
    forms = FormInstance.objects.filter(participant=OuterRef("pk"), struck_at=None)
    people = participants_visible_to(user).filter(Exists(forms.filter(code="RAN")))
    if whose == Whose.IN_HOSPITAL:
        return people.filter(pk__in=in_patients())
    if whose == Whose.MINE:
        own = forms.filter(code__in=OWN_FORMS, saved_by=user)
        return people.filter(Exists(own))
    return people


def _records(people: Iterable[Participant]) -> Mapping[tuple[int, str, int], int]:
    held = FormInstance.objects.filter(
        participant__in=people, code="VIS", struck_at=None
    ).values_list("participant_id", "visit", "visit_number", "pk")
    return {(person, visit, number): pk for person, visit, number, pk in held}


def _planned(
    person: Participant, plan: Schedule, records: Mapping[tuple[int, str, int], int]
) -> Iterator[Planned]:
    stays = plan.course.stays
    in_hospital = not stays or any(stay.out_on is None for stay in stays)
    for visit in plan.visits:
        place = person.pk, visit.code.value, visit.number
        one = Planned(person, visit, records.get(place), in_hospital)
        if one.day and _has_a_place(one):
            yield one


def _has_a_place(one: Planned) -> bool:
    """Tell whether a visit is planned; an unscheduled one is by its appointment."""
    if one.visit.code == VisitCode.UNSCHEDULED:
        return True
    return one.visit.status not in IDLE or one.visit.state.due_at is not None


def _in_order(one: Planned) -> tuple[date, datetime, int, str]:
    never = datetime.max.replace(tzinfo=clock.SITE_TZ)
    day = one.day or date.max
    return day, one.appointment_at or never, one.participant.sequence, one.label


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a calendar page."""

    on: date
    in_month: bool
    is_today: bool
    visits: tuple[Planned, ...]


@dataclass(slots=True)
class Line:
    """One participant in a week: by day what stands there, and open windows."""

    participant: Participant
    in_hospital: bool
    cells: list["Cell"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of one participant."""

    on: date
    is_today: bool
    visits: tuple[Planned, ...]
    open: tuple[Planned, ...]  # other visits whose window takes the day in


def is_wanted(one: Planned, what: What) -> bool:
    """Tell whether a calendar shows a visit."""
    if what == What.OVERDUE:
        return one.visit.status == VisitStatus.OVERDUE
    return what == What.ALL or not one.is_over


def month_of(on: date, visits: Iterable[Planned]) -> list[list[Day]]:
    """Return the weeks of a month, from Monday, each day with its visits."""
    by_day: dict[date, list[Planned]] = {}
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
    """Return the days of the week that a date is in, from Monday."""
    monday = on - timedelta(days=on.weekday())
    return [monday + timedelta(days=n) for n in range(WEEK.days)]


def week_of(on: date, visits: Iterable[Planned]) -> list[Line]:
    """Return who has a visit or an open window in a week, by participant."""
    days = days_of_week(on)
    by_person: dict[int, list[Planned]] = {}
    for one in visits:
        if any(one.day == day or one.takes_in(day) for day in days):
            by_person.setdefault(one.participant.sequence, []).append(one)
    return [
        Line(held[0].participant, held[0].in_hospital, [_cell(d, held) for d in days])
        for _sequence, held in sorted(by_person.items())
    ]


def _cell(day: date, held: Iterable[Planned]) -> Cell:
    here = tuple(one for one in held if one.day == day)
    open_ = tuple(one for one in held if one.day != day and one.takes_in(day))
    return Cell(day, day == clock.today(), here, open_)


def month_before(on: date) -> date:
    """Return the first day of the month before."""
    return (on.replace(day=1) - timedelta(days=1)).replace(day=1)


def month_after(on: date) -> date:
    """Return the first day of the month after."""
    return (on.replace(day=28) + timedelta(days=4)).replace(day=1)
