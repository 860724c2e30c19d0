"""The status of the study."""

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from randomization.go_live import selectors as go_live
from randomization.lists import selectors as lists_selectors
from randomization.models import StudyStatusChange
from randomization.problems import RandomizationRefused
from randomization.study import selectors as study_selectors
from randomization.study import services as study_services
from randomization.study.forms import StatusForm
from randomization.views import run_or_report
from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from trial_edc.context import page_for


@permitted(
    Permission.READ_CASEBOOK,
    Permission.PAUSE_STUDY,
    Permission.LIST_GENERATE,
    Permission.LIST_APPROVE,
)
def study(request: StaffRequest) -> HttpResponse:
    return _render_study(request)


def _render_study(
    request: StaffRequest, sent: StatusForm | None = None
) -> HttpResponse:
    present = study_selectors.study_status()
    may_change = request.user.may(Permission.PAUSE_STUDY)
    context = {
        "present": present,
        "changes": study_selectors.status_changes(),
        "commitments": lists_selectors.sealed_lists(),
        "form": sent or (StatusForm(present) if may_change else None),
        "missing": go_live.missing() if may_change and present == "setup" else [],
        "go_live_url": page_for(request.user, "randomization:go_live"),
        "plan_url": page_for(request.user, "randomization:infusion_plan"),
        "account_changes_url": page_for(request.user, "accounts:proposals"),
        "laboratories": page_for(request.user, "visits:laboratories"),
        "is_restricted_ready": study_selectors.is_restricted_part_ready(),
        "restricted_url": page_for(request.user, "randomization:restricted_part"),
        "opening_url": page_for(request.user, "randomization:opened_code"),
        "breaks_url": page_for(request.user, "randomization:code_breaks"),
    }
    status = HTTPStatus.BAD_REQUEST if sent else HTTPStatus.OK
    return render(request, "randomization/study/study.html", context, status=status)


@permitted(Permission.PAUSE_STUDY)
@require_POST
def change_status(request: StaffRequest) -> HttpResponse:
    form = StatusForm(study_selectors.study_status(), request.POST)
    if form.is_valid():
        try:
            study_services.change_status(**form.cleaned_data, by=request.user)
        except RandomizationRefused as problem:
            form.add_error(None, str(problem))
        else:
            return redirect("randomization:study")
    return _render_study(request, form)


@permitted(Permission.PAUSE_STUDY)
@require_POST
def confirm_status(request: StaffRequest, pk: int) -> HttpResponse:
    change = get_object_or_404(StudyStatusChange, pk=pk)
    run_or_report(
        request, lambda: study_services.confirm_status(change, by=request.user)
    )
    return redirect("randomization:study")
