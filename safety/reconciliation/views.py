"""Pages of reconciliation: differences, their acceptance, the sponsor's list."""

from collections import Counter

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from record.casebook.models import Participant
from safety.models import AcceptedDifference
from safety.reconciliation import selectors, services
from safety.reconciliation.forms import SafetyListForm
from safety.reconciliation.problems import NotReconciled
from safety.reconciliation.tables import DifferenceTable
from safety.reconciliation.vocabulary import DifferenceState
from safety.reports.views import reads_reports
from trial_edc.pages import act_or_report

CONFLICT = 409
UNFIT = 422


@permitted(Permission.READ_CASEBOOK, when=reads_reports)
def differences(request: StaffRequest) -> HttpResponse:
    return _page(request)


def _page(
    request: StaffRequest,
    form: SafetyListForm | None = None,
    *,
    typed: tuple[str, str] = ("", ""),
    status: int = 200,
) -> HttpResponse:
    """The list; `typed` is a difference and the reason that was refused for it."""
    lines = selectors.difference_lines_for(request.user)
    state = request.GET.get("state", DifferenceState.OPEN.value)
    counts = Counter(line.state.value for line in lines)
    matching = [line for line in lines if state in ("", line.state.value)]
    context = {
        "table": DifferenceTable(matching, request),
        "state": state,
        "states": [(one, counts[one.value]) for one in DifferenceState],
        "total": len(lines),
        "safety_list": selectors.latest_list(),
        "may_reconcile": services.may_reconcile(request.user),
        "form": form or SafetyListForm(),
        "typed_for": typed[0],
        "typed": typed[1],
    }
    return render(
        request, "safety/reconciliation/differences.html", context, status=status
    )


@permitted(Permission.RAISE_QUERY, when=services.may_reconcile)
@require_POST
def upload(request: StaffRequest) -> HttpResponse:
    form = SafetyListForm(request.POST, request.FILES)
    if form.is_valid():
        cut_off_on, rows = form.cleaned_data["cut_off_on"], form.rows
        try:
            stored = services.store_list(
                cut_off_on, rows, form.content, by=request.user
            )
        except NotReconciled as problem:
            form.add_error("cases", str(problem).split("\n"))
        else:
            text = ngettext(
                "The list is stored: %(count)s case.",
                "The list is stored: %(count)s cases.",
                stored.size,
            )
            messages.success(request, text % {"count": stored.size})
            return redirect("safety:reconciliation")
    return _page(request, form, status=UNFIT)


@permitted(Permission.RAISE_QUERY, when=services.may_reconcile)
@require_POST
def accept(request: StaffRequest, number: str) -> HttpResponse:
    participant = get_object_or_404(Participant, number=number)
    digest, reason = request.POST.get("difference", ""), request.POST.get("reason", "")
    try:
        services.accept_difference(participant, digest, reason, by=request.user)
    except NotReconciled as problem:
        messages.error(request, str(problem))
        return _page(request, typed=(digest, reason), status=CONFLICT)
    messages.success(request, _("The difference is accepted."))
    return redirect("safety:reconciliation")


@permitted(Permission.RAISE_QUERY, when=services.may_reconcile)
@require_POST
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    accepted = get_object_or_404(AcceptedDifference, pk=pk)
    act_or_report(
        request,
        lambda: services.withdraw_acceptance(accepted, by=request.user),
        _("The difference is open again."),
        refusal=NotReconciled,
    )
    return redirect("safety:reconciliation")
