"""The preview of a file: each line planned, nothing stored in the record."""

from collections import Counter
from collections.abc import Iterable, Mapping

from django.db import transaction

from imports.models import ImportedFile, ImportedRow, ImportState
from imports.rules.mapping import FileMapping
from imports.selectors.lines import Result, sort
from imports.services.files import NotNow, locked, table_of, told_of
from imports.services.plans import LineResult, plan_lines, refusal
from record.accounts.models import User
from record.audit.attribution import Process, Source, act, attributed
from record.capture.planning import RowState
from record.casebook.models import Participant
from trial_edc import __version__
from trial_edc.requirements import implements

# Who makes previews, and who brings the values in: named with its version.
PROCESS = Process(f"laboratory-import {__version__}")


@implements("QRY-08", "AUD-11")
def preview(file_id: int) -> None:
    """Plan every line of a file that waits for it; once more begins from nothing."""
    file = ImportedFile.objects.select_related("source__laboratory").get(pk=file_id)
    if file.state != ImportState.PLANNING:
        return
    table, mapping = table_of(file), FileMapping.from_json(file.mapping)
    found = sort(table, mapping, file.source.laboratory)
    ImportedRow.objects.filter(file=file).delete()
    _note(file, rows=len(table.rows), encoding=table.encoding)
    keep_rows(file, None, (refusal(one) for one in found.nobody))
    for pk, results in found.of.items():
        _plan(file, found.people[pk], results, mapping)
    with attributed(by=PROCESS, via=Source.TASK):
        try:
            file = locked(file, ImportState.PLANNING)
        except NotNow:
            return
        file.state = ImportState.READY
        count(file)
        file.save()
        act("import_previewed", details={**told_of(file), **file.counts})


def _note(file: ImportedFile, **columns: object) -> None:
    with attributed(by=PROCESS, via=Source.TASK):
        for name, value in columns.items():
            setattr(file, name, value)
        file.save(update_fields=tuple(columns))


def _plan(
    file: ImportedFile,
    participant: Participant,
    results: list[Result],
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
    keep_rows(file, participant, planned.told, left_out)


def keep_rows(
    file: ImportedFile,
    participant: Participant | None,
    told: Iterable[LineResult],
    left_out: frozenset[int] = frozenset(),
) -> None:
    """Keep what is told of lines, in one statement for a thousand."""
    rows = [
        ImportedRow(
            file=file,
            participant=participant,
            line=one.line,
            form=one.form,
            code=one.code,
            item=one.item,
            sampled_at=one.sampled_at,
            old=one.old,
            new=one.new,
            state=one.state.value,
            holds=one.holds,
            is_left_out=one.line in left_out,
            findings=list(one.findings),
        )
        for one in told
    ]
    ImportedRow.objects.bulk_create(rows, batch_size=1000)


def count(file: ImportedFile, column: str = "state") -> None:
    """Count the lines of a file by what becomes of them; they add up to its rows."""
    found = Counter(file.told.values_list(column, flat=True))
    for state in RowState:
        setattr(file, state.value, found[state.value])


@implements("QRY-08")
def leave_out(file: ImportedFile, participant: Participant, *, by: User) -> int:
    """Leave out the refused lines of a participant, so that the others may go in.

    Returns how many were left out; who did it, and which, is recorded.
    """
    with attributed(by=by, via=Source.PAGE):
        file = locked(file, ImportState.READY)
        rows = file.told.filter(participant=participant)
        bad = frozenset(
            rows.filter(holds=True).values_list("line", flat=True)
        ) | frozenset(rows.filter(is_left_out=True).values_list("line", flat=True))
        results = _results_of(file)[participant.pk]
        rows.delete()
        mapping = FileMapping.from_json(file.mapping)
        _plan(file, participant, results, mapping, left_out=bad)
        count(file)
        file.save()
        act(
            "import_lines_left_out",
            participant_id=participant.pk,
            details={**told_of(file), "lines": sorted(bad)},
        )
    return len(bad)


def _results_of(file: ImportedFile) -> Mapping[int, list[Result]]:
    mapping = FileMapping.from_json(file.mapping)
    return sort(table_of(file), mapping, file.source.laboratory).of


def discard(file: ImportedFile, *, by: User) -> None:
    """Put a file aside: nothing of it is stored; file and preview are kept."""
    with attributed(by=by, via=Source.PAGE):
        file = locked(file, ImportState.RECEIVED, ImportState.READY, ImportState.FAILED)
        file.state = ImportState.DISCARDED
        file.save(update_fields=("state",))
        act("import_discarded", details=told_of(file))


def tell_problem(file_id: int, problem: str) -> None:
    """Say on the page of a file what stopped it; what is stored stays, whole."""
    _note(ImportedFile.objects.get(pk=file_id), problem=problem)


def failed(file_id: int, problem: str) -> None:
    """Say of a file that it could not be read, and why."""
    with transaction.atomic():
        file = ImportedFile.objects.get(pk=file_id)
        _note(file, state=ImportState.FAILED, problem=problem)
