"""The matrix of all participants; selects fixed in number."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Q

from enrollment.consent.facts.reconsent import ReconsentDue
from enrollment.consent.selectors import reconsents_due
from enrollment.screening.facts import participant_status as statuses
from enrollment.screening.selectors import statuses_of
from entry.casebook.selectors.cells import GRID_VISITS
from entry.selectors.visibility import participants_visible_to
from record.accounts.models import User
from record.casebook.access import visible_codes
from record.casebook.models import FormInstance, FormStatus, Participant
from record.casebook.selectors import casebooks_of
from record.review.models import QueryState
from trial_edc.vocabulary import VisitStatus
from visits.schedule import facts as schedule
from visits.schedule.facts import Visit
from visits.schedule.selectors import schedules_of


@dataclass(frozen=True)
class MatrixRow:
    """One participant in the matrix."""

    participant: Participant
    status: str
    visits: list[Visit]
    next_visit: Visit | None
    open_queries: int
    drafts: int
    to_verify: int
    due: list[ReconsentDue]  # consents to ask for

    @property
    def is_overdue(self) -> bool:
        return any(visit.status == VisitStatus.OVERDUE for visit in self.visits)

    @property
    def is_due(self) -> bool:
        return any(visit.status == VisitStatus.DUE for visit in self.visits)


FILTERS: Mapping[str, Callable[[MatrixRow], bool]] = {
    "overdue": lambda row: row.is_overdue,
    "due": lambda row: row.is_due,
    "queries": lambda row: row.open_queries > 0,
    "drafts": lambda row: row.drafts > 0,
    "verify": lambda row: row.to_verify > 0,
    "consent": lambda row: bool(row.due),
}


def matrix_for(user: User) -> list[MatrixRow]:
    """All participants with their visits; the selects do not grow with them."""
    participants = list(participants_visible_to(user))
    casebooks = casebooks_of(participants, sorted({*schedule.FORMS, *statuses.CODES}))
    plans = schedules_of(participants, casebooks)
    states = statuses_of(participants, casebooks)
    counts, due = _counts(user), reconsents_due(casebooks)
    return [
        MatrixRow(
            participant,
            states[participant.pk].value,
            [v for v in plans[participant.pk].visits if v.code in GRID_VISITS],
            plans[participant.pk].next_visit,
            *counts.get(participant.pk, (0, 0, 0)),
            due=due[participant.pk],
        )
        for participant in participants
    ]


def _counts(user: User) -> dict[int, tuple[int, int, int]]:
    forms = FormInstance.objects.filter(code__in=visible_codes(user), struck_at=None)
    open_queries = Q(queries__state=QueryState.OPEN)
    drafts = Q(status=FormStatus.DRAFT)
    unverified = Q(status=FormStatus.COMPLETE, verifications=None)
    rows = forms.values_list("participant_id").annotate(
        open=Count("queries", filter=open_queries, distinct=True),
        drafts=Count("id", filter=drafts, distinct=True),
        unverified=Count("id", filter=unverified, distinct=True),
    )
    totals: dict[int, tuple[int, int, int]] = {}
    for pk, *counts in rows:  # the restricted forms of a participant are a row apart
        before = totals.get(pk, (0, 0, 0))
        totals[pk] = tuple(map(sum, zip(before, counts, strict=True)))  # type: ignore[assignment]
    return totals
