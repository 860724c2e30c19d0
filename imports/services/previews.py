"""The preview of a file: each line planned, nothing stored in the record."""

from collections import Counter
from collections.abc import Iterable, Mapping

from django.db import transaction

from imports.models import ImportedFile, ImportedRow, ImportState
from imports.rules.mapping import FileMapping
from imports.selectors.lines import SampleResult, sort_lines
from imports.services.files import WrongState, audit_details, lock_file, table_of
from imports.services.line_plans import LinePlan, refused_plan
from imports.services.plans import plan_lines
from record.accounts.models import User
from record.audit.attribution import Process, Source, act, attributed
from record.capture.planning import RowState
from record.casebook.models import Participant
from trial_edc import __version__
from trial_edc.requirements import implements

# The actor of previews and of stored values, named with its version.
PROCESS = Process(f"laboratory-import {__version__}")


@implements("QRY-08", "AUD-11")
def preview(file_id: int) -> None:
    """Plan every line of a file that waits for it; a second run begins from nothing."""
    file = ImportedFile.objects.select_related("source__laboratory").get(pk=file_id)
    if file.state != ImportState.PLANNING:
        return
    table, mapping = table_of(file), FileMapping.from_json(file.mapping)
    lines = sort_lines(table, mapping, file.source.laboratory)
    ImportedRow.objects.filter(file=file).delete()
    _set_columns(file, rows=len(table.rows), encoding=table.encoding)
    store_rows(file, None, (refused_plan(result) for result in lines.unassigned))
    for pk, results in lines.by_participant.items():
        _plan(file, lines.participants[pk], results, mapping)
    with attributed(by=PROCESS, via=Source.TASK):
        try:
            file = lock_file(file, ImportState.PLANNING)
        except WrongState:
            return
        file.state = ImportState.READY
        count_lines(file)
        file.save()
        act("import_previewed", details={**audit_details(file), **file.counts})


def _set_columns(file: ImportedFile, **columns: object) -> None:
    with attributed(by=PROCESS, via=Source.TASK):
        for name, value in columns.items():
            setattr(file, name, value)
        file.save(update_fields=tuple(columns))


def _plan(
    file: ImportedFile,
    participant: Participant,
    results: list[SampleResult],
    mapping: FileMapping,
    *,
    left_out: frozenset[int] = frozenset(),
) -> None:
    planned = plan_lines(
        participant,
        results,
        mapping,
        file.source.laboratory,
        by=PROCESS,
        left_out=left_out,
    )
    store_rows(file, participant, planned.lines, left_out)


def store_rows(
    file: ImportedFile,
    participant: Participant | None,
    lines: Iterable[LinePlan],
    left_out: frozenset[int] = frozenset(),
) -> None:
    rows = [
        ImportedRow(
            file=file,
            participant=participant,
            line=line.line,
            form=line.form,
            code=line.code,
            item=line.item,
            sampled_at=line.sampled_at,
            old=line.old,
            new=line.new,
            state=line.state.value,
            holds=line.holds_back,
            is_left_out=line.line in left_out,
            findings=list(line.findings),
        )
        for line in lines
    ]
    ImportedRow.objects.bulk_create(rows, batch_size=1000)


def count_lines(file: ImportedFile, column: str = "state") -> None:
    counts = Counter(file.lines.values_list(column, flat=True))
    for state in RowState:
        setattr(file, state.value, counts[state.value])


@implements("QRY-08")
def leave_out(file: ImportedFile, participant: Participant, *, by: User) -> int:
    """Leave out the refused lines of a participant, so that the others may go in.

    Returns how many were left out; who did it, and which, is recorded.
    """
    with attributed(by=by, via=Source.PAGE):
        file = lock_file(file, ImportState.READY)
        rows = file.lines.filter(participant=participant)
        lines = frozenset(
            rows.filter(holds=True).values_list("line", flat=True)
        ) | frozenset(rows.filter(is_left_out=True).values_list("line", flat=True))
        results = _results_of(file)[participant.pk]
        rows.delete()
        mapping = FileMapping.from_json(file.mapping)
        _plan(file, participant, results, mapping, left_out=lines)
        count_lines(file)
        file.save()
        act(
            "import_lines_left_out",
            participant_id=participant.pk,
            details={**audit_details(file), "lines": sorted(lines)},
        )
    return len(lines)


def _results_of(file: ImportedFile) -> Mapping[int, list[SampleResult]]:
    mapping = FileMapping.from_json(file.mapping)
    return sort_lines(table_of(file), mapping, file.source.laboratory).by_participant


def discard(file: ImportedFile, *, by: User) -> None:
    with attributed(by=by, via=Source.PAGE):
        file = lock_file(
            file, ImportState.RECEIVED, ImportState.READY, ImportState.FAILED
        )
        file.state = ImportState.DISCARDED
        file.save(update_fields=("state",))
        act("import_discarded", details=audit_details(file))


def record_problem(file_id: int, problem: str) -> None:
    """Show on the page of a file what stopped it; what is stored stays, whole."""
    _set_columns(ImportedFile.objects.get(pk=file_id), problem=problem)


def mark_failed(file_id: int, problem: str) -> None:
    with transaction.atomic():
        file = ImportedFile.objects.get(pk=file_id)
        _set_columns(file, state=ImportState.FAILED, problem=problem)
