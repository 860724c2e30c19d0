"""Visits with a day, of all participants whose schedule a person may see."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext

from record.accounts.models import User
from record.casebook.models import FormInstance, Participant
from trial_edc import clock, dates
from trial_edc.requirements import implements
from trial_edc.vocabulary import VisitCode, VisitStatus
from visits.outlooks.selectors import calendar_day, outlooks_at, visit_at
from visits.schedule.facts import Visit
from visits.schedule.selectors import in_patients, participants_visible_to

OWN_FORMS = ("SCN", "CNS", "VIS")  # those who enter them look after the participant
OVER = (VisitStatus.DONE, VisitStatus.MISSED)
IN_ORDER = (
    F("day"),
    F("appointment_at").asc(nulls_last=True),
    F("participant__sequence"),
    F("visit"),
    F("number"),
)
NOT_PLANNED = (VisitStatus.NOT_REQUIRED, VisitStatus.NOT_SCHEDULED)


class ParticipantFilter(StrEnum):
    """Which participants a calendar shows."""

    ALL = ""
    IN_HOSPITAL = "in_hospital"
    MINE = "mine"


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """A visit with what somebody needs to plan a day."""

    participant: Participant
    visit: Visit
    record_id: int | None
    in_hospital: bool

    @property
    def appointment_at(self) -> datetime | None:
        return self.visit.appointment_at

    @property
    def label(self) -> str:
        number = f".{self.visit.number}" if self.visit.number else ""
        return f"{self.visit.code}{number}"

    @property
    def name(self) -> str:
        return gettext(self.visit.code.label)

    @property
    def opens(self) -> date | None:
        return self.visit.state.window.opens if self.visit.state.window else None

    @property
    def closes(self) -> date | None:
        return self.visit.closes_on

    @property
    def is_for_one_day(self) -> bool:
        return self.opens is not None and self.opens == self.closes

    @property
    def target(self) -> date | None:
        return self.visit.state.window.target if self.visit.state.window else None

    @property
    def day(self) -> date | None:
        return calendar_day(self.visit)

    @property
    def appointment_time(self) -> str:
        at = self.appointment_at
        return f"{at.astimezone(dates.SITE_TZ):%H:%M}" if at else ""

    @property
    def is_over(self) -> bool:
        return self.visit.status in OVER

    def is_possible_on(self, day: date) -> bool:
        if self.is_over or self.opens is None or self.closes is None:
            return False
        return self.opens <= day <= self.closes


@implements("CAL-01")
def planned_visits(
    user: User, whose: ParticipantFilter = ParticipantFilter.ALL
) -> QuerySet[Any]:
    """Visits with a day, of all participants whose schedule a person may see now.

    In the order of a calendar, with `status_now`; `shown` makes a page's of them. An
    unscheduled visit is planned by its appointment alone.
    """
    visits = outlooks_at(clock.now()).filter(
        participant__in=_participants(user, whose), day__isnull=False
    )
    is_planned = ~Q(status_now__in=NOT_PLANNED) | Q(due_at__isnull=False)
    is_planned |= Q(visit=VisitCode.UNSCHEDULED)
    return visits.filter(is_planned).order_by(*IN_ORDER)


def shown(visits: QuerySet[Any]) -> list[PlannedVisit]:
    """One select."""
    now, stays = clock.now(), in_patients().filter(pk=OuterRef("participant"))
    rows = visits.select_related("participant").annotate(in_hospital=Exists(stays))
    return [
        PlannedVisit(
            row.participant, visit_at(row, now), row.record_id, row.in_hospital
        )
        for row in rows
    ]


def counts(visits: QuerySet[Any]) -> dict[str, int]:
    """How many are awaited, overdue, and planned at all."""
    per_status = visits.order_by().values_list("status_now").annotate(n=Count("*"))
    by_status = dict(per_status)
    return {
        "awaited": sum(n for status, n in by_status.items() if status not in OVER),
        "overdue": by_status.get(VisitStatus.OVERDUE, 0),
        "all": sum(by_status.values()),
    }


def _participants(user: User, whose: ParticipantFilter) -> QuerySet[Participant]:
    forms = FormInstance.objects.filter(participant=OuterRef("pk"), struck_at=None)
    participants = participants_visible_to(user).filter(
        Exists(forms.filter(code="RAN"))
    )
    if whose == ParticipantFilter.IN_HOSPITAL:
        return participants.filter(pk__in=in_patients())
    if whose == ParticipantFilter.MINE:
        own = forms.filter(code__in=OWN_FORMS, saved_by=user)
        return participants.filter(Exists(own))
    return participants
