"""Reports of visits: signed by the monitor, acknowledged, and as PDF."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from monitoring.visits.models import MonitoringVisit, VisitReport
from monitoring.visits.page import ReportPage, VisitPage
from monitoring.visits.problems import MonitoringRefused
from monitoring.visits.services.report_pdf import report_pdf
from monitoring.visits.services.reports import (
    MEANING,
    acknowledge_report,
    content_of,
    digest_of,
    sign_report,
)
from record.accounts.access import StaffRequest, permitted
from record.accounts.forms import SignatureForm
from record.accounts.roles import Permission


@sensitive_post_parameters()
@never_cache
@permitted(Permission.MONITOR_SITE)
def sign(request: StaffRequest, pk: int) -> HttpResponse:
    """Show exactly what is signed, and sign it."""
    visit = get_object_or_404(MonitoringVisit.objects.select_related("monitor"), pk=pk)
    identity = SignatureForm(request, request.POST or None)
    if request.method == "POST" and identity.is_valid():
        shown = request.POST.get("shown", "")
        try:
            report = sign_report(
                visit, shown=shown, proof=identity.proof, by=request.user
            )
        except MonitoringRefused as problem:
            identity.add_error(None, str(problem))
        else:
            messages.success(request, _("Signed."))
            return redirect("monitoring:visits:report", pk, report.version)
    content = content_of(visit)
    context = {
        "page": VisitPage(visit, request.user),
        "report": ReportPage(content),
        "digest": digest_of(content),
        "meaning": _(MEANING),
        "identity": identity,
    }
    return render(request, "monitoring/visits/sign.html", context)


@sensitive_post_parameters()
@never_cache
@permitted(Permission.READ_MONITORING)
def report(request: StaffRequest, pk: int, version: int) -> HttpResponse:
    """A signed report; the principal investigator acknowledges it here."""
    signed = _report_or_404(pk, version)
    may_acknowledge = (
        request.user.may(Permission.ACKNOWLEDGE_MONITORING)
        and signed.acknowledged_at is None
    )
    is_posted = request.method == "POST" and may_acknowledge
    identity = SignatureForm(request, request.POST if is_posted else None)
    if is_posted and identity.is_valid():
        try:
            acknowledge_report(signed, proof=identity.proof, by=request.user)
        except MonitoringRefused as problem:
            identity.add_error(None, str(problem))
        else:
            messages.success(request, _("Acknowledged."))
            return redirect("monitoring:visits:report", pk, version)
    context = {
        "signed": signed,
        "visit": signed.visit,
        "report": ReportPage(signed.content),
        "meaning": _(signed.meaning),
        "identity": identity if may_acknowledge else None,
    }
    return render(request, "monitoring/visits/report.html", context)


@permitted(Permission.READ_MONITORING)
@never_cache
def pdf(request: StaffRequest, pk: int, version: int) -> HttpResponse:
    signed = _report_or_404(pk, version)
    try:
        content = report_pdf(signed, ReportPage(signed.content))
    except MonitoringRefused as problem:
        messages.error(request, str(problem))
        return redirect("monitoring:visits:report", pk, version)
    name = f"monitoring-visit-{pk}-{version}.pdf"
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )


def _report_or_404(pk: int, version: int) -> VisitReport:
    reports = VisitReport.objects.select_related("visit", "acknowledged_by")
    return get_object_or_404(reports, visit=pk, version=version)
