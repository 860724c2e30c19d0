"""Request an export, make it, download it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import IO, Any, cast

from celery import current_app
from celery.exceptions import OperationalError
from cryptography.exceptions import InvalidTag
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from exports.models import Export, ExportKind, ExportState
from exports.selectors import blinded, form_tables, unblinded
from exports.selectors.dictionary import dictionary, edit_checks
from exports.selectors.export_table import ExportTable
from exports.services import archive, files
from record.accounts.models import User
from record.accounts.roles import Permission
from record.audit import once
from record.audit.attribution import Process, Source, act, attributed
from record.audit.models import Confidentiality
from record.casebook.design import FormDesign
from trial_edc import __version__, clock
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements

EXPORTER = Process("exports")
TASK = "exports.tasks.make_export"
NOTES = (
    "Rows that were struck out are left out.",
    "Instants are site time with offset; dates known in part are kept in part.",
    "A text that a spreadsheet would run as a formula has an apostrophe in front.",
    "x_label is the answer in words; x_missing says why there is no value.",
    "x_unit is the unit as entered, x_standard the value in the standard unit.",
)


class ExportUnavailable(Exception):
    """An export is not finished, or its file was altered."""


@implements("EXP-06", "EXP-07")
def request_export(
    *, forms: list[str], language: str, by: User, with_arms: bool = False
) -> Export:
    """Queue an export of the selected tables; unblinded with all products and arms."""
    needed = Permission.EXPORT_UNBLINDED if with_arms else Permission.EXPORT_BLINDED
    if not by.may(needed):
        raise PermissionDenied
    with attributed(by=by, via=Source.PAGE):
        once.require_first()
        export = Export.objects.create(
            kind=ExportKind.DATASETS,
            confidentiality=(
                Confidentiality.RESTRICTED if with_arms else Confidentiality.OPEN
            ),
            filters={"forms": forms},
            language=language,
            asked_by=by,
        )
        transaction.on_commit(lambda: _queue_task(export))
    return export


def _queue_task(export: Export) -> None:
    try:
        current_app.send_task(TASK, (export.key,), ignore_result=True, retry=False)
    except OperationalError:
        problem = _("No worker could be reached. Please ask for the export again.")
        _update(export, state=ExportState.FAILED, problem=problem)


def make_export(key: str) -> Export:
    """Make a queued export; an interrupted one is made anew."""
    export = Export.objects.select_related("asked_by").get(key=key)
    if export.is_over:
        return export
    _update(export, state=ExportState.RUNNING)
    try:
        sealed_file, archived_files = _write_export(export)
    except Exception:
        problem = _("It could not be made; the cause is in the log of the worker.")
        _update(export, state=ExportState.FAILED, problem=problem)
        raise
    _update(
        export,
        state=ExportState.DONE,
        finished_at=clock.now(),
        sha256=sealed_file.sha256.hexdigest(),
        size_bytes=sealed_file.size,
        files=[
            {"name": archived.name, "rows": archived.rows}
            for archived in archived_files
        ],
    )
    return export


@implements("EXP-05")
def _write_export(
    export: Export,
) -> tuple[files.SealedFile, list[archive.ArchivedFile]]:
    """Write the archive from one snapshot; the file appears whole or not at all."""
    selected = export.filters["forms"]
    with snapshot(), override(export.language):
        tables, designs = _tables(export, selected)
        total = sum(blinded.expected_rows(designs).values())
        meter = files.ProgressMeter(export.key, total)
        with closing(files.SealedFile(files.archive_path(export.key))) as sealed_file:
            try:
                archived_files = archive.write_archive(
                    cast("IO[bytes]", sealed_file),
                    (*tables, dictionary(designs), edit_checks(designs)),
                    _manifest_head(export),
                    count=meter.advance,
                )
                sealed_file.keep()
            finally:
                meter.close()
    return sealed_file, archived_files


def _tables(
    export: Export, selected: list[str]
) -> tuple[Iterator[ExportTable], list[FormDesign]]:
    context, open_forms = form_tables.Context(), blinded.blinded_designs()
    designs = [design for code, design in open_forms.items() if code in selected]
    if export.is_blinded:
        return blinded.all_tables(selected, context), designs
    restricted = unblinded.restricted_designs().values()
    return unblinded.all_unblinded_tables(selected, context), [*designs, *restricted]


def _manifest_head(export: Export) -> dict[str, Any]:
    return {
        "trial": PROTOCOL.registry.id,
        "content": export.content,
        "export": export.key,
        "asked_by": export.asked_by.username,
        "asked_at": export.asked_at.isoformat(),
        "data_as_of": clock.now().isoformat(),
        "software": __version__,
        "protocol": PROTOCOL.version,
        "language": export.language,
        "notes": NOTES,
    }


@contextmanager
def snapshot() -> Iterator[None]:
    """Read everything as of one instant, however long the reading takes."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
                )
        yield


@implements("EXP-07")
def open_download(export: Export, *, by: User) -> Iterator[bytes]:
    """Content of a finished export; records who downloads it."""
    path = files.archive_path(export.key)
    if export.state != ExportState.DONE or not path.exists():
        raise ExportUnavailable(_("This export is not there. Please make a new one."))
    if not _is_intact(export):
        raise ExportUnavailable(
            _("This file is not the one that was made. Make a new export.")
        )
    with attributed(by=by, via=Source.PAGE):
        details = {
            "export": export.key,
            "content": export.content,
            "sha256": export.sha256,
            "rows": export.row_count,
            "confidentiality": export.confidentiality,
        }
        act("export_taken", details=details)
    return files.unsealed_pieces(path)


def _is_intact(export: Export) -> bool:
    try:
        return files.sha256_of(files.archive_path(export.key)) == export.sha256
    except InvalidTag:
        return False


def _update(export: Export, **columns: object) -> None:
    for name, value in columns.items():
        setattr(export, name, value)
    with attributed(by=EXPORTER, via=Source.TASK):
        export.save(update_fields=tuple(columns))
