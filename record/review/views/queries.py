"""The list of queries, and their steps."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from record.review import selectors, services
from record.review.filters import QueryFilters
from record.review.forms import state_shown, steps_shown
from record.review.models import Query, QueryState
from record.review.problems import ReviewRefused
from record.review.tables import QueryTable
from trial_edc.pages import own_page, refuse

CONFLICT = 409
WORKERS = (Permission.ANSWER_QUERY, Permission.RAISE_QUERY, Permission.CLOSE_QUERY)
SERVICES = {
    "answer": services.answer_query,
    "return": services.return_query,
    "close": services.close_query,
    "reopen": services.reopen_query,
}


@permitted(*WORKERS)
def queries(request: StaffRequest) -> HttpResponse:
    state = state_shown(request.GET, ("", *QueryState.values), QueryState.OPEN)
    return _list(request, selectors.queries_visible_to(request.user), state)


def _list(
    request: StaffRequest,
    of: QuerySet[Query],
    state: str,
    *,
    status: int = 200,
    **more: object,
) -> HttpResponse:
    filters = QueryFilters(request, of)
    counts = selectors.counts_by_state(filters.qs)
    lines = filters.qs.filter(state=state) if state else filters.qs
    context = {
        "form": filters.form,
        "state": state,
        "counts": counts,
        "total": counts[""],
        "table": QueryTable(
            lines, request, lines_of=partial(selectors.lines_for, request.user)
        ),
        "may_verify": request.user.may(Permission.VERIFY),
    } | more
    return render(request, "record/review/queries.html", context, status=status)


@permitted(*WORKERS)
@require_POST
def step(request: StaffRequest, query_id: int) -> HttpResponse:
    visible = selectors.queries_visible_to(request.user)
    query = get_object_or_404(visible, pk=query_id)
    service = SERVICES.get(request.POST.get("action", ""))
    if service is None:
        raise PermissionDenied
    text, shown = request.POST.get("text", ""), steps_shown(request.POST)
    try:
        service(query, text, shown_steps=shown, by=request.user)
    except ReviewRefused as refusal:
        has_box = bool(selectors.possible_actions(query, request.user.may))
        refuse(request, str(refusal), "" if has_box else text)
        alone, back = visible.filter(pk=query_id), _next_page(request)
        return _list(request, alone, "", status=CONFLICT, typed=text, next=back)
    messages.success(request, _("The query is updated."))
    return redirect(_next_page(request))


def _next_page(request: StaffRequest) -> str:
    return own_page(request.POST.get("next", "")) or reverse("review:queries")
