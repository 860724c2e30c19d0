"""Emergency code break, and the register of all breaks."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from randomization.code_breaks.forms import (
    CodeBreakForm,
    ParticipantForm,
    RecordCodeBreakForm,
)
from randomization.code_breaks.selectors import unblinding
from randomization.code_breaks.services import code_breaks as code_break_services
from randomization.problems import RandomizationRefused
from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from record.casebook.models import Participant


@sensitive_post_parameters("password")
@permitted(Permission.CODE_BREAK, Permission.CODE_BREAK_SUSAR)
@never_cache
def break_code(request: StaffRequest, number: str) -> HttpResponse:
    participant = get_object_or_404(Participant, number=number)
    form = CodeBreakForm(request, request.POST or None)
    context = {"participant": participant, "form": form}
    if form.is_valid():
        try:
            disclosure = code_break_services.break_code(
                participant, form.details, proof=form.proof, by=request.user
            )
        except RandomizationRefused as problem:
            form.add_error(None, str(problem))
        else:
            context["disclosure"] = disclosure
            return render(
                request, "randomization/code_breaks/code_broken.html", context
            )
    status = HTTPStatus.BAD_REQUEST if form.is_bound else HTTPStatus.OK
    return render(
        request, "randomization/code_breaks/break_code.html", context, status=status
    )


@permitted(Permission.CODE_BREAK)
@never_cache
@require_POST
def show_arm(request: StaffRequest, number: str) -> HttpResponse:
    participant = get_object_or_404(Participant, number=number)
    try:
        arm = code_break_services.arm_for_unblinded_investigator(
            participant, by=request.user
        )
    except RandomizationRefused as problem:
        messages.error(request, str(problem))
        return redirect("randomization:randomize", number)
    context = {
        "participant": participant,
        "disclosure": code_break_services.Disclosure(arm, ()),
    }
    return render(request, "randomization/code_breaks/code_broken.html", context)


@permitted(
    Permission.CODE_BREAK,
    Permission.CODE_BREAK_SUSAR,
    Permission.RECORD_CODE_BREAK,
    Permission.AUDIT_REVIEW,
)
def register(request: StaffRequest) -> HttpResponse:
    user = request.user
    reads_all = (
        user.may(Permission.READ_CASEBOOK)
        and user.limit(Permission.READ_CASEBOOK) is None
    )
    participant_form = ParticipantForm(request.GET if "number" in request.GET else None)
    if participant_form.is_valid():
        number = participant_form.cleaned_data["number"].number
        return redirect("randomization:break_code", number)
    context = {
        "breaks": unblinding.code_breaks(),
        "counts": unblinding.code_break_counts(),
        "changes": unblinding.changes_after_unblinding() if reads_all else [],
        "may_record": user.may(Permission.RECORD_CODE_BREAK),
        "may_break": any(
            user.may(permission)
            for permission in code_break_services.BREAK_PERMISSIONS.values()
        ),
        "participant_form": participant_form,
    }
    return render(request, "randomization/code_breaks/code_breaks.html", context)


@permitted(Permission.RECORD_CODE_BREAK)
def record(request: StaffRequest) -> HttpResponse:
    form = RecordCodeBreakForm(request.POST or None)
    if form.is_valid():
        answers = form.cleaned_data
        try:
            code_break_services.record_code_break(
                answers["number"], form.details, at=answers["at"], by=request.user
            )
        except RandomizationRefused as problem:
            form.add_error(None, str(problem))
        else:
            return redirect("randomization:code_breaks")
    return render(
        request, "randomization/code_breaks/record_code_break.html", {"form": form}
    )
