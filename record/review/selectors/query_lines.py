"""Queries as lists and panels show them, with what their reader may do."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from record.accounts.models import User
from record.accounts.roles import Role
from record.casebook import catalogue
from record.casebook.access import visible_items
from record.casebook.design import FormDesign
from record.casebook.display import words
from record.casebook.models import AnyCRF, FormInstance
from record.review.models import Query, QueryState, QueryStep
from record.review.selectors.queries import possible_actions
from trial_edc import clock


def title_of(query: Query) -> str:
    """The form, the log that lacks a row, the visit or the participant."""
    if query.about:
        return str(catalogue.design(query.about).title)
    return _("Visit") if query.visit else _("The participant")


def label_of(query: Query) -> str:
    """The item; empty for a form, a visit, a participant."""
    if query.log:
        return _("a row that is not entered")
    item, _check = query.place
    design = catalogue.design(query.about) if item else None
    return str(design.items[item].verbose_name) if design else ""


def subject_of(query: Query) -> str:
    """As one text, with the visit."""
    visit = query.form.visit if query.form else query.visit
    place = " · ".join(filter(None, (title_of(query), visit)))
    return ": ".join(filter(None, (place, label_of(query))))


def address_of(query: Query) -> str:
    """Its panel on the form, at the item; else its own page."""
    if query.form is None:
        return reverse("review:query", args=[query.pk])
    item, _check = query.place
    page = f"{reverse('entry:form', args=[query.form.pk])}?query={query.pk}"
    return f"{page}#row-{item}" if item else page


@dataclass(frozen=True)
class QueryLine:
    """One query of the list, with what this person may do about it."""

    query: Query
    design: FormDesign | None
    item: str
    check_id: str
    steps: list[QueryStep]
    actions: dict[str, bool]
    value: str = ""  # what the item says now

    @property
    def form(self) -> FormInstance | None:
        return self.query.form

    @property
    def title(self) -> str:
        return title_of(self.query)

    @property
    def place_at(self) -> str:
        return self.query.form.visit if self.query.form else self.query.visit

    @property
    def label(self) -> str:
        return label_of(self.query)

    @property
    def address(self) -> str:
        return address_of(self.query)

    @property
    def age_days(self) -> int:
        return (clock.now() - self.query.raised_at).days

    @property
    def is_late(self) -> bool:
        due_on = self.query.due_on
        is_open = self.query.state == QueryState.OPEN
        return is_open and due_on is not None and due_on < clock.today()

    @property
    def status(self) -> str:
        """A query that is open again says so."""
        last = self.steps[-1].action if self.steps else ""
        return "reopened" if last == QueryStep.Action.REOPENED else self.query.state

    @property
    def assignee(self) -> str:
        if self.query.assigned_to:
            return str(self.query.assigned_to)
        role = self.query.assigned_role
        return gettext(Role(role).label) if role else ""


def lines_for(user: User, queries: list[Query]) -> list[QueryLine]:
    """In as many selects for many queries as for few of the same forms."""
    prefetch_related_objects(queries, "steps__by")
    values = _values_of(queries)
    lines = []
    for query in queries:
        design = catalogue.design(query.about) if query.about else None
        item, check_id = query.place
        if item and design and item not in visible_items(user, design):
            continue
        steps = list(query.steps.all())
        for step in steps:
            step.form = query.form
        actions = possible_actions(query, user)
        value = _value(values.get(query.form_id or 0), item)
        line = QueryLine(query, design, item, check_id, steps, actions, value)
        lines.append(line)
    return lines


def _values_of(queries: Iterable[Query]) -> dict[int, AnyCRF]:
    """The rows of the forms asked about; one select a kind of form."""
    keys: dict[str, set[int]] = defaultdict(set)
    for query in queries:
        if query.form:
            keys[query.form.code].add(query.form.pk)
    rows: dict[int, AnyCRF] = {}
    for code, of_code in keys.items():
        rows |= catalogue.design(code).model._default_manager.in_bulk(of_code)
    return rows


def _value(row: AnyCRF | None, item: str) -> str:
    if row is None or not item:
        return ""
    return words(row.crf_items()[item], row.value_of(item))
