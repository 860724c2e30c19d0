"""Figures of the dashboard, pooled over both arms, in a fixed number of selects."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from enrollment.screening.facts import participant_status as statuses
from enrollment.screening.selectors import statuses_of
from enrollment.vocabulary import ParticipantStatus
from monitoring.dashboard.rules import Forecast, forecast, planned_count
from record.casebook.form_data import Casebook
from record.casebook.models import FormInstance, FormStatus, Participant
from record.casebook.selectors import casebooks_of
from record.review.models import Query, QueryState
from trial_edc import clock, dates
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import VisitStatus
from visits.schedule import facts as schedule
from visits.schedule.facts import Visit
from visits.schedule.selectors import schedules_of


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
    overdue: list[OverdueVisit]
    forms: list[tuple[str, int]]
    queries_open: int
    queries_answered: int

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
    people = list(Participant.objects.all())
    casebooks = casebooks_of(people, sorted({*schedule.FORMS, *statuses.CODES}))
    plans = schedules_of(people, casebooks)
    states = Counter(statuses_of(people, casebooks).values())
    randomized_on = _days(casebooks.values(), "RAN", "randomised_at")
    visits = [(who, visit) for who in people for visit in plans[who.pk].visits]
    visit_counts = Counter(visit.status for _who, visit in visits)
    queries = _query_counts()
    today, target = clock.today(), PROTOCOL.registry.enrolment
    return Dashboard(
        today=today,
        target=target,
        begun_on=min(_days(casebooks.values(), "SCN", "approached_at"), default=None),
        planned_days=_planned_days(),
        randomized_on=randomized_on,
        forecast=forecast(randomized_on, target=target, today=today),
        statuses=[(status, states[status]) for status in ParticipantStatus],
        visits=[(status, visit_counts[status]) for status in VisitStatus],
        overdue=[
            OverdueVisit(who, visit)
            for who, visit in visits
            if visit.status == VisitStatus.OVERDUE
        ],
        forms=_form_counts(),
        queries_open=queries[QueryState.OPEN],
        queries_answered=queries[QueryState.ANSWERED],
    )


def _days(casebooks: Iterable[Casebook], code: str, item: str) -> list[date]:
    instants = (casebook.value(code, item) for casebook in casebooks)
    return sorted(dates.site_date(at) for at in instants if at)


def _query_counts() -> Mapping[str, int]:
    queries = Query.objects.filter(form__confidentiality="open")
    return Counter(queries.values_list("state", flat=True))


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
    counts = Counter(forms.values_list("status", flat=True))
    return [(status.value, counts[status.value]) for status in FormStatus]
