"""Keys of a backup: who may open it, which master keys it needs, who made it.

A backup is encrypted to age recipients (public keys); their private keys lie elsewhere.
The master keys of the vault are not in it: it holds fingerprints of them, and a code
over its manifest that only a holder of the first one can make.
"""

import hmac
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from pyrage import IdentityError, RecipientError, x25519

from record.backup.problems import BackupFailed, RestoreRefused

FINGERPRINT_DIGITS = 16


def recipients() -> list[x25519.Recipient]:
    """Raises `BackupFailed` where none is set, or one is no public key of age."""
    if not settings.BACKUP_RECIPIENTS:
        message = (
            "BACKUP_RECIPIENTS names no public key to encrypt backups to. Make a pair "
            "of keys away from this machine and set it (docs/operations.md)."
        )
        raise BackupFailed(message)
    try:
        return [x25519.Recipient.from_str(key) for key in settings.BACKUP_RECIPIENTS]
    except RecipientError as problem:
        message = f"BACKUP_RECIPIENTS holds what is no public key of age: {problem}."
        raise BackupFailed(message) from problem


def identities(path: Path) -> list[x25519.Identity]:
    """Private keys of a file as age-keygen writes it; `RestoreRefused` without any."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        message = f"The private key cannot be read from {path}: {problem}."
        raise RestoreRefused(message) from problem
    keys = [text for line in lines if (text := line.strip()) and text[0] != "#"]
    try:
        read = [x25519.Identity.from_str(key) for key in keys]
    except IdentityError as problem:
        message = f"{path} holds what is no private key of age (AGE-SECRET-KEY-…)."
        raise RestoreRefused(message) from problem
    if not read:
        message = f"{path} holds no private key."
        raise RestoreRefused(message)
    return read


def fingerprint(key: str) -> str:
    return _derived(key, b"fingerprint").hex()[:FINGERPRINT_DIGITS]


def code_over(manifest: bytes, *, master_key: str) -> str:
    return hmac.digest(_derived(master_key, b"manifest"), manifest, "sha256").hex()


def is_made_by_holder(
    manifest: bytes, code: str, *, master_keys: Sequence[str]
) -> bool:
    return any(
        hmac.compare_digest(code_over(manifest, master_key=key), code)
        for key in master_keys
    )


def _derived(key: str, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"backup " + purpose).derive(key.encode())
