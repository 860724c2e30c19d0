"""Pages of laboratory files: upload, mapping, preview, confirmation, report."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from imports.forms import ConfirmForm, MappingForm, UploadForm, word_tables
from imports.models import ImportedFile, ImportedRow, ImportState
from imports.rules.mapping import FileMapping
from imports.rules.reading import UnreadableFile
from imports.selectors.report import finding_text, report_of
from imports.selectors.unassigned import unassigned_lines
from imports.services import files as receiving
from imports.services import previews, storing
from imports.services.sources import SourceRefused
from imports.tables import FileRowTable, ImportedFileTable
from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from record.capture.planning import RowState
from record.casebook.blinding import TellsArm
from record.casebook.models import Participant
from trial_edc.context import page_for
from trial_edc.whole_files import NoRoom
from visits.laboratory.vocabulary import Analyte

# Roles that import files, and those that may export the blinded data anyway.
READERS = (Permission.IMPORT_LAB, Permission.EXPORT_BLINDED)
UNPROCESSABLE = 422
TONES = {
    RowState.NEW: "good",
    RowState.CHANGED: "attention",
    RowState.UNCHANGED: "muted",
    RowState.REFUSED: "danger",
}


@permitted(*READERS)
def file_list(request: StaffRequest) -> HttpResponse:
    files = ImportedFile.objects.select_related("source", "received_by", "confirmed_by")
    context = {
        "table": ImportedFileTable(files, request),
        "may_import": request.user.may(Permission.IMPORT_LAB),
        "sources": page_for(request.user, "imports:sources"),
    }
    return render(request, "imports/imports.html", context)


@permitted(Permission.IMPORT_LAB)
def upload(request: StaffRequest) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        try:
            file = receiving.upload(
                cleaned["source"],
                cleaned["credential"],
                name=cleaned["file"].name,
                content=cleaned["file"].read(),
                by=request.user,
            )
        except SourceRefused as problem:
            form.add_error("credential", _(str(problem)))
        except UnreadableFile as problem:
            form.add_error("file", _(problem.message) % problem.details)
        except (NoRoom, TellsArm) as problem:
            form.add_error("file", _(str(problem)))
        else:
            return redirect("imports:mapping", file.pk)
    status = UNPROCESSABLE if form.errors else 200
    context = {"form": form, "has_sources": form.has_sources}
    return render(request, "imports/upload.html", context, status=status)


def _file_or_404(import_id: int) -> ImportedFile:
    files = ImportedFile.objects.select_related(
        "source__laboratory", "received_by", "confirmed_by"
    )
    return get_object_or_404(files, pk=import_id)


@permitted(Permission.IMPORT_LAB)
def mapping(request: StaffRequest, import_id: int) -> HttpResponse:
    file = _file_or_404(import_id)
    if file.state not in (
        ImportState.RECEIVED,
        ImportState.READY,
        ImportState.FAILED,
    ):
        return redirect("imports:file", import_id)
    table, file_mapping = (
        receiving.table_of(file),
        FileMapping.from_json(file.source.mapping),
    )
    form = MappingForm(table, file_mapping, request.POST or None)
    if request.method == "POST" and form.is_valid():
        file_mapping = form.submitted_mapping
        if not form.has_new_words:
            receiving.map_columns(file, file_mapping, by=request.user)
            return redirect("imports:file", import_id)
        messages.info(request, _("Now say what the words of the file mean."))
    context = {
        "file": file,
        "form": form,
        "words": word_tables(table, file_mapping),
        "example": table.rows[0][1],
        "heading": table.heading,
        "titles": [" ".join(filter(None, cells)) for _line, cells in table.titles],
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "imports/mapping.html", context, status=status)


@permitted(*READERS)
def file_page(request: StaffRequest, import_id: int) -> HttpResponse:
    return _page(request, _file_or_404(import_id), None)


def _page(
    request: HttpRequest, file: ImportedFile, form: ConfirmForm | None
) -> HttpResponse:
    is_over = file.state == ImportState.DONE
    column = "outcome" if is_over else "state"
    state = request.GET.get("show", "")
    rows = file.lines.select_related("participant", "form")
    if state in set(RowState):
        rows = rows.filter(**{column: state})
    may_import = request.user.may(Permission.IMPORT_LAB)  # type: ignore[union-attr]
    context = {
        **_state(file),
        "table": FileRowTable(rows, request, lines_of=_lines),
        "state": state,
        "counts": [(choice, file.counts[choice.value]) for choice in RowState],
        "held_back": _blocked_participants(file)
        if file.state == ImportState.READY
        else [],
        "to_store": file.new + file.changed,
        "form": form or ConfirmForm(file),
        "unassigned": unassigned_lines(file) if not file.is_working else [],
        "may_import": may_import,
        "may_resume": may_import and file.is_working,
        "may_map": may_import
        and file.state in (ImportState.RECEIVED, ImportState.FAILED),
        "may_confirm": may_import and file.state == ImportState.READY,
    }
    status = UNPROCESSABLE if form else 200
    return render(request, "imports/import.html", context, status=status)


def _state(file: ImportedFile) -> dict[str, Any]:
    if not file.is_working:
        return {"file": file, "done": 0, "total": 0}
    if file.state == ImportState.PLANNING:
        return {"file": file, "done": file.lines.count(), "total": file.rows}
    to_store = Q(state__in=(RowState.NEW, RowState.CHANGED))
    counts = file.lines.aggregate(
        total=Count("pk", filter=to_store),
        done=Count("pk", filter=to_store & ~Q(outcome="")),
    )
    return {"file": file, **counts}


def _lines(rows: list[ImportedRow]) -> list[dict[str, Any]]:
    return [_line(row) for row in rows]


def _line(row: ImportedRow) -> dict[str, Any]:
    labels = {analyte.value: analyte.label for analyte in Analyte}
    state = RowState(row.outcome or row.state)
    return {
        "row": row,
        "item": _(labels[row.item]) if row.item in labels else "",
        "is_changed": state == RowState.CHANGED,
        "label": _(state.label),
        "tone": TONES[state],
        "why": [
            (finding["severity"], finding_text(finding)) for finding in row.findings
        ],
    }


def _blocked_participants(file: ImportedFile) -> list[Any]:
    rows = file.lines.filter(participant__isnull=False, is_left_out=False)
    refused = Q(state=RowState.REFUSED)
    participants = (
        rows.values("participant", "participant__number")
        .annotate(bad=Count("pk", filter=Q(holds=True)))
        .annotate(good=Count("pk", filter=refused & Q(holds=False) & ~Q(item="")))
        .filter(bad__gt=0, good__gt=0)
    )
    return list(participants.order_by("participant__number"))


@permitted(*READERS)
def progress(request: StaffRequest, import_id: int) -> HttpResponse:
    file = _file_or_404(import_id)
    answer = render(request, "imports/state.html", _state(file))
    if not file.is_working:
        answer.headers["HX-Refresh"] = "true"
    return answer


@permitted(Permission.IMPORT_LAB)
@require_POST
def confirm(request: StaffRequest, import_id: int) -> HttpResponse:
    file = _file_or_404(import_id)
    form = ConfirmForm(file, request.POST)
    if not form.is_valid():
        return _page(request, file, form)
    try:
        return _act_and_return(
            request,
            file,
            lambda: storing.confirm(
                file,
                form.reason,
                by=request.user,
                unassigned_read="unassigned_read" in form.cleaned_data,
                midnight_confirmed="midnight_confirmed" in form.cleaned_data,
            ),
        )
    except TellsArm as problem:
        form.add_error("text", str(problem))
        return _page(request, file, form)


@permitted(Permission.IMPORT_LAB)
@require_POST
def discard(request: StaffRequest, import_id: int) -> HttpResponse:
    file = _file_or_404(import_id)
    return _act_and_return(
        request, file, lambda: previews.discard(file, by=request.user)
    )


@permitted(Permission.IMPORT_LAB)
@require_POST
def leave_out(request: StaffRequest, import_id: int) -> HttpResponse:
    file = _file_or_404(import_id)
    participant = get_object_or_404(
        Participant, number=request.POST.get("participant", "")
    )
    if not file.lines.filter(participant=participant, holds=True).exists():
        return redirect("imports:file", import_id)
    return _act_and_return(
        request, file, lambda: previews.leave_out(file, participant, by=request.user)
    )


@permitted(Permission.IMPORT_LAB)
@require_POST
def resume(_request: StaffRequest, import_id: int) -> HttpResponse:
    file = _file_or_404(import_id)
    if file.is_working:
        receiving.resume(file)
    return redirect("imports:file", import_id)


def _act_and_return(request: HttpRequest, file: ImportedFile, act: Any) -> HttpResponse:
    try:
        act()
    except receiving.WrongState:
        messages.info(request, _("This was decided already; here is how it stands."))
    return redirect("imports:file", file.pk)


@permitted(*READERS)
def report(_request: StaffRequest, import_id: int) -> HttpResponse:
    file = _file_or_404(import_id)
    answer = HttpResponse(report_of(file), content_type="text/csv; charset=utf-8")
    name = f"import-{file.pk}-report.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@permitted(Permission.IMPORT_LAB)
def original(request: StaffRequest, import_id: int) -> HttpResponse:
    """The file as it came; the download is recorded, as the file may name persons."""
    file = _file_or_404(import_id)
    content = receiving.download_original(file, by=request.user)
    answer = HttpResponse(content, content_type="application/octet-stream")
    name = f"import-{file.pk}-original.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
