"""Write tables into a ZIP archive as they are read, with checksums and a manifest."""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import IO, Any, cast
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from exports.selectors.export_table import ExportTable
from trial_edc import clock, dates
from trial_edc.requirements import implements

BOM = "\ufeff"  # without it a spreadsheet takes Chinese for Latin-1
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class ArchivedFile:
    """One file of an archive; its fields are the keys of the manifest."""

    name: str
    title: str
    rows: int
    columns: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class ArchiveDocument:
    """A file that is whole already, such as a PDF."""

    name: str
    title: str
    content: bytes


class _HashingWriter(io.RawIOBase):
    """Writes through to a file and computes size and checksum."""

    def __init__(self, target: IO[bytes]) -> None:
        self.target, self.size, self.sha256 = target, 0, hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        content = bytes(data)
        self.target.write(content)
        self.size += len(content)
        self.sha256.update(content)
        return len(content)


@implements("EXP-02")
def write_archive(
    target: IO[bytes],
    entries: Iterable[ExportTable | ArchiveDocument],
    about: Mapping[str, object],
    *,
    count: Callable[[], None],
) -> list[ArchivedFile]:
    """`count` is called for each row, and each whole file."""
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        files = [_write(archive, entry, count) for entry in entries]
        manifest = {**about, "files": [asdict(file) for file in files]}
        text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
        archive.writestr(_entry(MANIFEST), text)
    return files


def _entry(name: str) -> ZipInfo:
    now = clock.now().astimezone(dates.SITE_TZ)
    entry = ZipInfo(name, now.timetuple()[:6])
    entry.compress_type, entry.external_attr = ZIP_DEFLATED, 0o600 << 16
    return entry


def _write(
    archive: ZipFile, entry: ExportTable | ArchiveDocument, count: Callable[[], None]
) -> ArchivedFile:
    if isinstance(entry, ExportTable):
        return _write_table(archive, entry, count)
    archive.writestr(_entry(entry.name), entry.content)
    count()
    digest = hashlib.sha256(entry.content).hexdigest()
    return ArchivedFile(entry.name, entry.title, 1, 1, len(entry.content), digest)


def _write_table(
    archive: ZipFile, table: ExportTable, count: Callable[[], None]
) -> ArchivedFile:
    rows = 0
    with archive.open(_entry(table.name), "w", force_zip64=True) as target:
        hashing_writer = _HashingWriter(target)
        buffer = io.BufferedWriter(hashing_writer)
        text = io.TextIOWrapper(cast("IO[bytes]", buffer), "utf-8", newline="")
        text.write(BOM)
        lines = csv.writer(text, lineterminator="\r\n")
        lines.writerow(table.heading)
        for row in table.rows:
            lines.writerow(row)
            rows += 1
            count()
        text.flush()
        text.detach()
        buffer.detach()
    columns = len(table.heading)
    digest = hashing_writer.sha256.hexdigest()
    return ArchivedFile(
        table.name, table.title, rows, columns, hashing_writer.size, digest
    )
