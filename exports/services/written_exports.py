"""The archive of an export, written from one snapshot of the database."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from typing import IO, Any, cast

from django.utils.translation import override

from exports.models import Export, ExportKind
from exports.selectors import blinded, form_tables, unblinded
from exports.selectors.casebook_copy import participants_to_copy
from exports.selectors.dictionary import dictionary, edit_checks
from exports.selectors.export_table import ExportTable
from exports.selectors.signatures import casebooks_without_sign_off
from exports.services import archive, files
from exports.services.casebook_copies import RecordedCopy, casebook_pdf
from exports.services.snapshots import snapshot
from record.casebook.design import FormDesign
from record.lock.selectors import LockState, present_lock
from trial_edc import __version__, clock
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements

NOTES = (
    "Rows that were struck out are left out.",
    "from_paper is Y where values were written on paper first, at their own times.",
    "Instants are site time with offset; dates known in part are kept in part.",
    "A text that a spreadsheet would run as a formula has an apostrophe in front.",
    "x_label is the answer in words; x_missing says why there is no value.",
    "x_unit is the unit as entered, x_standard the value in the standard unit.",
    "With x_comparator (< or >) x is a limit of detection, and x_standard is empty.",
)


@dataclass(frozen=True)
class WrittenExport:
    """What was written, and what it says."""

    file: files.SealedFile
    files: list[archive.ArchivedFile]
    lock: LockState | None
    copies: list[RecordedCopy]  # of casebooks


@implements("EXP-05", "LCK-04")
def write_export(export: Export) -> WrittenExport:
    """Write the archive from one snapshot; the file appears whole or not at all."""
    copies: list[RecordedCopy] = []
    with snapshot(), override(export.language):
        entries, total = _entries(export, copies)
        lock = present_lock()
        with (
            closing(files.ProgressMeter(export.key, total)) as meter,
            closing(files.SealedFile(files.archive_path(export.key))) as sealed_file,
        ):
            archived_files = archive.write_archive(
                cast("IO[bytes]", sealed_file),
                entries,
                _manifest_head(export, lock),
                count=meter.advance,
            )
            sealed_file.keep()
    return WrittenExport(sealed_file, archived_files, lock, copies)


def _entries(
    export: Export, copies: list[RecordedCopy]
) -> tuple[Iterator[ExportTable | archive.ArchiveDocument], int]:
    """What the archive holds, and how many rows or casebooks that is."""
    if export.kind == ExportKind.CASEBOOKS:
        return _casebooks(export, copies)
    return _tables_of(export)


def _casebooks(
    export: Export, copies: list[RecordedCopy]
) -> tuple[Iterator[archive.ArchiveDocument], int]:
    """Each is made as it is written, and noted among the `copies`."""
    numbers = export.filters["participants"]
    people = participants_to_copy(export.asked_by).filter(number__in=numbers)

    def documents() -> Iterator[archive.ArchiveDocument]:
        for person in people:
            copy = casebook_pdf(person, export.language, by=export.asked_by)
            copies.append(copy.as_recorded)
            yield archive.ArchiveDocument(copy.filename, person.number, copy.pdf)

    return documents(), len(people)


def _tables_of(export: Export) -> tuple[Iterator[ExportTable], int]:
    tables, designs = _tables(export, export.filters["forms"])
    total = sum(blinded.expected_rows(designs).values())
    return chain(tables, (dictionary(designs), edit_checks(designs))), total


def _tables(
    export: Export, selected: list[str]
) -> tuple[Iterator[ExportTable], list[FormDesign]]:
    context, open_forms = form_tables.Context(), blinded.blinded_designs()
    designs = [design for code, design in open_forms.items() if code in selected]
    if export.is_blinded:
        return blinded.all_tables(selected, context), designs
    restricted = unblinded.restricted_designs().values()
    return unblinded.all_unblinded_tables(selected, context), [*designs, *restricted]


def _manifest_head(export: Export, lock: LockState | None) -> dict[str, Any]:
    return {
        "trial": PROTOCOL.registry.id,
        "content": export.content,
        "export": export.key,
        "asked_by": export.asked_by.username,
        "asked_at": export.asked_at.isoformat(),
        "data_as_of": clock.now().isoformat(),
        "lock": lock and lock.stated,
        "software": __version__,
        "protocol": PROTOCOL.version,
        "language": export.language,
        "casebooks_without_sign_off": casebooks_without_sign_off(),
        "notes": NOTES if export.kind == ExportKind.DATASETS else (),
    }
