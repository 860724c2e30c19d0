"""The list of queries, one query and its steps, the list as a file."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from record.review import selectors, services
from record.review.filters import QueryFilters
from record.review.forms import AssignmentForm, state_shown, steps_shown
from record.review.models import Query, QueryState
from record.review.problems import ReviewRefused
from record.review.selectors.queries import STEPS
from record.review.selectors.query_files import query_file
from record.review.tables import QueryTable
from trial_edc import clock
from trial_edc.context import page_for
from trial_edc.pages import own_page, refuse

CONFLICT = 409
WORKERS = (Permission.ANSWER_QUERY, Permission.RAISE_QUERY, Permission.CLOSE_QUERY)


@permitted(*WORKERS)
def queries(request: StaffRequest) -> HttpResponse:
    return query_list(request, selectors.queries_visible_to(request.user))


def query_list(
    request: StaffRequest,
    of: QuerySet[Query],
    *,
    state: str | None = None,
    status: int = 200,
    **more: object,
) -> HttpResponse:
    if state is None:
        state = _state(request)
    filters = QueryFilters(request, of)
    counts = selectors.counts_by_state(filters.qs)
    lines = filters.qs.filter(state=state) if state else filters.qs
    context = {
        "form": filters.form,
        "state": state,
        "counts": counts,
        "total": counts[""],
        "medians": selectors.medians(filters.qs),
        "table": QueryTable(
            lines, request, lines_of=partial(selectors.lines_for, request.user)
        ),
        "may_verify": request.user.may(Permission.VERIFY),
        "check_runs": page_for(request.user, "capture:check_runs"),
        "may_step_together": request.user.may(Permission.CLOSE_QUERY),
    } | more
    return render(request, "record/review/queries.html", context, status=status)


def _state(request: StaffRequest) -> str:
    return state_shown(request.GET, ("", *QueryState.values), QueryState.OPEN)


@permitted(*WORKERS)
def query(request: StaffRequest, query_id: int) -> HttpResponse:
    """One query alone, with its thread."""
    visible = selectors.queries_visible_to(request.user)
    stored = get_object_or_404(visible, pk=query_id)
    may_assign = selectors.may_on_subject(
        request.user, Permission.RAISE_QUERY, stored.about
    )
    form = AssignmentForm(stored.about, request.user, query=stored)
    return query_list(
        request,
        visible.filter(pk=query_id),
        state="",
        next=request.path,
        query=stored,
        assignment=form if may_assign else None,
    )


@permitted(*WORKERS)
@require_POST
def step(request: StaffRequest, query_id: int) -> HttpResponse:
    visible = selectors.queries_visible_to(request.user)
    stored = get_object_or_404(visible, pk=query_id)
    kind = STEPS.get(request.POST.get("action", ""))
    if kind is None:
        raise PermissionDenied
    text, shown = request.POST.get("text", ""), steps_shown(request.POST)
    try:
        services.take_step(stored, kind, text, shown_steps=shown, by=request.user)
    except ReviewRefused as refusal:
        has_box = bool(selectors.possible_actions(stored, request.user))
        refuse(request, str(refusal), "" if has_box else text)
        alone, back = visible.filter(pk=query_id), next_page(request)
        return query_list(
            request, alone, state="", status=CONFLICT, typed=text, next=back
        )
    messages.success(request, _("The query is updated."))
    return redirect(next_page(request))


@permitted(Permission.RAISE_QUERY)
@require_POST
def assign(request: StaffRequest, query_id: int) -> HttpResponse:
    visible = selectors.queries_visible_to(request.user)
    stored = get_object_or_404(visible, pk=query_id)
    form = AssignmentForm(stored.about, request.user, request.POST, query=stored)
    if form.is_valid():
        try:
            services.assign_query(stored, form.assignment, by=request.user)
        except ReviewRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The query is updated."))
            return redirect(next_page(request))
    alone = visible.filter(pk=query_id)
    return query_list(
        request,
        alone,
        state="",
        status=CONFLICT,
        assignment=form,
        query=stored,
        next=next_page(request),
    )


def next_page(request: StaffRequest) -> str:
    return own_page(request.POST.get("next", "")) or reverse("review:queries")


@permitted(*WORKERS)
@require_POST
def download(request: StaffRequest) -> HttpResponseBase:
    filters = QueryFilters(request, selectors.queries_visible_to(request.user))
    state = _state(request)
    chosen = filters.qs.filter(state=state) if state else filters.qs
    services.record_download(chosen.count(), request.GET.dict(), by=request.user)
    name = f"queries-{clock.today().isoformat()}.csv"
    return StreamingHttpResponse(
        query_file(chosen, request.user),
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{name}"',
        },
    )
