"""Pages of the audit trail: the study's, a participant's, a form's, an item's."""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from monitoring.trail.filters import TrailFilters
from monitoring.trail.page import trail_page
from monitoring.trail.selectors.saved_filters import filters_of
from monitoring.trail.selectors.timeline import item_timeline
from monitoring.trail.selectors.visible import (
    forms_within_trail,
    may_download,
    participants_within_trail,
    reads_reports,
)
from monitoring.trail.selectors.wordings import form_title
from monitoring.trail.services.downloads import download_trail
from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from record.casebook import catalogue
from record.casebook.access import visible_items
from record.casebook.models import FormInstance
from trial_edc import clock
from trial_edc.requirements import implements


@permitted(Permission.READ_AUDIT)
@implements("AUD-09", "EXP-09")
def entries(request: StaffRequest) -> HttpResponse:
    return _trail(request)


@permitted(Permission.READ_AUDIT)
def of_participant(request: StaffRequest, number: str) -> HttpResponse:
    people = participants_within_trail(request.user)
    participant = get_object_or_404(people, number=number)
    return _trail(request, title=participant.number, participant=participant.number)


@permitted(Permission.READ_AUDIT)
def of_form(request: StaffRequest, pk: int) -> HttpResponse:
    form = get_object_or_404(forms_within_trail(request.user), pk=pk)
    title = f"{form.participant.number} · {form_title(form)}"
    return _trail(request, title=title, of=form, instance=str(pk))


def _trail(
    request: StaffRequest,
    title: str = "",
    of: FormInstance | None = None,
    **preset: str,
) -> HttpResponse:
    query = request.GET.copy()
    for name, value in preset.items():
        query[name] = value
    filters = TrailFilters(query, request.user)
    context: dict[str, Any] = {
        "title": title,
        "of": of,
        "form": filters.form,
        "page": trail_page(filters, request.user),
        "may_download": may_download(request.user),
        "saved_filters": filters_of(request.user),
        "reads_reports": reads_reports(request.user),
    }
    return render(request, "monitoring/trail/trail.html", context)


@permitted(Permission.READ_AUDIT)
def of_item(request: StaffRequest, pk: int, item: str) -> HttpResponse:
    form = get_object_or_404(forms_within_trail(request.user), pk=pk)
    design = catalogue.design(form.code)
    if item not in visible_items(request.user, design):
        raise Http404
    context = {
        "of": form,
        "form_title": form_title(form),
        "item": design.items[item],
        "events": item_timeline(form, item),
    }
    return render(request, "monitoring/trail/item.html", context)


@permitted(Permission.READ_AUDIT, when=may_download)
@require_POST
def download(request: StaffRequest) -> HttpResponseBase:
    """The whole answer of the filters in the address."""
    filters = TrailFilters(request.GET, request.user)
    lines = download_trail(filters.qs, filters.chosen, by=request.user)
    day = clock.today().isoformat()
    headers = {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": f'attachment; filename="audit-trail-{day}.csv"',
    }
    return StreamingHttpResponse(lines, headers=headers)
