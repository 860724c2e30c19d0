"""A backup taken apart and put together again, as a forger would."""

import tarfile
from collections.abc import Callable
from pathlib import Path

import pyrage

from tests.record.backup.conftest import Keys


def unpacked(path: Path, keys: Keys, folder: Path) -> Path:
    secret = keys.file.read_text().splitlines()[-1]
    identity = pyrage.x25519.Identity.from_str(secret)
    archive = folder.with_suffix(".tar")
    with path.open("rb") as sealed, archive.open("wb") as plain:
        pyrage.decrypt_io(sealed, plain, [identity])
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder


def repacked(
    path: Path, keys: Keys, workplace: Path, change: Callable[[Path], None]
) -> Path:
    """Give a file that the same key opens, with something in it changed."""
    folder = unpacked(path, keys, workplace / "unpacked")
    change(folder)
    archive, forged = workplace / "forged.tar", workplace / "forged.tar.age"
    with tarfile.open(archive, "w") as tar:
        for inner in sorted(folder.iterdir()):
            tar.add(inner, inner.name)
    recipient = pyrage.x25519.Recipient.from_str(keys.public)
    with archive.open("rb") as plain, forged.open("wb") as sealed:
        pyrage.encrypt_io(plain, sealed, [recipient])
    return forged
