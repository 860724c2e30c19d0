"""Request an export, make it, download it."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from exports.models import Export, ExportKind, ExportState
from exports.selectors.signatures import casebooks_without_sign_off
from exports.services import archive, files
from exports.services.casebook_copies import RecordedCopy, record_copy
from exports.services.written_exports import write_export
from record.accounts.models import User
from record.accounts.roles import Permission
from record.accounts.services.accounts import within_delegation
from record.audit import once
from record.audit.attribution import Process, Source, act, attributed
from record.audit.models import Confidentiality
from record.lock.selectors import present_lock
from trial_edc import clock
from trial_edc.background import request_task
from trial_edc.locks import exclusively
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_
from trial_edc.whole_files import NO_ROOM, is_lack_of_room

EXPORTER = Process("exports")
EXPORTS = 4_194_674  # the kind of the advisory locks of this room
TASK = "exports.tasks.make_export"
UNFINISHED = (ExportState.QUEUED, ExportState.RUNNING)
IN_THE_LOG = N_("It could not be made; the cause is in the log of the worker.")
NO_LONGER_ALLOWED = N_(
    "It was not made: the account that asked for it is closed, or may no longer export."
)
TOO_OLD = N_("It waited for a worker longer than a day. Ask for it again.")
MOST_WAITING = timedelta(days=1)


# [P] Of one person: a second language and a second choice of forms may wait beside the
# first, and nobody fills the queue of all others or the disk.
MOST_UNFINISHED = 3


class ExportRefused(Exception):
    """An export that nobody, or not this person now, may ask for."""


class CasebooksUnsigned(ExportRefused):
    """A locked database is analysed once all its casebooks are signed."""

    def __init__(self, numbers: list[str]) -> None:
        super().__init__(
            _(
                "The database is locked, and no sign-off holds for the casebooks of "
                "%(numbers)s. Unlock it, have them signed, and lock it again."
            )
            % {"numbers": ", ".join(numbers)}
        )


class TooManyExports(ExportRefused):
    """Exports of this person wait already."""

    def __init__(self) -> None:
        super().__init__(
            _("%(count)s exports that you asked for are not made yet. Wait for them.")
            % {"count": MOST_UNFINISHED}
        )


class ExportUnavailable(Exception):
    """An export is not finished, or its file was altered."""


@implements("EXP-06", "EXP-07", "SIG-10")
def request_export(
    *, forms: list[str], language: str, by: User, with_arms: bool = False
) -> Export:
    """Queue an export of the selected tables; unblinded with all products and arms.

    The unblinded export of a locked database is the final extraction for the analysis.
    Raises `ExportRefused`.
    """
    if not by.may(_needed_permission(with_arms=with_arms)):
        raise PermissionDenied
    if with_arms and present_lock() and (unsigned := casebooks_without_sign_off()):
        raise CasebooksUnsigned(unsigned)
    return _request(
        kind=ExportKind.DATASETS,
        confidentiality=(
            Confidentiality.RESTRICTED if with_arms else Confidentiality.OPEN
        ),
        filters={"forms": forms},
        language=language,
        asked_by=by,
    )


@implements("EXP-06", "EXP-07")
def request_casebooks(*, numbers: list[str], language: str, by: User) -> Export:
    """Queue the casebooks of these participants as PDF; raises `TooManyExports`."""
    if not by.may(Permission.EXPORT_BLINDED):
        raise PermissionDenied
    return _request(
        kind=ExportKind.CASEBOOKS,
        confidentiality=Confidentiality.OPEN,
        filters={"participants": numbers},
        language=language,
        asked_by=by,
    )


def _request(*, asked_by: User, **columns: Any) -> Export:
    with attributed(by=asked_by, via=Source.PAGE):
        once.require_first()
        _require_few_unfinished(asked_by)
        export = Export.objects.create(asked_by=asked_by, **columns)
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
        written = write_export(export)
    except Exception as problem:
        text = NO_ROOM if is_lack_of_room(problem) else IN_THE_LOG
        _update(export, state=ExportState.FAILED, problem=text)
        raise
    return _update(
        export,
        written.copies,
        state=ExportState.DONE,
        finished_at=clock.after(export.asked_at),
        sha256=written.file.sha256.hexdigest(),
        size_bytes=written.file.size,
        files=[_as_listed(archived, export) for archived in written.files],
        lock_version=written.lock and written.lock.version,
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


def _update(
    export: Export, copies: Iterable[RecordedCopy] = (), **columns: object
) -> Export:
    for name, value in columns.items():
        setattr(export, name, value)
    with attributed(by=EXPORTER, via=Source.TASK):
        export.save(update_fields=tuple(columns))
        for copy in copies:
            record_copy(copy)
    return export
