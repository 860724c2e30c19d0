"""Figures of the dashboard, pooled over both arms, in a fixed number of selects."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Value
from django.db.models.functions import Coalesce

from enrollment.vocabulary import ParticipantStatus
from monitoring.dashboard.rules import Forecast, forecast, planned_count
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
    randomized_on: list[date]
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
        return len(self.randomized_on)

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
    randomized_on = _days("RAN", "randomised_at")
    states, visits = _standings(), _visits()
    queries = _query_counts()
    return Dashboard(
        today=today,
        target=target,
        begun_on=next(iter(_days("SCN", "approached_at")), None),
        planned_days=_planned_days(),
        randomized_on=randomized_on,
        forecast=forecast(randomized_on, target=target, today=today),
        statuses=[(status, states.get(status, 0)) for status in ParticipantStatus],
        visits=[(status, visits.get(status, 0)) for status in VisitStatus],
        overdue=_overdue(),
        overdue_count=visits.get(VisitStatus.OVERDUE, 0),
        forms=_form_counts(),
        queries_open=queries.get(QueryState.OPEN, 0),
        queries_answered=queries.get(QueryState.ANSWERED, 0),
    )


def _days(code: str, item: str) -> list[date]:
    stored = catalogue.design(code).model._default_manager
    rows = stored.filter(form__code=code, form__struck_at=None)
    instants = rows.filter(**{f"{item}__isnull": False}).values_list(item, flat=True)
    return sorted(dates.site_date(at) for at in instants)


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
    queries = Query.objects.filter(form__confidentiality="open").order_by()
    return dict(queries.values_list("state").annotate(n=Count("pk")))


def _planned_days() -> int:
    """Length of recruitment that the registry record plans.

    The last participant must be followed for three months before the primary
    completion date; that time is subtracted.
    """
    registry = PROTOCOL.registry
    follow_up = timedelta(days=92)
    return (registry.primary_completion - follow_up - registry.start).days


def _form_counts() -> list[tuple[str, int]]:
    forms = FormInstance.objects.filter(confidentiality="open", struck_at=None)
    counts = dict(forms.order_by().values_list("status").annotate(n=Count("pk")))
    return [(status.value, counts.get(status.value, 0)) for status in FormStatus]
