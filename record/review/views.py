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
SERVICES = {
    "answer": services.answer_query,
    "return": services.return_query,
    "close": services.close_query,
    "reopen": services.reopen_query,
}


@permitted(*WORKERS)
def queries(request: StaffRequest) -> HttpResponse:
    form = QueryListForm(request.user, request.GET)
    criteria = form.filter()
    visible = selectors.queries_visible_to(request.user)
    in_any_state = selectors.filtered(visible, criteria)
    state = criteria.state
    lines = in_any_state.filter(state=state) if state else in_any_state
    counts = selectors.counts_by_state(in_any_state)
    page = Paginator(lines, LINES_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "state": state,
        "counts": counts,
        "total": counts[""],
        "page": page,
        "lines": selectors.lines_for(request.user, list(page)),
        "may_verify": request.user.may(Permission.VERIFY),
    }
    return render(request, "record/review/queries.html", context)


@permitted(*WORKERS)
@require_POST
def step(request: StaffRequest, query_id: int) -> HttpResponse:
    visible = selectors.queries_visible_to(request.user)
    query = get_object_or_404(visible, pk=query_id)
    service = SERVICES.get(request.POST.get("action", ""))
    if service is None:
        raise PermissionDenied
    try:
        service(query, request.POST.get("text", ""), by=request.user)
    except ReviewRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The query is updated."))
    return redirect(_next_page(request))


def _next_page(request: StaffRequest) -> str:
    address = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(address, {request.get_host()})
    is_path = is_ours and address.startswith("/")
    return address if is_path else reverse("review:queries")


@permitted(Permission.VERIFY)
def verification(request: StaffRequest) -> HttpResponse:
    form = VerificationListForm(request.user, request.GET)
    lines = _filtered(form, selectors.verification_lines(request.user))
    counts = Counter(line.state.value for line in lines)
    in_state = [line for line in lines if _is_in(line.state, form.state)]
    page = Paginator(in_state, LINES_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "state": form.state,
        "states": [(state, counts[state.value]) for state in VerificationState],
        "to_do": len(lines) - counts[VerificationState.VERIFIED.value],
        "total": len(lines),
        "page": page,
        "lines": _with_forms(list(page)),
        "may_verify": True,
    }
    return render(request, "record/review/verification.html", context)


def _filtered(
    form: VerificationListForm, lines: Sequence[VerificationLine]
) -> list[VerificationLine]:
    number, code = form.choice("participant"), form.choice("form")
    if not number and not code:
        return list(lines)
    forms = FormInstance.objects.filter(participant__number__icontains=number)
    if code:
        forms = forms.filter(code=code)
    ids = set(forms.values_list("pk", flat=True))
    return [line for line in lines if line.form_id in ids]


def _is_in(state: VerificationState, choice: str) -> bool:
    if choice == "to_do":
        return state != VerificationState.VERIFIED
    return choice in ("", state)


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
