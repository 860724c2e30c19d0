"""Figures of the dashboard, pooled over both arms, in a fixed number of selects."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Min, Q, QuerySet, Value
from django.db.models.functions import Coalesce, TruncDate

from enrollment.vocabulary import ParticipantStatus
from monitoring.dashboard.rules import Forecast, forecast, planned_count
from record.audit.models import Confidentiality
from record.casebook import catalogue
from record.casebook.models import FormInstance, FormStatus, Participant
from record.review.models import Query, QueryState
from trial_edc import clock, dates
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import VisitStatus
from visits.outlooks.selectors import outlooks_at, visit_at, visits_in
from visits.schedule.facts import Visit

MOST_OVERDUE = 50  # lines on the page


@dataclass(frozen=True)
class OverdueVisit:
    """A visit whose window has closed without a record."""

    participant: Participant
    visit: Visit


@dataclass(frozen=True)
class Dashboard:
    """The state of the trial today."""

    today: date
    target: int
    begun_on: date | None
    planned_days: int
    accrual: list[tuple[date, int]]  # randomized on each day that had any
    forecast: Forecast | None
    statuses: list[tuple[ParticipantStatus, int]]
    visits: list[tuple[VisitStatus, int]]
    overdue: list[OverdueVisit]  # the first of `overdue_count`
    overdue_count: int
    forms: list[tuple[str, int]]
    queries_open: int
    queries_answered: int

    @property
    def more_overdue(self) -> int:
        return self.overdue_count - len(self.overdue)

    @property
    def randomized(self) -> int:
        return sum(count for _day, count in self.accrual)

    @property
    def is_full(self) -> bool:
        return self.randomized >= self.target

    @property
    def beyond_plan(self) -> int:
        """How many more are randomized than planned."""
        return max(0, self.randomized - self.target)

    @property
    def planned(self) -> int:
        if self.begun_on is None:
            return 0
        return planned_count(
            target=self.target,
            begun_on=self.begun_on,
            days=self.planned_days,
            on=self.today,
        )


def dashboard() -> Dashboard:
    today, target = clock.today(), PROTOCOL.registry.enrolment
    accrual = _accrual()
    states, visits = _standings(), _visits()
    queries = _query_counts()
    return Dashboard(
        today=today,
        target=target,
        begun_on=_begun_on(),
        planned_days=_planned_days(),
        accrual=accrual,
        forecast=forecast(accrual, target=target, today=today),
        statuses=[(status, states.get(status, 0)) for status in ParticipantStatus],
        visits=[(status, visits.get(status, 0)) for status in VisitStatus],
        overdue=_overdue(),
        overdue_count=visits.get(VisitStatus.OVERDUE, 0),
        forms=_form_counts(),
        queries_open=queries.get(QueryState.OPEN, 0),
        queries_answered=queries.get(QueryState.ANSWERED, 0),
    )


def _accrual() -> list[tuple[date, int]]:
    day = TruncDate("randomised_at", tzinfo=dates.SITE_TZ)
    rows = _stored("RAN").annotate(day=day).filter(day__isnull=False).order_by()
    return sorted(rows.values_list("day").annotate(n=Count("*")))


def _begun_on() -> date | None:
    """When the first person was approached."""
    first = _stored("SCN").aggregate(at=Min("approached_at"))["at"]
    return dates.site_date(first) if first else None


def _stored(code: str) -> QuerySet[Any]:
    stored = catalogue.design(code).model._default_manager
    rows: QuerySet[Any] = stored.filter(form__code=code, form__struck_at=None)
    return rows


def _standings() -> Mapping[str, int]:
    status = Coalesce("standing__status", Value(ParticipantStatus.APPROACHED.value))
    people = Participant.objects.order_by().values_list(status)
    return dict(people.annotate(n=Count("pk")))


def _visits() -> Mapping[str, int]:
    visits = outlooks_at(clock.now()).order_by().values_list("status_now")
    return dict(visits.annotate(n=Count("pk")))


def _overdue() -> list[OverdueVisit]:
    """The first of them."""
    now = clock.now()
    rows = (
        visits_in(VisitStatus.OVERDUE, now)
        .select_related("participant")
        .order_by("participant__sequence", "place", "number")
    )
    return [
        OverdueVisit(row.participant, visit_at(row, now)) for row in rows[:MOST_OVERDUE]
    ]


def _query_counts() -> Mapping[str, int]:
    """Those that are not closed; by the codes of forms, which an index gives."""
    codes = [
        design.code
        for design in catalogue.designs().values()
        if design.confidentiality == Confidentiality.OPEN
    ]
    waiting = (QueryState.OPEN, QueryState.ANSWERED)
    is_open = Q(form=None) | Q(form__code__in=codes)
    queries = Query.objects.filter(is_open, state__in=waiting).order_by()
    return dict(queries.values_list("state").annotate(n=Count("*")))


def _planned_days() -> int:
    """Length of recruitment that the registry record plans.

    The last participant must be followed for three months before the primary
    completion date; that time is subtracted.
    """
    registry = PROTOCOL.registry
    follow_up = timedelta(days=92)
    return (registry.primary_completion - follow_up - registry.start).days


def _form_counts() -> list[tuple[str, int]]:
    """An index gives them, as long as no column outside it is asked for."""
    forms = FormInstance.objects.filter(
        confidentiality=Confidentiality.OPEN, struck_at=None
    )
    counts = dict(forms.order_by().values_list("status").annotate(n=Count("*")))
    return [(status.value, counts.get(status.value, 0)) for status in FormStatus]
