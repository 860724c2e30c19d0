"""The clock of serious adverse event reports, and sending them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import NotPermitted, StaffRequest, permitted
from accounts.roles import Limit, Permission
from casebook.access import visible_codes
from casebook.models import FormInstance
from safety import selectors, services


@permitted(Permission.READ_CASEBOOK)
def reports(request: StaffRequest) -> HttpResponse:
    """Show every report with the hours since awareness."""
    one_ward_only = request.user.limit(Permission.READ_CASEBOOK) == Limit.IN_PATIENTS
    if one_ward_only or "SAE" not in visible_codes(request.user):
        raise NotPermitted((Permission.READ_CASEBOOK,))
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
