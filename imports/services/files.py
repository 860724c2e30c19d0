"""Uploaded and delivered files: stored sealed, mapped, and sent to a worker."""

import hashlib
from collections.abc import Iterator
from typing import Any

from imports.models import ImportedFile, ImportSource, ImportState
from imports.rules.mapping import FileMapping
from imports.rules.reading import FileTable, read_table
from imports.services import sources
from record.accounts.models import User
from record.audit import once
from record.audit.attribution import Actor, Source, act, attributed
from record.casebook.blinding import require_blind
from record.casebook.services import files
from trial_edc.background import request_task
from trial_edc.requirements import implements

PLAN, STORE = "imports.tasks.plan_import", "imports.tasks.store_import"
MAX_NAME_LENGTH = 200


@implements("ACC-17")
def upload(
    source: ImportSource, credential: str, *, name: str, content: bytes, by: User
) -> ImportedFile:
    """Store a file that a person brings, with the credential of its source.

    Raises `SourceRefused`, `UnreadableFile` for what is no table, `NoRoom`, or
    `TellsArm` for its name.
    """
    require_blind([name], by=by, participant=None)
    sources.require_credential(source, credential, filename=name, by=by)
    read_table(content)
    with attributed(by=by, via=Source.PAGE):
        once.require_first()
        return _store_file(source, name, content, by=by, via=Source.PAGE)


@implements("ACC-17")
def receive_delivery(
    source: ImportSource, *, name: str, content: bytes
) -> tuple[ImportedFile, bool]:
    """Store a file that a source posts; the flag: it is a new one.

    It waits for a person: nothing of it is stored in the record. For the same file
    again the first one is returned, in whatever state it is.
    """
    table = read_table(content)
    digest = hashlib.sha256(content).hexdigest()
    with attributed(by=sources.INTERFACE, via=Source.API):
        source = ImportSource.objects.select_for_update().get(pk=source.pk)
        earlier = source.files.filter(sha256=digest, via=Source.API).first()
        if earlier:
            return earlier, False
        file = _store_file(source, name, content, by=sources.INTERFACE, via=Source.API)
        if not FileMapping.from_json(source.mapping).missing_columns(table.heading):
            request_preview(file, by=sources.INTERFACE, via=Source.API)
    return file, True


@implements("AUD-07")
def _store_file(
    source: ImportSource, name: str, content: bytes, *, by: Actor, via: Source
) -> ImportedFile:
    with attributed(by=by, via=via):
        file = ImportedFile.objects.create(
            key=files.write_sealed(content),
            source=source,
            name=name[:MAX_NAME_LENGTH],
            sha256=hashlib.sha256(content).hexdigest(),
            size_bytes=len(content),
            via=via.value,
            received_by=by if isinstance(by, User) else None,
            mapping=source.mapping,
        )
        act("import_received", details=audit_details(file))
    return file


def audit_details(file: ImportedFile) -> dict[str, Any]:
    return {
        "import": file.pk,
        "source": file.source.code,
        "file": file.name,
        "sha256": file.sha256,
    }


def table_of(file: ImportedFile) -> FileTable:
    """Raises `FileDamaged` when the stored file is not what came."""
    return read_table(files.read_sealed(file.key, file.sha256))


@implements("AUD-07")
def download_original(file: ImportedFile, *, by: User) -> bytes:
    """The download is recorded: the file may name persons."""
    content = files.read_sealed(file.key, file.sha256)
    with attributed(by=by, via=Source.PAGE):
        act("import_file_taken", details=audit_details(file))
    return content


@implements("BAK-02")
def problems() -> Iterator[str]:
    """Name the files that are lost or not what came."""
    return files.damaged(ImportedFile.objects.order_by("pk").iterator())


class WrongState(Exception):
    """The file is not in the state that the step needs; it may be done already."""


def lock_file(file: ImportedFile, *states: ImportState) -> ImportedFile:
    """Lock a file for the rest of the transaction.

    Raises `WrongState` when it is in none of the states.
    """
    locked = (
        ImportedFile.objects.select_for_update(of=("self",))
        .select_related("source__laboratory", "confirmed_by")
        .get(pk=file.pk)
    )
    if locked.state not in states:
        raise WrongState
    return locked


def map_columns(file: ImportedFile, mapping: FileMapping, *, by: User) -> None:
    with attributed(by=by, via=Source.PAGE):
        file = lock_file(
            file, ImportState.RECEIVED, ImportState.READY, ImportState.FAILED
        )
        sources.save_mapping(file.source, mapping, by=by)
        file.mapping = mapping.as_json()
        file.save(update_fields=("mapping",))
        request_preview(file, by=by, via=Source.PAGE)


def request_preview(file: ImportedFile, *, by: Actor, via: Source) -> None:
    with attributed(by=by, via=via):
        file.state, file.problem = ImportState.PLANNING, ""
        file.save(update_fields=("state", "problem"))
        request_task(PLAN, file.pk)


def resume(file: ImportedFile) -> None:
    """Have a worker go on with a file that stopped on its way."""
    request_task(PLAN if file.state == ImportState.PLANNING else STORE, file.pk)
