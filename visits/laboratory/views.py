"""Laboratories and their reference ranges, entered by one, approved by another."""

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from record.accounts.access import StaffRequest, may_be, permitted
from record.accounts.roles import FIRST, SECOND, Permission
from record.review.problems import ApprovalRefused
from trial_edc.pages import act_or_report
from visits.laboratory import selectors as laboratory_selectors
from visits.laboratory import services
from visits.laboratory.forms import LaboratoryForm, RangeForm
from visits.models import Laboratory, ReferenceRange


@permitted(Permission.REFERENCE_DATA)
def laboratories(request: StaffRequest) -> HttpResponse:
    form = LaboratoryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        laboratory = services.register_laboratory(by=request.user, **form.cleaned_data)
        return redirect("visits:laboratory", laboratory.code)
    context = {"laboratories": laboratory_selectors.laboratories(), "form": form}
    return render(
        request, "visits/laboratory/laboratories.html", _with_persons(request, context)
    )


@permitted(Permission.REFERENCE_DATA)
def laboratory(request: StaffRequest, code: str) -> HttpResponse:
    stored = get_object_or_404(laboratory_selectors.laboratories(), code=code)
    form = RangeForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and _enter_range(stored, form, request)
    ):
        return redirect("visits:laboratory", code)
    context = {"laboratory": stored, "form": form}
    return render(
        request, "visits/laboratory/laboratory.html", _with_persons(request, context)
    )


def _enter_range(
    laboratory: Laboratory, form: RangeForm, request: StaffRequest
) -> bool:
    try:
        services.enter_range(laboratory, form.reference_range, by=request.user)
    except IntegrityError:
        form.add_error(None, _("A range of this analyte begins on that day already."))
        return False
    messages.success(request, _("Entered; it counts once it is approved."))
    return True


def _with_persons(
    request: StaffRequest, context: dict[str, object]
) -> dict[str, object]:
    return {
        **context,
        "may_enter": may_be(request.user, FIRST, Permission.REFERENCE_DATA),
        "may_approve": may_be(request.user, SECOND, Permission.REFERENCE_DATA),
    }


@permitted(Permission.REFERENCE_DATA, person=SECOND)
@require_POST
def approve(request: StaffRequest, pk: int) -> HttpResponse:
    reference_range = get_object_or_404(
        ReferenceRange.objects.select_related("laboratory"), pk=pk
    )
    shown = request.POST.get("shown", "")
    act_or_report(
        request,
        lambda: services.approve_range(reference_range, shown=shown, by=request.user),
        _("Approved; it counts from its first day."),
        refusal=ApprovalRefused,
    )
    return redirect("visits:laboratory", reference_range.laboratory.code)
