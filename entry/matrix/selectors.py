"""The matrix: the participants in sight with their visits, and counts of all.

The selects are fixed in number, and read no form.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from enrollment.standing.selectors import consent_due
from enrollment.vocabulary import ParticipantStatus
from entry.casebook.selectors.cells import GRID_VISITS
from entry.selectors.visibility import participants_visible_to
from record.accounts.models import User
from record.audit.models import Confidentiality
from record.casebook import catalogue
from record.casebook.access import visible_codes
from record.casebook.models import FormInstance, FormStatus, Participant
from record.casebook.vocabulary import TO_VERIFY
from record.review.models import QueryState, Verification
from record.review.selectors import (
    may_know_plan,
    planned,
    queries_visible_to,
    verification_plan,
)
from trial_edc import clock
from trial_edc.vocabulary import VisitStatus
from visits.missing_forms.selectors import missing_forms_visible_to
from visits.outlooks.selectors import outlooks_at, visit_at, visits_in
from visits.schedule.facts import Visit

FILTERS = ("overdue", "due", "missing", "queries", "drafts", "verify", "consent")
Counts = Mapping[str, int]


def filters_of(user: User) -> list[str]:
    """Who enters data does not learn from a count which of them are in the sample."""
    return [name for name in FILTERS if name != "verify" or may_know_plan(user)]


@dataclass(frozen=True)
class MatrixRow:
    """One participant in the matrix."""

    participant: Participant
    status: str
    visits: Sequence[Visit]
    open_queries: int
    drafts: int

    @property
    def next_visit(self) -> Visit | None:
        """The participant is to come to it: a record to be entered is none."""
        awaited = (v for v in self.visits if v.is_open and not v.awaits_record)
        return next(awaited, None)


def people_in_matrix(user: User) -> QuerySet[Any]:
    """With `status`, in the order of their numbers."""
    status = Coalesce("standing__status", Value(ParticipantStatus.APPROACHED.value))
    return participants_visible_to(user).annotate(status=status)


def is_in(name: str, user: User) -> Q:
    """Of the participants that a filter selects; raises `KeyError` for none of ours."""
    now = clock.now()
    forms = FormInstance.objects.filter(code__in=visible_codes(user), struck_at=None)
    return {
        "overdue": lambda: _has_visit(visits_in(VisitStatus.OVERDUE, now)),
        "due": lambda: _has_visit(visits_in(VisitStatus.DUE, now)),
        "missing": lambda: _has(missing_forms_visible_to(user), user),
        "queries": lambda: (
            _has(forms.filter(queries__state=QueryState.OPEN), user)
            | _has_query_without_form(user)
        ),
        "drafts": lambda: _has(forms.filter(status=FormStatus.DRAFT), user),
        "verify": lambda: _has(forms.filter(_is_to_verify()), user),
        "consent": lambda: consent_due(clock.today()),
    }[name]()


def _has_query_without_form(user: User) -> Q:
    """About a visit, a missing row or the participant."""
    queries = queries_visible_to(user).filter(form=None, state=QueryState.OPEN)
    return Q(pk__in=queries.order_by().values("participant"))


def _is_to_verify() -> Q:
    """A restricted form is to verify until any of its items is: no column says more."""
    designs = catalogue.designs().values()
    plain = [design.code for design in designs if not design.model.is_sealed]
    in_force = Verification.objects.filter(form=OuterRef("pk"), withdrawn_at=None)
    is_open = Q(code__in=plain, verification__in=TO_VERIFY)
    is_new = Q(~Exists(in_force), confidentiality=Confidentiality.RESTRICTED)
    in_plan = planned(verification_plan())
    return in_plan & Q(is_open | is_new, status=FormStatus.COMPLETE)


def _has_visit(visits: QuerySet[Any]) -> Q:
    return Q(pk__in=visits.filter(visit__in=GRID_VISITS).values("participant_id"))


def _has(forms: QuerySet[FormInstance], user: User) -> Q:
    """Of participants with such a form; no join leads from a restricted one to them."""
    has_open = Q(pk__in=forms.order_by().values("participant_id"))
    if not any(catalogue.design(code).is_restricted for code in visible_codes(user)):
        return has_open
    restricted = forms.filter(confidentiality=Confidentiality.RESTRICTED)
    return has_open | Q(pk__in=set(restricted.values_list("participant_id", flat=True)))


def counts_of(people: QuerySet[Any], user: User) -> Counts:
    """How many each filter and each status selects, in one statement."""
    everybody = people.order_by()
    by_status = everybody.values(kind=F("status")).annotate(n=Count("pk"))
    filters = [
        everybody.filter(is_in(name, user))
        .values(kind=Value(name))
        .annotate(n=Count("pk"))
        for name in filters_of(user)
    ]
    return dict(by_status.union(*filters, all=True).values_list("kind", "n"))


def matrix_rows(people: Sequence[Any], user: User) -> list[MatrixRow]:
    """Rows of `people_in_matrix` in sight."""
    now = clock.now()
    visits = defaultdict(list)
    outlooks = outlooks_at(now).filter(participant__in=people, visit__in=GRID_VISITS)
    for outlook in outlooks.order_by("place"):
        visits[outlook.participant_id].append(visit_at(outlook, now))
    counts = _counts(people, user)
    return [
        MatrixRow(
            person,
            person.status,
            visits[person.pk],
            *counts.get(person.pk, (0, 0)),
        )
        for person in people
    ]


def _counts(people: Sequence[Any], user: User) -> Mapping[int, tuple[int, int]]:
    """Open queries and drafts by participant."""
    forms = FormInstance.objects.filter(
        participant__in=people, code__in=visible_codes(user), struck_at=None
    )
    rows = forms.values_list("participant_id").annotate(
        open=Count("queries", filter=Q(queries__state=QueryState.OPEN), distinct=True),
        drafts=Count("id", filter=Q(status=FormStatus.DRAFT), distinct=True),
    )
    totals: dict[int, tuple[int, int]] = {}
    for (
        pk,
        queries,
        drafts,
    ) in rows:  # restricted forms of a participant are a row apart
        before = totals.get(pk, (0, 0))
        totals[pk] = before[0] + queries, before[1] + drafts
    return totals
