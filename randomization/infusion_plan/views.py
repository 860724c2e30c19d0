"""The planned infusion: entered by one person, approved by another."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from randomization.infusion_plan import selectors, services
from randomization.infusion_plan.forms import InfusionPlanForm
from randomization.infusion_plan.page import plan_page
from randomization.models import InfusionPlanVersion
from randomization.problems import PlanRefused
from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from record.review.problems import ApprovalRefused
from trial_edc.pages import act_or_report


@permitted(Permission.PAUSE_STUDY)
def infusion_plan(request: StaffRequest) -> HttpResponse:
    form = InfusionPlanForm(
        request.POST or None, needs_amendment=selectors.needs_amendment()
    )
    if form.is_valid():
        try:
            services.enter_plan(**form.entered, by=request.user)
        except PlanRefused as problem:
            for item, reason in problem.reasons.items():
                form.add_error(item, reason)
        else:
            messages.success(request, _("Entered; it counts once it is approved."))
            return redirect("randomization:infusion_plan")
    context = {"form": form, "page": plan_page()}
    return render(request, "randomization/infusion_plan/infusion_plan.html", context)


@permitted(Permission.PAUSE_STUDY)
@require_POST
def approve_plan(request: StaffRequest, pk: int) -> HttpResponse:
    version = get_object_or_404(InfusionPlanVersion, pk=pk)
    shown = request.POST.get("shown", "")
    act_or_report(
        request,
        lambda: services.approve_plan(version, shown=shown, by=request.user),
        _("Approved; it counts for the next infusion."),
        refusal=ApprovalRefused,
    )
    return redirect("randomization:infusion_plan")
