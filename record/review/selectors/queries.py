"""Reads of queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import (
    Aggregate,
    Count,
    DurationField,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.utils.translation import gettext

from record.accounts.models import User
from record.accounts.roles import (
    BlindingClass,
    Permission,
    Role,
    blinding_class,
    has,
)
from record.casebook import catalogue
from record.casebook.access import (
    may_on,
    reach_of,
    sees_whole_casebooks,
    visible_codes,
)
from record.casebook.models import FormInstance, Participant
from record.review.models import WAITING, Query, QueryState, QueryStep


def queries_visible_to(user: User) -> QuerySet[Query]:
    return (
        Query.objects.filter(_is_visible(user))
        .select_related("form__participant", "participant", "raised_by", "assigned_to")
        .prefetch_related("form__participant")  # of restricted forms
        .order_by("raised_at", "id")
    )


def _is_visible(user: User) -> Q:
    """On the forms that the person sees, and of the participants within reach."""
    codes = visible_codes(user)
    on_form = Q(form__code__in=codes) & reach_of(user, "form__participant")
    subjects = Q(log__in=codes)
    if sees_whole_casebooks(user):
        subjects |= Q(log="")
    return on_form | Q(form=None) & subjects & reach_of(user, "participant")


def may_on_subject(user: User, right: Permission, about: str) -> bool:
    """`about` is the code of a form or log; empty for a visit or the participant."""
    if about:
        return may_on(user, right, catalogue.design(about))
    is_whole = user.may(right) and user.limit(right) is None
    return is_whole and sees_whole_casebooks(user)


def queries_of(form: FormInstance) -> dict[str, list[Query]]:
    by_item: dict[str, list[Query]] = defaultdict(list)
    if not form.pk:
        return by_item
    for query in form.queries.prefetch_related("steps__by"):
        query.form = form
        by_item[query.place[0]].append(query)
    return by_item


def unanswered_counts(forms: Iterable[FormInstance]) -> Mapping[int, int]:
    rows = (
        Query.objects.filter(form__in=forms, state=QueryState.OPEN)
        .values_list("form_id")
        .annotate(n=Count("id"))
    )
    return dict(rows)


def open_places(forms: Iterable[FormInstance]) -> set[tuple[int, str]]:
    queries = Query.objects.filter(form__in=forms, state=QueryState.OPEN)
    return set(queries.values_list("form_id", "item"))


def counts_by_state(queries: QuerySet[Query]) -> dict[str, int]:
    rows = queries.order_by().values_list("state").annotate(n=Count("id"))
    counts = dict.fromkeys(QueryState.values, 0) | dict(rows)
    return {**counts, "": sum(counts.values())}


@dataclass(frozen=True)
class StepKind:
    """A step of a query: who may take it, from which states, and where it leads."""

    action: QueryStep.Action
    right: Permission
    allowed: tuple[QueryState, ...]
    to: QueryState
    of_raiser: bool = False  # only the person who raised it may


Action, State = QueryStep.Action, QueryState
ANSWER, RAISE = Permission.ANSWER_QUERY, Permission.RAISE_QUERY
STEPS = {
    "answer": StepKind(Action.ANSWERED, ANSWER, (State.OPEN,), State.ANSWERED),
    "return": StepKind(Action.RETURNED, RAISE, (State.ANSWERED,), State.OPEN),
    "close": StepKind(Action.CLOSED, Permission.CLOSE_QUERY, WAITING, State.CLOSED),
    "cancel": StepKind(
        Action.CANCELLED, RAISE, WAITING, State.CANCELLED, of_raiser=True
    ),
    "reopen": StepKind(Action.REOPENED, RAISE, (State.CLOSED,), State.OPEN),
}


def possible_actions(query: Query, user: User) -> dict[str, bool]:
    """The steps that this person may take now."""
    return {
        name: True
        for name, kind in STEPS.items()
        if query.state in kind.allowed
        and may_on_subject(user, kind.right, query.about)
        and (query.raised_by_id == user.pk or not kind.of_raiser)
    }


@dataclass(frozen=True)
class Medians:
    """How long queries waited for their first answer, and until they were closed."""

    answer: timedelta | None
    close: timedelta | None

    @property
    def answer_days(self) -> str:
        return _days(self.answer)

    @property
    def close_days(self) -> str:
        return _days(self.close)


def _days(wait: timedelta | None) -> str:
    if wait is None:
        return "—"
    return gettext("%(days)s days") % {"days": f"{wait / timedelta(days=1):.1f}"}


class Median(Aggregate):
    """Of durations."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"

    def __init__(self, expression: str, condition: Q | None = None) -> None:
        super().__init__(expression, filter=condition, output_field=DurationField())


AT_ONCE = timedelta(seconds=1)  # an explanation that came with the value


def medians(queries: QuerySet[Query]) -> Medians:
    """Of the queries of a list, those that were answered, and those that are closed."""
    steps = QueryStep.objects.filter(query=OuterRef("pk"))
    answers = steps.filter(action=QueryStep.Action.ANSWERED).order_by("pk")
    ends = steps.filter(action=QueryStep.Action.CLOSED).order_by("-pk")
    waits = queries.order_by().annotate(
        answered_after=Subquery(answers.values("at")[:1]) - F("raised_at"),
        closed_after=Subquery(ends.values("at")[:1]) - F("raised_at"),
    )
    figures = waits.aggregate(
        answer=Median("answered_after", Q(answered_after__gt=AT_ONCE)),
        close=Median("closed_after", Q(state=QueryState.CLOSED)),
    )
    return Medians(**figures)


def answering_roles(user: User) -> list[Role]:
    """Those that answer queries; the unblinded ones only for their own class."""
    is_unblinded = user.blinding == BlindingClass.UNBLINDED
    return [
        role
        for role in Role
        if has(role, ANSWER)
        and (is_unblinded or blinding_class(role) != BlindingClass.UNBLINDED)
    ]


def answering_people(user: User) -> QuerySet[User]:
    people = User.objects.filter(is_active=True, role__in=answering_roles(user))
    return people.order_by("role", "username")


def checks_of(queries: QuerySet[Query]) -> list[str]:
    """The edit checks that raised some of them; those of sealed forms stay sealed."""
    ids = queries.exclude(check_id="").order_by("check_id")
    return list(ids.values_list("check_id", flat=True).distinct())


def visits_of(participant: Participant, user: User) -> list[tuple[str, int]]:
    """Visit and number of the visits at which the person sees a form."""
    forms = FormInstance.objects.filter(
        participant=participant, code__in=visible_codes(user), struck_at=None
    )
    places = forms.exclude(visit="").order_by("visit_number", "visit")
    return list(places.values_list("visit", "visit_number").distinct())
