"""The lists of queries and of forms to verify."""

from collections import Counter
from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from record.casebook import catalogue
from record.casebook.models import FormInstance
from record.review import selectors, services
from record.review.forms import QueryListForm, VerificationListForm
from record.review.problems import ReviewRefused
from record.review.selectors import VerificationLine, VerificationState

LINES_A_PAGE = 100
WORKERS = (Permission.ANSWER_QUERY, Permission.RAISE_QUERY, Permission.CLOSE_QUERY)
STEPS = {
    "answer": services.answer_query,
    "return": services.return_query,
    "close": services.close_query,
    "reopen": services.reopen_query,
}


@permitted(*WORKERS)
def queries(request: StaffRequest) -> HttpResponse:
    """List queries, with what the reader may do about each."""
    form = QueryListForm(request.user, request.GET)
    wanted = form.filter()
    held = selectors.filtered(selectors.queries_visible_to(request.user), wanted)
    shown = held.filter(state=wanted.state) if wanted.state else held
    page = Paginator(shown, LINES_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "state": wanted.state,
        "counts": selectors.counts_by_state(held),
        "page": page,
        "lines": selectors.lines_for(request.user, list(page)),
        "may_verify": request.user.may(Permission.VERIFY),
    }
    return render(request, "record/review/queries.html", context)


@permitted(*WORKERS)
@require_POST
def step(request: StaffRequest, query_id: int) -> HttpResponse:
    """Answer, send back, close or reopen a query, and go back to the list."""
    held = selectors.queries_visible_to(request.user)
    query = get_object_or_404(held, pk=query_id)
    take = STEPS.get(request.POST.get("action", ""))
    if take is None:
        raise PermissionDenied
    try:
        take(query, request.POST.get("text", ""), by=request.user)
    except ReviewRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The query is updated."))
    return redirect(_back(request))


def _back(request: StaffRequest) -> str:
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()})
    here = is_ours and target.startswith("/")
    return target if here else reverse("review:queries")


@permitted(Permission.VERIFY)
def verification(request: StaffRequest) -> HttpResponse:
    """List complete forms by how far they are verified."""
    form = VerificationListForm(request.user, request.GET)
    lines = selectors.verification_lines(request.user)
    held = _chosen(form, lines)
    counts = Counter(line.state.value for line in held)
    shown = [line for line in held if _is_in(line.state, form.state)]
    page = Paginator(shown, LINES_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "state": form.state,
        "states": [(one, counts[one.value]) for one in VerificationState],
        "to_do": len(held) - counts[VerificationState.VERIFIED.value],
        "total": len(held),
        "page": page,
        "lines": _with_forms(list(page)),
        "may_verify": True,
    }
    return render(request, "record/review/verification.html", context)


def _chosen(
    form: VerificationListForm, lines: Sequence[VerificationLine]
) -> list[VerificationLine]:
    number, code = form.chosen("participant"), form.chosen("form")
    if not number and not code:
        return list(lines)
    held = FormInstance.objects.filter(participant__number__icontains=number)
    wanted = held.filter(code=code) if code else held
    ids = set(wanted.values_list("pk", flat=True))
    return [line for line in lines if line.form_id in ids]


def _is_in(state: VerificationState, wanted: str) -> bool:
    if wanted == "to_do":
        return state != VerificationState.VERIFIED
    return wanted in ("", state)


def _with_forms(lines: Sequence[VerificationLine]) -> list[dict[str, object]]:
    forms = FormInstance.objects.select_related("participant").in_bulk(
        [line.form_id for line in lines]
    )
    return [
        {
            "line": line,
            "form": forms[line.form_id],
            "design": catalogue.design(forms[line.form_id].code),
        }
        for line in lines
    ]
