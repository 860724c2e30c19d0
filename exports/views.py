"""Choose, watch, take; and the history of all exports."""

from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language

from exports.forms import ExportForm, tables
from exports.models import Export
from exports.selectors import exports as selectors
from exports.services import exports as services
from exports.services import files
from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission

A_PAGE = 50
BLINDED, UNBLINDED = Permission.EXPORT_BLINDED, Permission.EXPORT_UNBLINDED


@permitted(BLINDED)
def exports(request: StaffRequest) -> HttpResponse:
    """List the blinded exports, and ask for a new one."""
    return _page(request, "exports/exports.html", with_arms=False)


@permitted(UNBLINDED)
def unblinded(request: StaffRequest) -> HttpResponse:
    """List the exports with products and arms, and ask for a new one."""
    return _page(request, "exports/unblinded.html", with_arms=True)


def _page(request: StaffRequest, template: str, *, with_arms: bool) -> HttpResponse:
    entered = request.POST if request.method == "POST" else None
    form = ExportForm(entered, initial={"forms": [code for code, _title in tables()]})
    if form.is_valid():
        export = services.request_export(
            forms=form.cleaned_data["forms"],
            language=get_language() or "en",
            by=request.user,
            with_arms=with_arms,
        )
        return redirect("exports:export", export.key)
    made = Paginator(selectors.exports_visible_to(request.user), A_PAGE)
    page = made.get_page(request.GET.get("page"))
    return render(request, template, {"form": form, "page": page})


@permitted(BLINDED, UNBLINDED)
def export(request: StaffRequest, key: str) -> HttpResponse:
    """Show one export: its progress, then its file."""
    return render(request, "exports/export.html", _context(request, key))


@permitted(BLINDED, UNBLINDED)
def progress(request: StaffRequest, key: str) -> HttpResponse:
    """Show how far an export is; asked for again and again by the page."""
    return render(request, "exports/state.html", _context(request, key))


@permitted(BLINDED, UNBLINDED)
def download(request: StaffRequest, key: str) -> HttpResponseBase:
    """Hand the file over; that is recorded."""
    found = _found(request, key)
    try:
        content = services.take(found, by=request.user)
    except services.NotThere as problem:
        context = {**_context(request, key), "problem": problem}
        return render(request, "exports/export.html", context, status=409)
    told = {
        "Content-Type": "application/zip",
        "Content-Disposition": f'attachment; filename="{found.filename}"',
        "Content-Length": str(found.size_bytes),
    }
    return StreamingHttpResponse(content, headers=told)


def _found(request: StaffRequest, key: str) -> Export:
    return get_object_or_404(selectors.exports_visible_to(request.user), key=key)


def _context(request: StaffRequest, key: str) -> dict[str, object]:
    found = _found(request, key)
    done, total = files.progress(found.key)
    return {"export": found, "done": min(done, total), "total": total}
