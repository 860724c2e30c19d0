"""Pages of the runs of edit checks: propose, preview, approve, follow."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from record.accounts.access import StaffRequest, may_be, permitted
from record.accounts.roles import FIRST, SECOND, Permission
from record.capture.models import CheckRun
from record.capture.problems import CheckRunRefused
from record.capture.services import check_runs as services
from record.review.problems import ApprovalRefused

CONFLICT = 409
SHOWN = 50  # runs


@permitted(Permission.RECHECK)
def check_runs(request: StaffRequest) -> HttpResponse:
    reason, problem = request.POST.get("reason", ""), ""
    if request.method == "POST":
        try:
            run = services.propose_run(reason, by=request.user)
        except CheckRunRefused as refusal:
            problem = str(refusal)
        else:
            return redirect("capture:check_run", run.pk)
    context = {
        "runs": CheckRun.objects.select_related("entered_by", "approved_by")[:SHOWN],
        "approved": services.approved_run(),
        "may_propose": may_be(request.user, FIRST, Permission.RECHECK),
        "reason": reason,
        "problem": problem,
    }
    status = CONFLICT if problem else 200
    return render(request, "record/capture/check_runs.html", context, status=status)


@permitted(Permission.RECHECK)
def check_run(request: StaffRequest, run_id: int) -> HttpResponse:
    context = {
        "run": _run(run_id),
        "may_approve": may_be(request.user, SECOND, Permission.RECHECK),
    }
    return render(request, "record/capture/check_run.html", context)


@permitted(Permission.RECHECK)
def progress(request: StaffRequest, run_id: int) -> HttpResponse:
    response = render(request, "record/capture/run_state.html", {"run": _run(run_id)})
    if not _run(run_id).is_under_way:
        response["HX-Refresh"] = "true"
    return response


def _run(run_id: int) -> CheckRun:
    runs = CheckRun.objects.select_related("entered_by", "approved_by")
    return get_object_or_404(runs, pk=run_id)


@permitted(Permission.RECHECK, person=SECOND)
@require_POST
def approve_run(request: StaffRequest, run_id: int) -> HttpResponse:
    run = _run(run_id)
    try:
        services.approve_run(run, shown=request.POST.get("shown", ""), by=request.user)
    except (CheckRunRefused, ApprovalRefused) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Approved; the checks run."))
    return redirect("capture:check_run", run_id)
