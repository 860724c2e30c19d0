"""The lists of queries and of forms to verify."""

from collections import Counter
from collections.abc import Container, Sequence
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
from record.casebook import catalogue
from record.casebook.models import FormInstance
from record.review import selectors, services
from record.review.filters import QueryFilters, VerificationFilters
from record.review.forms import steps_shown
from record.review.models import Query, QueryState
from record.review.problems import ReviewRefused
from record.review.selectors import VerificationLine, VerificationState
from record.review.tables import QueryTable, VerificationTable
from trial_edc.pages import own_page, refuse

CONFLICT = 409
TO_DO = "to_do"  # all that is not verified
WORKERS = (Permission.ANSWER_QUERY, Permission.RAISE_QUERY, Permission.CLOSE_QUERY)
SERVICES = {
    "answer": services.answer_query,
    "return": services.return_query,
    "close": services.close_query,
    "reopen": services.reopen_query,
}


@permitted(*WORKERS)
def queries(request: StaffRequest) -> HttpResponse:
    state = _state(request, ("", *QueryState.values), QueryState.OPEN)
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


def _state(request: StaffRequest, states: Container[str], default: str) -> str:
    """The state that the list shows; empty for all."""
    state = request.GET.get("state", default)
    return state if state in states else default


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


@permitted(Permission.VERIFY)
def verification(request: StaffRequest) -> HttpResponse:
    filters = VerificationFilters(request, FormInstance.objects.all())
    lines = _filtered(filters, selectors.verification_lines(request.user))
    counts = Counter(line.state.value for line in lines)
    state = _state(request, (TO_DO, "", *VerificationState), TO_DO)
    in_state = [line for line in lines if _is_in(line.state, state)]
    context = {
        "form": filters.form,
        "state": state,
        "states": [(choice, counts[choice.value]) for choice in VerificationState],
        "to_do": len(lines) - counts[VerificationState.VERIFIED.value],
        "total": len(lines),
        "table": VerificationTable(in_state, request, lines_of=_with_forms),
        "may_verify": True,
    }
    return render(request, "record/review/verification.html", context)


def _filtered(
    filters: VerificationFilters, lines: Sequence[VerificationLine]
) -> Sequence[VerificationLine]:
    if not filters.form.has_changed():
        return lines
    ids = set(filters.qs.values_list("pk", flat=True))
    return [line for line in lines if line.form_id in ids]


def _is_in(state: VerificationState, choice: str) -> bool:
    if choice == TO_DO:
        return state != VerificationState.VERIFIED
    return choice in ("", state)


def _with_forms(lines: Sequence[VerificationLine]) -> list[dict[str, object]]:
    stored = FormInstance.objects.select_related("participant")
    stored = stored.prefetch_related("participant")  # of restricted forms
    forms = stored.in_bulk([line.form_id for line in lines])
    return [
        {
            "verification": line,
            "form": forms[line.form_id],
            "design": catalogue.design(forms[line.form_id].code),
        }
        for line in lines
    ]
