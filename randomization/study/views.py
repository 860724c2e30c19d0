"""The status of the study."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from randomization.lists import selectors as lists_selectors
from randomization.models import StudyStatusChange
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
    present = study_selectors.study_status()
    may_change = request.user.may(Permission.PAUSE_STUDY)
    context = {
        "present": present,
        "changes": study_selectors.status_changes(),
        "commitments": lists_selectors.sealed_lists(),
        "form": StatusForm(present) if may_change else None,
        "missing": study_services.go_live_obstacles()
        if may_change and present == "setup"
        else [],
        "laboratories": page_for(request.user, "visits:laboratories"),
        "is_restricted_ready": study_selectors.is_restricted_part_ready(),
        "restricted_url": page_for(request.user, "randomization:restricted_part"),
        "opening_url": page_for(request.user, "randomization:opened_code"),
        "breaks_url": page_for(request.user, "randomization:code_breaks"),
    }
    return render(request, "randomization/study/study.html", context)


@permitted(Permission.PAUSE_STUDY)
@require_POST
def change_status(request: StaffRequest) -> HttpResponse:
    form = StatusForm(study_selectors.study_status(), request.POST)
    if form.is_valid():
        answers = form.cleaned_data
        run_or_report(
            request, lambda: study_services.change_status(**answers, by=request.user)
        )
    else:
        messages.error(request, form.errors.as_text())
    return redirect("randomization:study")


@permitted(Permission.PAUSE_STUDY)
@require_POST
def confirm_status(request: StaffRequest, pk: int) -> HttpResponse:
    change = get_object_or_404(StudyStatusChange, pk=pk)
    run_or_report(
        request, lambda: study_services.confirm_status(change, by=request.user)
    )
    return redirect("randomization:study")
