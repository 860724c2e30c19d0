"""Bring a backup back to life on an empty machine, and prove that it is the record."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connections
from django.db.migrations.loader import MigrationLoader

from record.audit.attribution import Source, act, attributed
from record.audit.grants import harden
from record.backup import archive, keys, packing, programs, stored_files, verification
from record.backup.manifest import CODE_NAME, NAME, Manifest, read
from record.backup.places import instant_in, sha256_of
from record.backup.problems import RestoredUnproven, RestoreRefused
from record.backup.selectors import RESTORED
from record.backup.services.messages import BACKUP
from trial_edc.requirements import implements

OWNER = "owner"
# The table of migrations of another release says nothing of what is in `public` here.
RELATIONS = """
    SELECT count(*) FROM pg_catalog.pg_class
    WHERE relnamespace = 'public'::regnamespace
"""


@implements("BAK-02", "AUD-16")
def restore(
    path: Path, *, key_file: Path, known: str = "", say: Callable[[str], None] = print
) -> Manifest:
    """Restore and prove a backup; `known` is a digest of a seal from a mail or paper.

    Raises `RestoreRefused` when nothing was done, `RestoredUnproven` when everything
    is back and not as it was.
    """
    identities = keys.identities(key_file)
    _require_owner()
    _require_empty()
    with _staging() as folder:
        say("Unpacking …")
        archive.extract(path, folder, identities)
        manifest = read(folder)
        _require_whole(manifest, folder)
        _require_own_name(path, manifest)
        _require_same_release(manifest)
        say(f"A backup of {manifest.made_at}, made by {manifest.software}. Loading …")
        _load(folder / packing.DUMP)
        with _loaded():
            _move_files(folder / packing.FILES)
    with _loaded():
        harden(owner_alias=OWNER, runtime_role=settings.DATABASES["default"]["USER"])
        say("Proving …")
        if problems := list(verification.problems(manifest, known=known)):
            raise RestoredUnproven("\n".join(problems))
        details = {"file": path.name, "sha256": sha256_of(path), "of": manifest.made_at}
        with attributed(by=BACKUP, via=Source.COMMAND):
            act(RESTORED, details=details)
    if manifest.secret_key != keys.fingerprint(settings.SECRET_KEY):
        say("SECRET_KEY is another one: links of mails sent before open nothing.")
    return manifest


@contextmanager
def _loaded() -> Iterator[None]:
    """From here on whatever fails leaves a record that nobody has proved."""
    try:
        yield
    except (OSError, DatabaseError) as problem:
        message = f"It could not be finished: {problem}"
        raise RestoredUnproven(message) from problem


def _require_owner() -> None:
    roles = [settings.DATABASES[alias]["USER"] for alias in ("default", OWNER)]
    if roles[0] == roles[1]:
        message = (
            "OWNER_DATABASE_URL must name the role that owns the tables, DATABASE_URL "
            "that of the web server."
        )
        raise RestoreRefused(message)


def _require_empty() -> None:
    with connections[OWNER].cursor() as cursor:
        cursor.execute(RELATIONS)
        (count,) = cursor.fetchone()
    if count:
        message = (
            "The database is not empty. A restore never writes over a record: name an "
            "empty database, made by tools/launch/roles.sql."
        )
        raise RestoreRefused(message)
    if any(stored_files.whole_files()):
        message = (
            f"There are files in {stored_files.root()} already. Name another STATE_DIR "
            "or move them away."
        )
        raise RestoreRefused(message)


@contextmanager
def _staging() -> Iterator[Path]:
    """A private folder beside the files; what a killed restore left there goes."""
    folder = stored_files.root() / stored_files.STAGING
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
        yield folder
    except OSError as problem:
        message = f"The files cannot be written: {problem}."
        raise RestoreRefused(message) from problem
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _require_whole(manifest: Manifest, folder: Path) -> None:
    expected = {packing.DUMP: manifest.dump}
    expected |= {f"{packing.FILES}/{name}": sha for name, sha in manifest.files.items()}
    expected |= {
        f"{packing.CONFIGURATION}/{name}": sha
        for name, sha in manifest.configuration.items()
    }
    # A link would lead elsewhere once it was moved, so it is no part of any backup.
    actual = {
        str(path.relative_to(folder)): "" if path.is_symlink() else sha256_of(path)
        for path in folder.rglob("*")
        if path.is_symlink()
        or (path.is_file() and path not in (folder / NAME, folder / CODE_NAME))
    }
    different = [
        name
        for name in sorted(expected.keys() | actual.keys())
        if expected.get(name) != actual.get(name)
    ]
    if different:
        message = f"{different[0]} in the backup is not what its manifest says."
        raise RestoreRefused(message)


def _require_own_name(path: Path, manifest: Manifest) -> None:
    """An old backup under the name of a new one would be taken for it."""
    if instant_in(path.name) and path.name != manifest.name:
        message = (
            f"{path.name} was made as {manifest.name}, at {manifest.made_at}. If you "
            "want just that backup, give the file its own name again."
        )
        raise RestoreRefused(message)


def _require_same_release(manifest: Manifest) -> None:
    loader = MigrationLoader(None)
    ours = {f"{app}.{name}" for app, name in loader.disk_migrations}
    theirs = set(manifest.migrations)
    if missing := sorted(ours - theirs):
        message = (
            f"The backup was made by version {manifest.software}, before {missing[0]}. "
            "Restore it with that version, then upgrade."
        )
        raise RestoreRefused(message)
    if unknown := sorted(theirs - ours):
        message = (
            f"The backup was made by version {manifest.software}, which has "
            f"{unknown[0]}. Restore it with that version."
        )
        raise RestoreRefused(message)


def _load(dump: Path) -> None:
    try:
        programs.load(dump, alias=OWNER)
    except programs.ProgramFailed as problem:
        message = f"The database took nothing of it. {problem}"
        raise RestoreRefused(message) from problem


def _move_files(folder: Path) -> None:
    if folder.exists():
        for path in folder.iterdir():
            path.rename(stored_files.root() / path.name)
