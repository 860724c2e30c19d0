"""The register of cases known after the lock: list, entry, one case."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from enrollment.screening.rules.participant_numbers import typed_number
from record.accounts.access import StaffRequest, permitted
from record.accounts.models import User
from record.accounts.roles import Permission
from record.casebook.models import Participant
from safety.after_lock import services
from safety.after_lock.forms import AssessmentForm, CaseForm, ChangeForm, initial_values
from safety.after_lock.tables import LateCaseTable
from safety.models import LateCase
from safety.reports.views import reads_reports

CHANGE_ID = "change_%s"  # two forms of a page ask why


def may_enter_case(user: User) -> bool:
    return any(user.may(permission) for permission in services.ENTERS)


@permitted(Permission.READ_CASEBOOK, when=reads_reports)
def cases(request: StaffRequest) -> HttpResponse:
    context = {
        "table": LateCaseTable(map(_line, services.late_cases()), request),
        "is_locked": services.is_locked(),
        "may_enter": may_enter_case(request.user),
        "people": Participant.objects.all() if may_enter_case(request.user) else (),
    }
    return render(request, "safety/after_lock/late_cases.html", context)


def _line(late_case: LateCase) -> dict[str, object]:
    due = services.deadlines_of(late_case)
    return {
        "case": late_case,
        "due": due,
        "late": services.was_late(late_case),
        "is_susar": None if late_case.expected is None else due.is_susar,
    }


@permitted(*services.ENTERS)
def add(request: StaffRequest) -> HttpResponse:
    participant = get_object_or_404(
        Participant, number=typed_number(request.GET.get("participant", ""))
    )
    form = CaseForm(participant, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            case = services.enter_case(participant, form.cleaned_data, by=request.user)
        except services.NotAfterLock as problem:
            form.add_error(None, str(problem))
        except services.NamesArm as problem:
            form.add_error(problem.name, str(problem))
        else:
            messages.success(
                request,
                _("Entered; principal investigator and safety officer are told."),
            )
            return redirect("safety:late_case", case.pk)
    context = {"form": form, "participant": participant}
    return render(request, "safety/after_lock/late_case_add.html", context)


@permitted(Permission.READ_CASEBOOK, when=reads_reports)
def case(request: StaffRequest, pk: int) -> HttpResponse:
    late_case = get_object_or_404(services.late_cases(), pk=pk)
    return _render_case(request, late_case)


def _render_case(
    request: StaffRequest,
    late_case: LateCase,
    change: forms.Form | None = None,
    assessment: forms.Form | None = None,
) -> HttpResponse:
    names = ChangeForm.base_fields
    assessment_names = AssessmentForm.base_fields
    context = {
        "case": late_case,
        "due": services.deadlines_of(late_case),
        "late": services.was_late(late_case),
        "change": change
        or ChangeForm(
            late_case.participant,
            initial=initial_values(late_case, names),
            auto_id=CHANGE_ID,
        ),
        "assessment": assessment
        or AssessmentForm(initial=initial_values(late_case, assessment_names)),
        "may_enter": may_enter_case(request.user),
        "may_assess": request.user.may(Permission.ASSESS_SAFETY),
    }
    return render(request, "safety/after_lock/late_case.html", context)


@permitted(*services.ENTERS)
@require_POST
def change(request: StaffRequest, pk: int) -> HttpResponse:
    late_case = get_object_or_404(services.late_cases(), pk=pk)
    form = ChangeForm(late_case.participant, request.POST, auto_id=CHANGE_ID)
    if not form.is_valid():
        return _render_case(request, late_case, change=form)
    values = dict(form.cleaned_data)
    why = values.pop("why")
    try:
        services.change_case(late_case, values, by=request.user, why=why)
    except services.NamesArm as problem:
        form.add_error(problem.name, str(problem))
        return _render_case(request, late_case, change=form)
    messages.success(request, _("Saved."))
    return redirect("safety:late_case", pk)


@permitted(Permission.ASSESS_SAFETY)
@require_POST
def assess(request: StaffRequest, pk: int) -> HttpResponse:
    late_case = get_object_or_404(services.late_cases(), pk=pk)
    form = AssessmentForm(request.POST)
    if not form.is_valid():
        return _render_case(request, late_case, assessment=form)
    values = dict(form.cleaned_data)
    why = values.pop("why")
    try:
        services.assess_case(late_case, values, by=request.user, why=why)
    except services.NamesArm as problem:
        form.add_error(problem.name, str(problem))
        return _render_case(request, late_case, assessment=form)
    messages.success(request, _("Saved."))
    return redirect("safety:late_case", pk)
