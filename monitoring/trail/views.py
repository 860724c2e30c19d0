"""Pages of the audit trail: the study's, a participant's, a form's, an item's."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from monitoring.trail import services
from monitoring.trail.filters import TrailFilters
from monitoring.trail.page import trail_page
from monitoring.trail.selectors.visible import may_download
from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from trial_edc import clock
from trial_edc.requirements import implements


@permitted(Permission.READ_AUDIT)
@implements("AUD-09", "EXP-09")
def entries(request: StaffRequest) -> HttpResponse:
    filters = TrailFilters(request.GET, request.user)
    context: dict[str, Any] = {
        "form": filters.form,
        "page": trail_page(filters, request.user),
        "may_download": may_download(request.user),
    }
    return render(request, "monitoring/trail/trail.html", context)


@permitted(Permission.READ_AUDIT, when=may_download)
@require_POST
def download(request: StaffRequest) -> HttpResponseBase:
    """The whole answer of the filters in the address."""
    filters = TrailFilters(request.GET, request.user)
    lines = services.download_trail(filters.qs, filters.chosen, by=request.user)
    day = clock.today().isoformat()
    headers = {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": f'attachment; filename="audit-trail-{day}.csv"',
    }
    return StreamingHttpResponse(lines, headers=headers)
