"""The file of a backup: a tar archive inside age, written and read as a stream.

Nothing of it lies on a disk unencrypted while it is written. `age --decrypt` and `tar`
read it without this system.
"""

import hashlib
import io
import os
import tarfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pyrage
from pyrage import DecryptError, x25519

from record.backup.problems import RestoreRefused

BLOCK_BYTES = 1 << 20


class HashingReader:
    """Reads through to a file and digests what was read."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source, self.sha256 = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        content = self.source.read(size)
        self.sha256.update(content)
        return content


class ArchiveWriter:
    """Adds members to the archive of a backup."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self.tar = tar

    def add(self, name: str, source: IO[bytes], size: int) -> str:
        """Hexadecimal SHA-256 of the content that was added."""
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        reader = HashingReader(source)
        self.tar.addfile(member, reader)
        return reader.sha256.hexdigest()

    def add_bytes(self, name: str, content: bytes) -> str:
        return self.add(name, io.BytesIO(content), len(content))


@contextmanager
def archive_to(
    target: IO[bytes], recipients: Sequence[x25519.Recipient]
) -> Iterator[ArchiveWriter]:
    source, sink = _pipe()

    def encrypt() -> None:
        with source:  # closed early it ends the writing, too
            pyrage.encrypt_io(source, target, list(recipients))

    with (
        _beside(encrypt),
        sink,
        tarfile.open(fileobj=sink, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        yield ArchiveWriter(tar)


def extract(path: Path, folder: Path, identities: Sequence[x25519.Identity]) -> None:
    """Raises `RestoreRefused` for another key, and for what is cut off or altered."""
    try:
        with path.open("rb") as sealed:
            _extract(sealed, folder, identities)
    except DecryptError as problem:
        if "No matching keys" in str(problem):
            message = f"This private key does not open {path}; it is for another one."
        else:
            message = f"{path} is no backup, or not a whole one: {problem}."
        raise RestoreRefused(message) from problem
    except (OSError, tarfile.TarError) as problem:
        message = f"{path} is cut off, altered or cannot be read: {problem}."
        raise RestoreRefused(message) from problem


def _extract(
    sealed: IO[bytes], folder: Path, identities: Sequence[x25519.Identity]
) -> None:
    source, sink = _pipe()

    def decrypt() -> None:
        with sink:
            pyrage.decrypt_io(sealed, sink, list(identities))

    with (
        _beside(decrypt),
        source,
        tarfile.open(fileobj=source, mode="r|") as tar,
    ):
        tar.extractall(folder, filter="data")
        while source.read(BLOCK_BYTES):  # only its end proves that it is whole
            pass


def _pipe() -> tuple[IO[bytes], IO[bytes]]:
    read_end, write_end = os.pipe()
    return os.fdopen(read_end, "rb", BLOCK_BYTES), os.fdopen(
        write_end, "wb", BLOCK_BYTES
    )


@contextmanager
def _beside(work: Callable[[], None]) -> Iterator[None]:
    """Do the work in a thread of its own; what failed there is raised here."""
    problems: list[Exception] = []

    def work_on() -> None:
        try:
            work()
        except Exception as problem:  # noqa: BLE001 - raised by the other thread
            problems.append(problem)

    thread = threading.Thread(target=work_on)
    thread.start()
    try:
        yield
    except Exception as problem:
        thread.join()
        raise problems[0] if problems else problem from problem
    thread.join()
    if problems:
        raise problems[0]
