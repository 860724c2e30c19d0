"""Files of exports: outside the web root, sealed with a key kept elsewhere.

A file is a run of sealed pieces, each after its length, so that neither writing nor
reading holds more than one piece in memory.
"""

import hashlib
import io
import json
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings

from record.audit.vault import Purpose, seal_bytes, unseal_bytes
from trial_edc.whole_files import NoRoom, write_whole

PIECE_BYTES = 1 << 20
LENGTH_BYTES = 4
SECONDS_BETWEEN = 1.0  # the bar moves at most once a second


def folder() -> Path:
    path = Path(settings.MEDIA_ROOT) / "exports"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def archive_path(key: str) -> Path:
    return folder() / f"{key}.sealed"


class SealedFile(io.RawIOBase):
    """Seals what is written; its size and checksum are those before sealing.

    The file appears whole or not at all: only `keep` gives it its name, and what is
    closed before is removed.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.unfinished = path, path.with_suffix(".part")
        self.unfinished.touch(mode=0o600)
        self._target = self.unfinished.open("wb")
        self._piece = bytearray()
        self.sha256, self.size = hashlib.sha256(), 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        """Each piece is sealed as soon as it is full."""
        content = bytes(data)
        self.sha256.update(content)
        self.size += len(content)
        self._piece += content
        while len(self._piece) >= PIECE_BYTES:
            self._seal(self._piece[:PIECE_BYTES])
            del self._piece[:PIECE_BYTES]
        return len(content)

    def _seal(self, piece: bytearray) -> None:
        sealed = seal_bytes(Purpose.FILE, bytes(piece))
        self._target.write(len(sealed).to_bytes(LENGTH_BYTES) + sealed)

    def keep(self) -> None:
        self._seal(self._piece)
        self._target.close()
        self.unfinished.replace(self.path)

    def close(self) -> None:
        try:
            self._target.close()
        finally:
            self.unfinished.unlink(missing_ok=True)
            super().close()


def unsealed_pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while head := file.read(LENGTH_BYTES):
            yield unseal_bytes(Purpose.FILE, file.read(int.from_bytes(head)))


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    for piece in unsealed_pieces(path):
        digest.update(piece)
    return digest.hexdigest()


class ProgressMeter:
    """Publishes the number of rows written in a file, so that no record changes.

    On a full disk it publishes none.
    """

    def __init__(self, key: str, total: int) -> None:
        self.path, self.total, self.done = folder() / f"{key}.progress", total, 0
        self._published_at = 0.0
        self._publish()

    def advance(self, rows: int = 1) -> None:
        """Publishes at most once in `SECONDS_BETWEEN`."""
        self.done += rows
        if time.monotonic() - self._published_at >= SECONDS_BETWEEN:
            self._publish()

    def _publish(self) -> None:
        with suppress(NoRoom):
            write_whole(self.path, json.dumps([self.done, self.total]).encode())
        self._published_at = time.monotonic()

    def close(self) -> None:
        self.path.unlink(missing_ok=True)


def progress(key: str) -> tuple[int, int]:
    """Rows written and rows expected; (0, 0) before the work begins."""
    try:
        done, total = json.loads((folder() / f"{key}.progress").read_text())
    except FileNotFoundError:
        return 0, 0
    return done, total
