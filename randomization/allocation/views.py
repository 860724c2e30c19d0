"""The randomization page of a participant."""

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from enrollment.eligibility.selectors import eligibility_of
from randomization.allocation import selectors as allocation_selectors
from randomization.allocation import services as allocation_services
from randomization.allocation.forms import ConfirmNumberForm
from randomization.allocation.problems import NotReady
from randomization.allocation.selectors import readiness
from randomization.forms import ExplanationForm
from randomization.models import Allocation
from randomization.problems import RandomizationRefused
from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from record.casebook.models import Participant
from trial_edc import clock
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import Sex


@permitted(Permission.RANDOMIZE)
def randomize(request: StaffRequest, number: str) -> HttpResponse:
    participant = get_object_or_404(Participant, number=number)
    if allocation := allocation_selectors.allocation_of(participant):
        return _randomized(request, participant, allocation)
    form, problem, status = None, None, HTTPStatus.OK
    if request.method == "POST":
        form = ConfirmNumberForm(participant, request.POST)
        status = HTTPStatus.BAD_REQUEST
        if form.is_valid():
            try:
                allocation_services.randomize(participant, by=request.user)
            except NotReady:
                pass  # the page lists every reason
            except RandomizationRefused as refused:
                problem = refused
            else:
                return redirect("randomization:randomize", participant.number)
    eligibility, now = eligibility_of(participant), clock.now()
    context = {
        "participant": participant,
        "eligibility": eligibility,
        "sex": Sex(sex).label if (sex := eligibility.casebook.fact("sex")) else "",
        "obstacles": readiness(eligibility, now),
        "warnings": eligibility.warnings_at(now),
        "form": form or ConfirmNumberForm(participant),
        "problem": problem,
    }
    return render(
        request, "randomization/allocation/randomize.html", context, status=status
    )


def _randomized(
    request: StaffRequest,
    participant: Participant,
    allocation: Allocation,
    sent: ExplanationForm | None = None,
) -> HttpResponse:
    context = {
        "participant": participant,
        "allocation": allocation,
        "may_declare_error": request.user.may(Permission.JUDGE),
        "may_break": request.user.may(Permission.CODE_BREAK),
        "may_see_arm": PROTOCOL.blinding.arm_visible_to_investigator
        and request.user.may(Permission.CODE_BREAK),
        "error_form": sent or ExplanationForm(),
    }
    status = HTTPStatus.BAD_REQUEST if sent else HTTPStatus.OK
    return render(
        request, "randomization/allocation/randomized.html", context, status=status
    )


@permitted(Permission.JUDGE)
@require_POST
def in_error(request: StaffRequest, number: str) -> HttpResponse:
    participant = get_object_or_404(Participant, number=number)
    form = ExplanationForm(request.POST)
    if form.is_valid():
        try:
            allocation_services.declare_in_error(
                participant, **form.cleaned_data, by=request.user
            )
        except RandomizationRefused as problem:
            form.add_error(None, str(problem))
    allocation = allocation_selectors.allocation_of(participant)
    if form.errors and allocation:
        return _randomized(request, participant, allocation, form)
    return redirect("randomization:randomize", participant.number)
