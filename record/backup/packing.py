"""What goes into a backup, in the order in which it is read.

Digests of seals that were written down are read first: the instant of the database
then has each of those seals. Files come after it, since they are there before the rows
that name them.
"""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from django.conf import settings
from pyrage import x25519

from record.audit import anchors, seals
from record.audit.models import Seal
from record.backup import contents, programs, stored_files
from record.backup.archive import ArchiveWriter, archive_to
from record.backup.configuration import settings_text
from record.backup.keys import fingerprint
from record.backup.manifest import CODE_NAME, NAME, Manifest
from record.backup.proofs import counts
from trial_edc import __version__, protocol

DUMP, FILES, CONFIGURATION = "database.dump", "files", "configuration"


def pack(
    target: IO[bytes],
    recipients: Sequence[x25519.Recipient],
    *,
    name: str,
    workplace: Path,
) -> Manifest:
    """Write a backup to the file that will have the name.

    `workplace` is a folder with room for a dump without a name.
    """
    written_down = anchors.content()
    with contents.one_instant() as instant, archive_to(target, recipients) as archive:
        dump_sha256 = _add_dump(archive, instant.snapshot, workplace)
        files = _add_files(archive, written_down)
        configuration = _add_configuration(archive)
        last_seal = Seal.objects.last()
        manifest = Manifest(
            name=name,
            made_at=instant.at,
            software=__version__,
            protocol=protocol.PROTOCOL.version,
            server=instant.server_version,
            wal_position=instant.wal_position,
            migrations=contents.migrations(),
            master_keys=[fingerprint(key) for key in settings.VAULT_KEYS],
            secret_key=fingerprint(settings.SECRET_KEY),
            recipients=settings.BACKUP_RECIPIENTS,
            dump=dump_sha256,
            tables=contents.table_figures(),
            large_objects_left_out=contents.large_objects(),
            files=files,
            configuration=configuration,
            last_seal=seals.digest_of(last_seal) if last_seal else "",
            counts=counts(),
        )
        archive.add_bytes(NAME, manifest.as_bytes)
        archive.add_bytes(CODE_NAME, manifest.code)
    return manifest


def _add_dump(archive: ArchiveWriter, snapshot: str, workplace: Path) -> str:
    with tempfile.TemporaryFile(dir=workplace) as dump:  # gone when the process is
        programs.dump(
            dump, alias="default", snapshot=snapshot, without=contents.LEFT_OUT
        )
        size = dump.seek(0, os.SEEK_END)
        dump.seek(0)
        return archive.add(DUMP, dump, size)


def _add_files(archive: ArchiveWriter, written_down: bytes) -> dict[str, str]:
    digests, anchored = {}, anchors.path().relative_to(stored_files.root())
    for path in stored_files.whole_files():
        if path != anchored:
            with (stored_files.root() / path).open("rb") as source:
                size = os.fstat(source.fileno()).st_size
                digest = archive.add(f"{FILES}/{path}", source, size)
            digests[str(path)] = digest
    if written_down:
        digest = archive.add_bytes(f"{FILES}/{anchored}", written_down)
        digests[str(anchored)] = digest
    return digests


def _add_configuration(archive: ArchiveWriter) -> dict[str, str]:
    texts = {
        "protocol.toml": protocol.FILE.read_bytes(),
        "settings.json": settings_text().encode(),
    }
    return {
        name: archive.add_bytes(f"{CONFIGURATION}/{name}", text)
        for name, text in texts.items()
    }
