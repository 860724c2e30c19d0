"""Make a backup, keep its copies, record how it ended."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from record.audit import seals
from record.audit.attribution import Source, act, attributed
from record.backup import keys, packing, places
from record.backup.problems import BackupFailed
from record.backup.selectors import FAILED, MADE
from record.backup.services.messages import BACKUP, notify_of_failure
from trial_edc import clock
from trial_edc.locks import exclusively
from trial_edc.requirements import implements

BACKUPS = 4_194_675  # the kind of the advisory lock of this room
UNFINISHED = ".part"
LEFT_OUT = (
    "%(count)s large objects are not in it. The record has none: find out who made "
    "them, remove them, and see `manage.py harden_database --check`."
)
ALREADY = "Another backup is being made. Wait for it to end."


@dataclass(frozen=True)
class FinishedBackup:
    """With its digest; `warnings` are for the person who made it."""

    path: Path
    sha256: str
    warnings: tuple[str, ...]


@implements("AUD-07", "BAK-01")
def make_backup(*, via: Source) -> FinishedBackup:
    """Raises `BackupFailed`; then no file is left that is not whole.

    It counts as made once the first file is whole, and as failed, too, while a copy is
    missing: both are acts of the audit trail, and people are notified of a failure.
    """
    with exclusively(BACKUPS, 0) as is_alone:
        if not is_alone:
            raise BackupFailed(ALREADY)
        try:
            backup = _make()
            with attributed(by=BACKUP, via=via):
                act(MADE, details={"file": backup.path.name, "sha256": backup.sha256})
            for place in places.folders()[1:]:
                _copy(backup, place)
        except Exception as problem:
            with attributed(by=BACKUP, via=via):
                act(FAILED, details={"problem": type(problem).__name__})
                notify_of_failure()
            raise BackupFailed(str(problem)) from problem
    return backup


def _make() -> FinishedBackup:
    recipients = keys.recipients()
    folder = places.folders()[0]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for place in places.folders():
        for left_by_a_kill in place.glob(f"*{UNFINISHED}"):
            left_by_a_kill.unlink()
    seals.seal_finished()
    path = folder / places.name_at(clock.now())
    with _finished_only(path) as target:
        manifest = packing.pack(target, recipients, name=path.name, workplace=folder)
    count = manifest.large_objects_left_out
    warnings = (LEFT_OUT % {"count": count},) if count else ()
    return FinishedBackup(path, places.sha256_of(path), warnings)


@contextmanager
def _finished_only(path: Path) -> Iterator[IO[bytes]]:
    """Give a file its name only when all of it is on the disk."""
    unfinished = path.with_name(path.name + UNFINISHED)
    try:
        with unfinished.open("wb") as target:
            unfinished.chmod(0o600)
            yield target
            target.flush()
            os.fsync(target.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _copy(backup: FinishedBackup, place: Path) -> None:
    path, target = backup.path, place / backup.path.name
    try:
        with _finished_only(target) as copy, path.open("rb") as source:
            shutil.copyfileobj(source, copy)
    except OSError as problem:
        message = f"{path} was made, but not copied to {place}: {problem}."
        raise BackupFailed(message) from problem
    if places.sha256_of(target) != backup.sha256:
        target.unlink()
        message = f"{path} was made, but its copy in {place} was not the same."
        raise BackupFailed(message)
