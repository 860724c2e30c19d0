"""Pages of serious adverse event reports and of the sponsor's cases."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from record.accounts.access import StaffRequest, permitted
from record.accounts.models import User
from record.accounts.roles import Limit, Permission
from record.casebook.access import visible_codes
from record.casebook.models import FormInstance
from safety.reports.page import filter_cases, filter_reports
from safety.reports.selectors import reports as selectors
from safety.reports.selectors.cases import by_urgency, cases_of
from safety.reports.services import reports as services
from safety.reports.services.follow_ups import add_follow_up
from safety.reports.tables import CaseTable, ReportTable
from trial_edc.context import page_for
from trial_edc.pages import act_or_report


def reads_reports(user: User) -> bool:
    one_ward_only = user.limit(Permission.READ_CASEBOOK) == Limit.IN_PATIENTS
    return not one_ward_only and "SAE" in visible_codes(user)


@permitted(Permission.READ_CASEBOOK, when=reads_reports)
def reports(request: StaffRequest) -> HttpResponse:
    filtered = filter_reports(request.GET.dict())
    context = {
        "filtered": filtered,
        "table": ReportTable(
            filtered.rows, request, lines_of=selectors.lines_of, total=filtered.count
        ),
        "may_send": request.user.may(Permission.SIGN_FORM),
        "may_enter": request.user.may(Permission.ENTER_CRF),
        "may_assess": request.user.may(Permission.ASSESS_SAFETY),
        "coding": page_for(request.user, "safety:coding"),
    }
    return render(request, "safety/reports/reports.html", context)


@permitted(Permission.ASSESS_SAFETY)
def cases(request: StaffRequest) -> HttpResponse:
    sorted_cases = by_urgency(cases_of(selectors.report_lines()))
    filtered = filter_cases(sorted_cases, request.GET.dict())
    context = {"filtered": filtered, "table": CaseTable(filtered.rows, request)}
    return render(request, "safety/reports/cases.html", context)


def _report_form(form_id: int) -> FormInstance:
    forms = FormInstance.objects.select_related("participant")
    return get_object_or_404(forms, pk=form_id, code="SAE", struck_at=None)


@permitted(Permission.SIGN_FORM)
@require_POST
def send(request: StaffRequest, form_id: int) -> HttpResponse:
    form, shown = _report_form(form_id), request.POST.get("shown", "")
    act_or_report(
        request,
        lambda: services.send_report(form, shown=shown, by=request.user),
        _("The report went to the safety officers."),
        refusal=services.NotReadyToSend,
    )
    return redirect("safety:reports")


@permitted(Permission.ENTER_CRF)
@require_POST
def follow_up(request: StaffRequest, form_id: int) -> HttpResponse:
    try:
        form = add_follow_up(_report_form(form_id), by=request.user)
    except services.NotReadyToSend as problem:
        messages.error(request, str(problem))
        return redirect("safety:reports")
    messages.success(request, _("What stands was carried over. Add what is new."))
    return redirect("entry:form", form.pk)
