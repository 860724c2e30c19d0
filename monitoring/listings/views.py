"""Pages of the listings: overview, one listing, its CSV file."""

import csv
from collections.abc import Iterator

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from monitoring.listings.selectors.listings import Listing, listings_for
from monitoring.listings.selectors.results import listing_result
from monitoring.listings.services import record_download
from monitoring.listings.tables import ListingTable
from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from safety.reports.views import reads_reports
from trial_edc import clock
from trial_edc.context import page_for
from trial_edc.requirements import implements
from trial_edc.spreadsheets import safe


@permitted(Permission.POOLED_DASHBOARD)
def listings(request: StaffRequest) -> HttpResponse:
    results = [
        listing_result(declared, request.user, {})
        for declared in listings_for(request.user)
    ]
    return render(
        request, "monitoring/listings/listings.html", _context(request, results=results)
    )


@permitted(Permission.POOLED_DASHBOARD)
def listing(request: StaffRequest, name: str) -> HttpResponse:
    result = listing_result(
        _listing_or_404(request, name), request.user, request.GET.dict()
    )
    context = _context(request, result=result, table=ListingTable(result, request))
    return render(request, "monitoring/listings/listing.html", context)


def _context(request: StaffRequest, **more: object) -> dict[str, object]:
    reports = page_for(request.user, "safety:reports")
    return {
        "listings": listings_for(request.user),
        "reports": reports if reads_reports(request.user) else None,
        **more,
    }


def _listing_or_404(request: StaffRequest, name: str) -> Listing:
    by_name = {declared.name: declared for declared in listings_for(request.user)}
    if name not in by_name:
        raise Http404
    return by_name[name]


@permitted(Permission.POOLED_DASHBOARD)
@require_POST
@implements("MON-01")
def download(request: StaffRequest, name: str) -> HttpResponse:
    listing, query = _listing_or_404(request, name), request.GET.dict()
    result = listing_result(listing, request.user, query)
    filters = {facet: query[facet] for facet in listing.facets if facet in query}
    record_download(name, result.count, filters, by=request.user)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    day = clock.today().isoformat()
    response["Content-Disposition"] = f'attachment; filename="{name}-{day}.csv"'
    response.write("\ufeff")  # so that spreadsheets read Chinese
    table = ListingTable(result, request)
    csv.writer(response).writerows(_csv_rows(listing, table))
    return response


def _csv_rows(listing: Listing, table: ListingTable) -> Iterator[list[str]]:
    yield [str(column.header) for column in table.columns]
    for row in table.rows:
        line = listing.line(row.record)
        yield [line.participant, *(safe(cell.text) for cell in line.cells.values())]
