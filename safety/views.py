"""The clock of serious adverse event reports, and sending them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import StaffRequest, permitted
from accounts.models import User
from accounts.roles import Limit, Permission
from casebook.access import visible_codes
from casebook.models import FormInstance
from safety import selectors, services


def reads_reports(user: User) -> bool:
    """Tell whether the role reads the reports of every participant."""
    one_ward_only = user.limit(Permission.READ_CASEBOOK) == Limit.IN_PATIENTS
    return not one_ward_only and "SAE" in visible_codes(user)


@permitted(Permission.READ_CASEBOOK, when=reads_reports)
def reports(request: StaffRequest) -> HttpResponse:
    """Show every report with the hours since awareness."""
    context = {
        "lines": selectors.report_lines(),
        "may_send": request.user.may(Permission.SIGN_FORM),
    }
    return render(request, "safety/reports.html", context)


@permitted(Permission.SIGN_FORM)
@require_POST
def send(request: StaffRequest, form_id: int) -> HttpResponse:
    """Send a report to the sponsor."""
    form = get_object_or_404(FormInstance, pk=form_id, code="SAE", struck_at=None)
    try:
        services.send_report(form, by=request.user)
    except services.NotReadyToSend as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("The report went to the safety officers."))
    return redirect("safety:reports")
