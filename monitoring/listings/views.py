"""The listings: an overview, each one as a page and as a file."""

import csv
import re
from collections.abc import Iterator

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from monitoring.listings.selectors import Listing, ShownListing, listings_for, shown
from monitoring.listings.services import record_download
from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from safety.reports.views import reads_reports
from trial_edc import clock
from trial_edc.context import page_for
from trial_edc.requirements import implements

FORMULA = re.compile(r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


@permitted(Permission.POOLED_DASHBOARD)
def listings(request: StaffRequest) -> HttpResponse:
    """Show how many rows each listing has, by the values of its filters."""
    found = [shown(one, request.user, {}) for one in listings_for(request.user)]
    return render(
        request, "monitoring/listings/listings.html", _told(request, found=found)
    )


@permitted(Permission.POOLED_DASHBOARD)
def listing(request: StaffRequest, name: str) -> HttpResponse:
    found = shown(_named(request, name), request.user, request.GET.dict())
    return render(
        request, "monitoring/listings/listing.html", _told(request, shown=found)
    )


def _told(request: StaffRequest, **more: object) -> dict[str, object]:
    reports = page_for(request.user, "safety:reports")
    return {
        "listings": listings_for(request.user),
        "reports": reports if reads_reports(request.user) else None,
        **more,
    }


def _named(request: StaffRequest, name: str) -> Listing:
    held = {one.name: one for one in listings_for(request.user)}
    if name not in held:
        raise Http404
    return held[name]


@permitted(Permission.POOLED_DASHBOARD)
@require_POST
@implements("MON-01")
def download(request: StaffRequest, name: str) -> HttpResponse:
    """Hand a listing over as a CSV file, as it is filtered; that is recorded."""
    asked = request.GET.dict()
    found = shown(_named(request, name), request.user, asked)
    record_download(name, len(found.lines), asked, by=request.user)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    day = clock.today().isoformat()
    response["Content-Disposition"] = f'attachment; filename="{name}-{day}.csv"'
    response.write("\ufeff")  # so that spreadsheets read Chinese
    csv.writer(response).writerows(_table(found))
    return response


def _table(found: ShownListing) -> Iterator[list[str]]:
    yield [_("Participant"), *(str(one.label) for one in found.columns)]
    for line, cells in found.rows:
        yield [line.participant, *(safe(text) for _column, text in cells)]


def safe(text: str) -> str:
    return f"'{text}" if FORMULA.match(text) else text
