"""Pages of exports: history, request, progress, download."""

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language

from exports.forms import ExportForm, tables
from exports.models import Export
from exports.selectors import history as selectors
from exports.services import files
from exports.services import jobs as services
from exports.tables import ExportHistoryTable
from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission

BLINDED, UNBLINDED = Permission.EXPORT_BLINDED, Permission.EXPORT_UNBLINDED


@permitted(BLINDED)
def exports(request: StaffRequest) -> HttpResponse:
    return _page(request, "exports/exports.html", with_arms=False)


@permitted(UNBLINDED)
def unblinded(request: StaffRequest) -> HttpResponse:
    return _page(request, "exports/unblinded.html", with_arms=True)


def _page(request: StaffRequest, template: str, *, with_arms: bool) -> HttpResponse:
    submitted = request.POST if request.method == "POST" else None
    form = ExportForm(submitted, initial={"forms": [code for code, _title in tables()]})
    if form.is_valid():
        try:
            export = services.request_export(
                forms=form.cleaned_data["forms"],
                language=get_language() or "en",
                by=request.user,
                with_arms=with_arms,
            )
        except services.TooManyExports as problem:
            form.add_error(None, str(problem))
        else:
            return redirect("exports:export", export.key)
    table = ExportHistoryTable(selectors.exports_visible_to(request.user), request)
    return render(request, template, {"form": form, "table": table})


@permitted(BLINDED, UNBLINDED)
def export(request: StaffRequest, key: str) -> HttpResponse:
    return render(request, "exports/export.html", _context(request, key))


@permitted(BLINDED, UNBLINDED)
def progress(request: StaffRequest, key: str) -> HttpResponse:
    return render(request, "exports/state.html", _context(request, key))


@permitted(BLINDED, UNBLINDED)
def download(request: StaffRequest, key: str) -> HttpResponseBase:
    export = _export_or_404(request, key)
    try:
        content = services.open_download(export, by=request.user)
    except services.ExportUnavailable as problem:
        context = {**_context(request, key), "problem": problem}
        return render(request, "exports/export.html", context, status=409)
    headers = {
        "Content-Type": "application/zip",
        "Content-Disposition": f'attachment; filename="{export.filename}"',
        "Content-Length": str(export.size_bytes),
    }
    return StreamingHttpResponse(content, headers=headers)


def _export_or_404(request: StaffRequest, key: str) -> Export:
    return get_object_or_404(selectors.exports_visible_to(request.user), key=key)


def _context(request: StaffRequest, key: str) -> dict[str, object]:
    export = _export_or_404(request, key)
    done, total = files.progress(export.key)
    return {"export": export, "done": min(done, total), "total": total}
