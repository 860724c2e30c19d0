"""Randomise a participant; the study's status."""

from collections.abc import Callable
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from enrollment.selectors import eligibility_of
from randomization import selectors
from randomization.code_breaks.selectors.end_of_trial import is_restricted_part_ready
from randomization.forms import ConfirmNumberForm, ReasonForm, StatusForm
from randomization.models import Allocation, StudyStatusChange
from randomization.problems import NotReady, Refused
from randomization.allocation.selectors import readiness
from randomization.allocation import services as randomizing
from randomization.study import services as service
from randomization.code_breaks.views.code_breaks import READERS
from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from record.casebook.models import Participant
from trial_edc import clock
from trial_edc.context import page_for
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import Sex


@permitted(Permission.RANDOMIZE)
def randomize(request: StaffRequest, number: str) -> HttpResponse:
    """Ask once more, randomise, and show the number; after that, only show it."""
    participant = get_object_or_404(Participant, number=number)
    if allocation := selectors.allocation_of(participant):
        return _randomized(request, participant, allocation)
    form, problem, status = None, None, HTTPStatus.OK
    if request.method == "POST":
        form = ConfirmNumberForm(participant, request.POST)
        status = HTTPStatus.BAD_REQUEST
        if form.is_valid():
            try:
                randomizing.randomize(participant, by=request.user)
            except NotReady:
                pass  # the page lists every reason
            except Refused as refused:
                problem = refused
            else:
                return redirect("randomization:randomize", participant.number)
    found, now = eligibility_of(participant), clock.now()
    context = {
        "participant": participant,
        "found": found,
        "sex": Sex(sex).label if (sex := found.binder.fact("sex")) else "",
        "obstacles": readiness(found, now),
        "warnings": found.warnings_at(now),
        "form": form or ConfirmNumberForm(participant),
        "problem": problem,
    }
    return render(request, "randomization/randomize.html", context, status=status)


def _randomized(
    request: StaffRequest, participant: Participant, allocation: Allocation
) -> HttpResponse:
    context = {
        "participant": participant,
        "allocation": allocation,
        "may_declare_error": request.user.may(Permission.JUDGE),
        "may_break": request.user.may(Permission.CODE_BREAK),
        "may_see_arm": PROTOCOL.blinding.arm_visible_to_investigator
        and request.user.may(Permission.CODE_BREAK),
        "error_form": ReasonForm(),
    }
    return render(request, "randomization/randomized.html", context)


@permitted(Permission.JUDGE)
@require_POST
def in_error(request: StaffRequest, number: str) -> HttpResponse:
    """Declare that somebody was randomised in error."""
    participant = get_object_or_404(Participant, number=number)
    form = ReasonForm(request.POST)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        done(
            request,
            lambda: randomizing.declare_in_error(
                participant, reason=reason, by=request.user
            ),
        )
    return redirect("randomization:randomize", participant.number)


@permitted(
    Permission.READ_CASEBOOK,
    Permission.PAUSE_STUDY,
    Permission.LIST_GENERATE,
    Permission.LIST_APPROVE,
)
def study(request: StaffRequest) -> HttpResponse:
    """Show what the study allows, since when, and the published commitments."""
    present = selectors.study_status()
    may_change = request.user.may(Permission.PAUSE_STUDY)
    context = {
        "present": present,
        "changes": selectors.status_changes(),
        "commitments": selectors.commitments(),
        "form": StatusForm(present) if may_change else None,
        "missing": service.go_live_obstacles()
        if may_change and present == "setup"
        else [],
        "laboratories": page_for(request.user, "visits:laboratories"),
        "is_restricted_ready": is_restricted_part_ready(),
        "restricted_url": page_for(request.user, "randomization:restricted_part"),
        "opening_url": page_for(request.user, "randomization:opened_code"),
        "may_read_breaks": any(request.user.may(one) for one in READERS),
    }
    return render(request, "randomization/study.html", context)


@permitted(Permission.PAUSE_STUDY)
@require_POST
def change_status(request: StaffRequest) -> HttpResponse:
    """Take a step, or propose it."""
    form = StatusForm(selectors.study_status(), request.POST)
    if form.is_valid():
        said = form.cleaned_data
        done(request, lambda: service.change_status(**said, by=request.user))
    else:
        messages.error(request, form.errors.as_text())
    return redirect("randomization:study")


@permitted(Permission.PAUSE_STUDY)
@require_POST
def confirm_status(request: StaffRequest, pk: int) -> HttpResponse:
    """Confirm the step that somebody proposed."""
    change = get_object_or_404(StudyStatusChange, pk=pk)
    done(request, lambda: service.confirm_status(change, by=request.user))
    return redirect("randomization:study")


def done(request: StaffRequest, deed: Callable[[], object]) -> bool:
    """Do it, or tell why it was refused."""
    try:
        deed()
    except Refused as problem:
        messages.error(request, str(problem))
        return False
    return True
