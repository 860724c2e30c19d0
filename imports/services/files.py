"""A file arrives: kept sealed, read once, mapped, and handed to a worker."""

import hashlib
from typing import Any

from celery import current_app
from django.db import transaction
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from imports.models import ImportedFile, ImportSource, ImportState
from imports.rules.mapping import FileMapping
from imports.rules.reading import FileTable, read
from imports.services import sources
from record.accounts.models import User
from record.audit.attribution import Actor, Source, act, attributed
from record.casebook.services import files
from trial_edc.requirements import implements

LONGEST_NAME = 200


@implements("ACC-17")
def upload(
    source: ImportSource, credential: str, *, name: str, content: bytes, by: User
) -> ImportedFile:
    """Take a file that a person brings, with the credential of its source.

    Raises `SourceRefused`, or `Unreadable` for what is no table.
    """
    sources.proved(source, credential, filename=name, by=by)
    read(content)
    return _kept(source, name, content, by=by, via=Source.PAGE)


@implements("ACC-17")
def deliver(
    source: ImportSource, *, name: str, content: bytes
) -> tuple[ImportedFile, bool]:
    """Take a file that a proved source posts, and tell whether it is a new one.

    It waits for a person: nothing of it is stored in the record. The same file again
    is the one that came first, whatever became of it.
    """
    table = read(content)
    digest = hashlib.sha256(content).hexdigest()
    with attributed(by=sources.INTERFACE, via=Source.API):
        source = ImportSource.objects.select_for_update().get(pk=source.pk)
        known = source.files.filter(sha256=digest, via=Source.API).first()
        if known:
            return known, False
        file = _kept(source, name, content, by=sources.INTERFACE, via=Source.API)
        if not FileMapping.from_json(source.mapping).lacking(table.heading):
            ask_to_plan(file, by=sources.INTERFACE, via=Source.API)
    return file, True


@implements("AUD-07")
def _kept(
    source: ImportSource, name: str, content: bytes, *, by: Actor, via: Source
) -> ImportedFile:
    with attributed(by=by, via=via):
        file = ImportedFile.objects.create(
            key=files.keep(content),
            source=source,
            name=name[:LONGEST_NAME],
            sha256=hashlib.sha256(content).hexdigest(),
            size_bytes=len(content),
            via=via.value,
            received_by=by if isinstance(by, User) else None,
            mapping=source.mapping,
        )
        act("import_received", details=told_of(file))
    return file


def told_of(file: ImportedFile) -> dict[str, Any]:
    return {
        "import": file.pk,
        "source": file.source.code,
        "file": file.name,
        "sha256": file.sha256,
    }


def table_of(file: ImportedFile) -> FileTable:
    """Return the table of a kept file; `FileDamaged` when it is not what came."""
    return read(files.kept(file.key, file.sha256))


@implements("AUD-07")
def taken(file: ImportedFile, *, by: User) -> bytes:
    """Return a file as it came, and record who takes it: it may name persons."""
    content = files.kept(file.key, file.sha256)
    with attributed(by=by, via=Source.PAGE):
        act("import_file_taken", details=told_of(file))
    return content


class NotNow(Exception):
    """A file is not in the state that an act needs; it may have been done already."""


def locked(file: ImportedFile, *states: ImportState) -> ImportedFile:
    """Lock a file for the rest of the transaction; it must be in one of the states."""
    found = (
        ImportedFile.objects.select_for_update(of=("self",))
        .select_related("source__laboratory", "confirmed_by")
        .get(pk=file.pk)
    )
    if found.state not in states:
        raise NotNow
    return found


def map_columns(file: ImportedFile, mapping: FileMapping, *, by: User) -> None:
    """Keep the mapping for the source, and have this file read by it."""
    with attributed(by=by, via=Source.PAGE):
        file = locked(file, ImportState.RECEIVED, ImportState.READY, ImportState.FAILED)
        sources.keep_mapping(file.source, mapping, by=by)
        file.mapping = mapping.as_json()
        file.save(update_fields=("mapping",))
        ask_to_plan(file, by=by, via=Source.PAGE)


def ask_to_plan(file: ImportedFile, *, by: Actor, via: Source) -> None:
    with attributed(by=by, via=via):
        file.state, file.problem = ImportState.PLANNING, ""
        file.save(update_fields=("state", "problem"))
        transaction.on_commit(lambda: hand_to_worker("plan_import", file))


def hand_to_worker(task: str, file: ImportedFile) -> None:
    """Wake a worker; where none can be reached the page says how to go on."""
    try:
        current_app.send_task(f"imports.tasks.{task}", (file.pk,), retry=False)
    except OperationalError:
        problem = _("No worker could be reached. Try again.")
        with attributed(by=sources.INTERFACE, via=Source.TASK):
            file.problem = problem
            file.save(update_fields=("problem",))
