"""Where backups lie: the folder where they are made, and those of copies."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from trial_edc.protocol import PROTOCOL

STAMP = "%Y%m%dT%H%M%SZ"
NAMES = re.compile(r"[A-Z0-9]+-(\d{8}T\d{6}Z)\.tar\.age")


@dataclass(frozen=True)
class BackupFile:
    """A finished backup; its name says when it was begun."""

    path: Path
    at: datetime


def folders() -> list[Path]:
    return [Path(folder) for folder in settings.BACKUP_FOLDERS]


def name_at(instant: datetime) -> str:
    stamp = instant.astimezone(UTC).strftime(STAMP)
    return f"{PROTOCOL.registry.id}-{stamp}.tar.age"


def instant_in(name: str) -> datetime | None:
    """When the backup of that name was begun; None for another name."""
    match = NAMES.fullmatch(name)
    try:
        return datetime.strptime(match[1], STAMP).replace(tzinfo=UTC) if match else None
    except ValueError:  # digits that are no date
        return None


def backups_in(folder: Path) -> list[BackupFile]:
    """Oldest first."""
    backups = [
        BackupFile(path, at)
        for path in folder.glob("*.tar.age")
        if (at := instant_in(path.name))
    ]
    return sorted(backups, key=lambda backup: backup.at)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
