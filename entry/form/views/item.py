"""The side panel of an item: its history, queries and verification."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from entry.form.forms import raw_values
from entry.form.selectors.history import HistoryEntry, item_history
from entry.form.views.form import (
    MAX_KEY_DIGITS,
    READERS,
    UNPROCESSABLE,
    visible_form,
)
from entry.selectors import navigation
from randomization.code_breaks.selectors.unblinding import unblindings_of
from record.accounts.access import StaffRequest, permitted
from record.accounts.models import User
from record.accounts.roles import Permission
from record.casebook import catalogue
from record.casebook.access import may_on, visible_items
from record.casebook.display import words
from record.casebook.history import changes_of
from record.casebook.models import FormInstance
from record.casebook.selectors import data_of, revisions_of, row_of
from record.review import services as review
from record.review.forms import AssignmentForm, steps_shown
from record.review.models import WAITING, Query, QueryPriority
from record.review.problems import ReviewRefused
from record.review.selectors import possible_actions, queries_of
from record.review.selectors.queries import STEPS
from trial_edc.context import page_for
from trial_edc.pages import with_words


@permitted(*READERS)
def panel(request: StaffRequest, pk: int, item: str) -> HttpResponse:
    """The history of an item; a step of a query, or a verification."""
    form = visible_form(request, pk)
    if item not in visible_items(request.user, catalogue.design(form.code)):
        raise Http404
    return _panel(request, form, item)


@permitted(*READERS)
def form_panel(request: StaffRequest, pk: int) -> HttpResponse:
    """The queries on the form as a whole."""
    return _panel(request, visible_form(request, pk), "")


def _panel(request: StaffRequest, form: FormInstance, item: str) -> HttpResponse:
    refused: dict[str, Any] = {}
    if request.method == "POST":
        try:
            _act(request, form, item)
        except ReviewRefused as problem:
            refused = _refused(request, form, str(problem))
        else:
            if not request.headers.get("HX-Request"):
                return redirect(navigation.address(form, item))
    context = _panel_context(form, item, request.user) | refused
    if refused and not _has_place(context):
        context["problem"] = with_words(refused["problem"], refused["typed"])
    template = "entry/form/panel.html"
    if not request.headers.get("HX-Request"):
        template = "entry/form/panel_page.html"
    status = UNPROCESSABLE if refused else 200
    return render(request, template, context, status=status)


def _refused(request: StaffRequest, form: FormInstance, problem: str) -> dict[str, Any]:
    """What was refused, and what was typed, for the box it was typed into."""
    text, key = request.POST.get("text", ""), request.POST.get("query", "")
    refused: dict[str, Any] = {"problem": problem, "typed": text, "typed_for": key}
    if request.POST.get("action") == "raise":
        refused["assignment"] = _assignment_form(request, form)
    return refused


def _assignment_form(request: StaffRequest, form: FormInstance) -> AssignmentForm:
    usual = {"priority": QueryPriority.NORMAL.value}
    return AssignmentForm(form.code, request.user, usual | request.POST.dict())


def _has_place(context: dict[str, Any]) -> bool:
    """The words typed stand in a box again; not where the query was closed."""
    about = context["typed_for"]
    open_for = [str(query.pk) for query, steps in context["queries"] if steps]
    return not about or about in open_for


def _act(request: StaffRequest, form: FormInstance, item: str) -> None:
    text, action = request.POST.get("text", ""), request.POST.get("action", "")
    if action == "raise":
        assignment = _assignment_form(request, form)
        if not assignment.is_valid():
            problems = [str(text) for of in assignment.errors.values() for text in of]
            raise ReviewRefused(" ".join(problems))
        review.raise_query(
            form, item, text, by=request.user, assignment=assignment.assignment
        )
    elif action == "verify" and item:
        shown = raw_values.revision_in(request.POST)
        review.verify(form, [item], shown_revision=shown, by=request.user)
    elif kind := STEPS.get(action):
        query, shown = _query_of(request, form), steps_shown(request.POST)
        review.take_step(query, kind, text, shown_steps=shown, by=request.user)
    else:
        raise PermissionDenied


def _query_of(request: StaffRequest, form: FormInstance) -> Query:
    """The query of this form that the step is about, else 404."""
    key = request.POST.get("query", "")
    if not key.isdecimal() or len(key) > MAX_KEY_DIGITS:
        raise Http404
    query = get_object_or_404(Query, pk=key, form=form)
    query.form = form
    return query


def _panel_context(form: FormInstance, name: str, user: User) -> dict[str, Any]:
    context = _queries_context(form, name, user)
    return context | (_item_context(form, name, user, context) if name else {})


def _queries_context(form: FormInstance, name: str, user: User) -> dict[str, Any]:
    queries = queries_of(form).get(name, [])
    may_raise = may_on(user, Permission.RAISE_QUERY, catalogue.design(form.code))
    of_item = reverse("entry:panel", args=[form.pk, name]) if name else ""
    return {
        "form": form,
        "form_title": navigation.form_title(form),
        "name": name,
        "address": of_item or reverse("entry:form_queries", args=[form.pk]),
        "queries": [(query, possible_actions(query, user)) for query in queries],
        "marks": _marks(queries, []),
        "may_raise": may_raise,
        "assignment": AssignmentForm(form.code, user) if may_raise else None,
        "title": _("Queries on this form"),
    }


def _item_context(
    form: FormInstance, name: str, user: User, shown: dict[str, Any]
) -> dict[str, Any]:
    item = catalogue.design(form.code).items[name]
    may_read_history = may_on(user, Permission.READ_AUDIT, catalogue.design(form.code))
    row = row_of(form)
    revision = revisions_of(form, row).get(name, 0)
    checks = [
        {"of": verification, "holds": verification.items[name] == revision}
        for verification in form.verifications.select_related("by")
        if name in verification.items
    ]
    queries = [query for query, _steps in shown["queries"]]
    return {
        "item": item,
        "value": words(item, data_of(form, row).values.get(name)),
        "may_read_history": may_read_history,
        "history": _history(form, name, user) if may_read_history else [],
        "verifications": checks,
        "marks": _marks(queries, checks),
        "may_verify": user.may(Permission.VERIFY) and revision > 0,
        "title": _("History of an item"),
    }


def _history(form: FormInstance, name: str, user: User) -> list[HistoryEntry]:
    item = catalogue.design(form.code).items[name]
    changes = [change for change in changes_of(form) if change.item == name]
    breaks = (
        list(unblindings_of(form.participant)) if _may_see_code_breaks(user) else []
    )
    return item_history(item, changes, breaks)


def _marks(queries: list[Query], checks: list[dict[str, Any]]) -> list[str]:
    marks = [query.state for query in queries if query.state in WAITING]
    if checks:
        holds = checks[-1]["holds"]
        marks.append("verified" if holds else "changed_since_verified")
    return marks


def _may_see_code_breaks(user: User) -> bool:
    """Whether a code was broken, when and by whom."""
    return page_for(user, "randomization:code_breaks") is not None
