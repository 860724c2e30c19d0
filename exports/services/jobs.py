"""Request an export, make it, download it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import IO, Any, cast

from cryptography.exceptions import InvalidTag
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from exports.models import Export, ExportKind, ExportState
from exports.selectors import blinded, form_tables, unblinded
from exports.selectors.dictionary import dictionary, edit_checks
from exports.selectors.export_table import ExportTable
from exports.selectors.signatures import casebooks_without_sign_off
from exports.services import archive, files
from record.accounts.models import User
from record.accounts.roles import Permission
from record.accounts.services.accounts import within_delegation
from record.audit import once
from record.audit.attribution import Process, Source, act, attributed
from record.audit.models import Confidentiality
from record.casebook.design import FormDesign
from record.lock.selectors import LockState, present_lock
from trial_edc import __version__, clock
from trial_edc.background import request_task
from trial_edc.locks import exclusively
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_
from trial_edc.whole_files import NO_ROOM, is_lack_of_room

EXPORTER = Process("exports")
EXPORTS = 4_194_674  # the kind of the advisory locks of this room
TASK = "exports.tasks.make_export"
UNFINISHED = (ExportState.QUEUED, ExportState.RUNNING)
NOTES = (
    "Rows that were struck out are left out.",
    "Instants are site time with offset; dates known in part are kept in part.",
    "A text that a spreadsheet would run as a formula has an apostrophe in front.",
    "x_label is the answer in words; x_missing says why there is no value.",
    "x_unit is the unit as entered, x_standard the value in the standard unit.",
    "With x_comparator (< or >) x is a limit of detection, and x_standard is empty.",
)


IN_THE_LOG = N_("It could not be made; the cause is in the log of the worker.")
NO_LONGER_ALLOWED = N_(
    "It was not made: the account that asked for it is closed, or may no longer export."
)
TOO_OLD = N_("It waited for a worker longer than a day. Ask for it again.")
MOST_WAITING = timedelta(days=1)


# [P] Of one person: a second language and a second choice of forms may wait beside the
# first, and nobody fills the queue of all others or the disk.
MOST_UNFINISHED = 3


class TooManyExports(Exception):
    """Exports of this person wait already."""

    def __init__(self) -> None:
        super().__init__(
            _("%(count)s exports that you asked for are not made yet. Wait for them.")
            % {"count": MOST_UNFINISHED}
        )


class ExportUnavailable(Exception):
    """An export is not finished, or its file was altered."""


@implements("EXP-06", "EXP-07")
def request_export(
    *, forms: list[str], language: str, by: User, with_arms: bool = False
) -> Export:
    """Queue an export of the selected tables; unblinded with all products and arms.

    Raises `TooManyExports`.
    """
    if not by.may(_needed_permission(with_arms=with_arms)):
        raise PermissionDenied
    with attributed(by=by, via=Source.PAGE):
        once.require_first()
        _require_few_unfinished(by)
        export = Export.objects.create(
            kind=ExportKind.DATASETS,
            confidentiality=(
                Confidentiality.RESTRICTED if with_arms else Confidentiality.OPEN
            ),
            filters={"forms": forms},
            language=language,
            asked_by=by,
        )
        request_task(TASK, export.key)
    return export


def _require_few_unfinished(by: User) -> None:
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    unfinished = Export.objects.filter(asked_by=by, state__in=UNFINISHED)
    if unfinished.count() >= MOST_UNFINISHED:
        raise TooManyExports


def make_waiting() -> int:
    """Make each export that waits, also one whose queue entry was lost.

    Return the number of exports that waited.
    """
    waiting = Export.objects.filter(state__in=UNFINISHED)
    keys = list(waiting.order_by("pk").values_list("key", flat=True))
    for key in keys:
        make_export(key)
    return len(keys)


def make_export(key: str) -> Export:
    """Make a queued export, one worker at a time; an interrupted one is made anew."""
    pk = Export.objects.values_list("pk", flat=True).get(key=key)
    with exclusively(EXPORTS, pk) as is_alone:
        export = Export.objects.select_related("asked_by").get(pk=pk)
        return export if export.is_over or not is_alone else _make(export)


def _make(export: Export) -> Export:
    if reason := _reason_to_withhold(export):
        return _update(export, state=ExportState.FAILED, problem=reason)
    _update(export, state=ExportState.RUNNING)
    try:
        sealed_file, archived_files, lock = _write_export(export)
    except Exception as problem:
        text = NO_ROOM if is_lack_of_room(problem) else IN_THE_LOG
        _update(export, state=ExportState.FAILED, problem=text)
        raise
    return _update(
        export,
        state=ExportState.DONE,
        finished_at=clock.after(export.asked_at),
        sha256=sealed_file.sha256.hexdigest(),
        size_bytes=sealed_file.size,
        files=[_as_listed(archived, export) for archived in archived_files],
        lock_version=lock and lock.version,
    )


def _as_listed(archived: archive.ArchivedFile, export: Export) -> dict[str, Any]:
    listed = {"name": archived.name, "rows": archived.rows}
    return listed | ({"sha256": archived.sha256} if export.is_blinded else {})


def _needed_permission(*, with_arms: bool) -> Permission:
    return Permission.EXPORT_UNBLINDED if with_arms else Permission.EXPORT_BLINDED


def _reason_to_withhold(export: Export) -> str:
    """Empty where nothing speaks against it."""
    needed = _needed_permission(with_arms=not export.is_blinded)
    if not (within_delegation(export.asked_by) and export.asked_by.may(needed)):
        return NO_LONGER_ALLOWED
    return TOO_OLD if clock.now() - export.asked_at > MOST_WAITING else ""


@implements("EXP-05", "LCK-04")
def _write_export(
    export: Export,
) -> tuple[files.SealedFile, list[archive.ArchivedFile], LockState | None]:
    """Write the archive from one snapshot; the file appears whole or not at all."""
    selected = export.filters["forms"]
    with snapshot(), override(export.language):
        tables, designs = _tables(export, selected)
        lock = present_lock()
        total = sum(blinded.expected_rows(designs).values())
        with (
            closing(files.ProgressMeter(export.key, total)) as meter,
            closing(files.SealedFile(files.archive_path(export.key))) as sealed_file,
        ):
            archived_files = archive.write_archive(
                cast("IO[bytes]", sealed_file),
                (*tables, dictionary(designs), edit_checks(designs)),
                _manifest_head(export, lock),
                count=meter.advance,
            )
            sealed_file.keep()
    return sealed_file, archived_files, lock


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


@implements("BAK-02")
def problems() -> Iterator[str]:
    """Name the newest finished export if its file is not what was made."""
    newest = Export.objects.filter(state=ExportState.DONE).order_by("-pk").first()
    if newest and not _is_intact(newest):
        yield f"The file of export {newest.key} is lost or damaged."


def _is_intact(export: Export) -> bool:
    try:
        return files.sha256_of(files.archive_path(export.key)) == export.sha256
    except (OSError, InvalidTag, ValueError):
        return False


def _update(export: Export, **columns: object) -> Export:
    for name, value in columns.items():
        setattr(export, name, value)
    with attributed(by=EXPORTER, via=Source.TASK):
        export.save(update_fields=tuple(columns))
    return export
