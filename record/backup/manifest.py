"""The manifest of a backup: what is in it, and what it needs to live again."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from record.backup.contents import Figures
from record.backup.keys import code_over, is_made_by_holder
from record.backup.problems import RestoreRefused

FORMAT = 1
NAME, CODE_NAME = "manifest.json", "manifest.code"


@dataclass(frozen=True)
class Manifest:
    """Everything but the data themselves; digests are SHA-256 in hexadecimal."""

    name: str  # of the file, as it was made
    made_at: str
    software: str
    protocol: str
    server: str  # version of PostgreSQL
    wal_position: str
    migrations: list[str]  # app.name
    master_keys: list[str]  # fingerprints; the first one made the code
    secret_key: str  # fingerprint
    recipients: list[str]  # public keys
    dump: str
    tables: Figures
    large_objects_left_out: int
    files: dict[str, str]  # by path
    configuration: dict[str, str]  # by name
    last_seal: str
    counts: dict[str, int]  # of what the rooms prove, see `proofs`
    format: int = FORMAT

    @property
    def as_bytes(self) -> bytes:
        text = json.dumps(asdict(self), indent=1, sort_keys=True, ensure_ascii=False)
        return f"{text}\n".encode()

    @property
    def code(self) -> bytes:
        master_key: str = settings.VAULT_KEYS[0]
        return code_over(self.as_bytes, master_key=master_key).encode()


def read(folder: Path) -> Manifest:
    """Read the manifest of an unpacked backup; raises `RestoreRefused`."""
    try:
        text = (folder / NAME).read_bytes()
        code = (folder / CODE_NAME).read_text(encoding="ascii")
        values: dict[str, Any] = json.loads(text)
        if values["format"] != FORMAT:
            message = f"The backup has the format {values['format']}, not {FORMAT}."
            raise RestoreRefused(message)
        manifest = Manifest(**values)
    except (OSError, ValueError, KeyError, TypeError) as problem:
        message = f"What was unpacked is no backup of this system: {problem}."
        raise RestoreRefused(message) from problem
    if not is_made_by_holder(text, code, master_keys=settings.VAULT_KEYS):
        needed = " or ".join(manifest.master_keys)
        message = (
            f"No key of VAULT_KEYS made this backup. It needs the master key with the "
            f"fingerprint {needed}; if that key is set, the backup was forged."
        )
        raise RestoreRefused(message)
    return manifest
