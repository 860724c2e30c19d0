"""Reads of queries."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import Count, QuerySet, prefetch_related_objects

from record.accounts.models import User
from record.accounts.roles import Permission
from record.casebook import catalogue
from record.casebook.access import may_on, visible_codes, visible_items, within_reach
from record.casebook.design import FormDesign
from record.casebook.models import FormInstance
from record.review.models import Query, QueryState, QueryStep
from trial_edc import clock


def queries_visible_to(user: User) -> QuerySet[Query]:
    queries = (
        Query.objects.filter(form__code__in=visible_codes(user))
        .select_related("form__participant", "raised_by")
        .prefetch_related("form__participant")  # of restricted forms
        .order_by("raised_at", "id")
    )
    return within_reach(user, queries, "form__participant")


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
class QueryLine:
    """One query of the list, with what this person may do about it."""

    query: Query
    design: FormDesign
    item: str
    check_id: str
    steps: list[QueryStep]
    actions: dict[str, bool]

    @property
    def label(self) -> Any:
        return self.design.items[self.item].verbose_name if self.item else ""

    @property
    def age_days(self) -> int:
        return (clock.now() - self.query.raised_at).days


ACTIONS = {
    QueryState.OPEN: {
        "answer": Permission.ANSWER_QUERY,
        "close": Permission.CLOSE_QUERY,
    },
    QueryState.ANSWERED: {
        "return": Permission.RAISE_QUERY,
        "close": Permission.CLOSE_QUERY,
    },
    QueryState.CLOSED: {"reopen": Permission.RAISE_QUERY},
}


def possible_actions(
    query: Query, may: Callable[[Permission], bool]
) -> dict[str, bool]:
    rights = ACTIONS[QueryState(query.state)]
    return {action: True for action, right in rights.items() if may(right)}


def _may_on(user: User, design: FormDesign, right: Permission) -> bool:
    return may_on(user, right, design)


def lines_for(user: User, queries: list[Query]) -> list[QueryLine]:
    prefetch_related_objects(queries, "steps__by")
    lines = []
    for query in queries:
        design = catalogue.design(query.form.code)
        item, check_id = query.place
        if item and item not in visible_items(user, design):
            continue
        actions = possible_actions(query, partial(_may_on, user, design))
        steps = list(query.steps.all())
        for step in steps:
            step.form = query.form
        lines.append(QueryLine(query, design, item, check_id, steps, actions))
    return lines
