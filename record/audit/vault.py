"""Encryption of what a copy of the database must not reveal.

Three layers: a master key from the environment wraps one data key a purpose; the data
key seals texts with AES-GCM. Sealed texts of one purpose are padded to one length, so
that their size tells nothing. Rotation wraps the data keys anew and touches no row.
"""

import base64
import hmac
import os
from collections.abc import Iterable
from enum import StrEnum
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction

from record.audit.attribution import Actor, Attribution, Source, act_beside
from record.audit.models import DataKey
from trial_edc import clock
from trial_edc.requirements import implements

NONCE_BYTES = 12
OWNER = "owner"  # the connection of the role that owns the tables


class Purpose(StrEnum):
    """What a data key is for."""

    IDENTITY = "identity"
    PRODUCT = "product"
    ALLOCATION = "allocation"
    DRAFT = "draft"
    FILE = "file"
    SECOND_FACTOR = "second_factor"


class TooLong(Exception):
    """A text does not fit into the length to which its purpose pads."""


class MasterKeyMissing(Exception):
    """No master key opens the data keys of the purposes named."""


def _master() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.VAULT_KEYS])


@cache
def _cipher(purpose: Purpose, wrapped: str) -> AESGCM:
    del purpose  # part of the cache key only
    return AESGCM(_master().decrypt(wrapped.encode()))


def make_keys(database: str) -> None:
    """Make the data keys that do not exist yet; migrate does it, as the owner.

    Made while a text is sealed, a key would be lost with a transaction that fails, and
    with it whatever later texts the process seals under the key in its memory.
    """
    for purpose in Purpose:
        DataKey.objects.using(database).get_or_create(
            purpose=purpose,
            defaults={
                "wrapped": _master().encrypt(AESGCM.generate_key(256)).decode(),
                "created_at": clock.now(),
            },
        )


@cache
def _wrapped_key(purpose: Purpose) -> str:
    return DataKey.objects.get(purpose=purpose).wrapped


def forget_keys() -> None:
    _cipher.cache_clear()
    _hashing_key.cache_clear()
    _wrapped_key.cache_clear()


def seal_bytes(purpose: Purpose, content: bytes, *, bound_to: str = "") -> bytes:
    """Seal bytes; what is bound to a row opens only when that row asks for it."""
    nonce = os.urandom(NONCE_BYTES)
    cipher = _cipher(purpose, _wrapped_key(purpose))
    return nonce + cipher.encrypt(nonce, content, _context(purpose, bound_to))


def unseal_bytes(purpose: Purpose, sealed: bytes, *, bound_to: str = "") -> bytes:
    """Undo `seal_bytes`; an altered text, or another row's, raises `InvalidTag`."""
    nonce, body = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    cipher = _cipher(purpose, _wrapped_key(purpose))
    return cipher.decrypt(nonce, body, _context(purpose, bound_to))


def _context(purpose: Purpose, bound_to: str) -> bytes:
    return ":".join(filter(None, (purpose, bound_to))).encode()


def seal(
    purpose: Purpose, text: str, *, padded_to: int | None = None, bound_to: str = ""
) -> str:
    """Seal a text as ASCII; `padded_to` counts bytes before sealing."""
    content = text.encode()
    if padded_to is not None:
        if len(content) > padded_to:
            message = f"{len(content)} bytes do not fit into {padded_to}."
            raise TooLong(message)
        content = content.ljust(padded_to)
    sealed = seal_bytes(purpose, content, bound_to=bound_to)
    return base64.b64encode(sealed).decode()


def unseal(purpose: Purpose, sealed: str, *, bound_to: str = "") -> str:
    content = unseal_bytes(purpose, base64.b64decode(sealed), bound_to=bound_to)
    return content.decode().rstrip(" ")


def keyed_hash(purpose: Purpose, text: str) -> str:
    """Hash that only the holder of the key can make, to find equal texts."""
    return hmac.digest(hashing_key(purpose), text.encode(), "sha256").hex()


def hashing_key(purpose: Purpose) -> bytes:
    """Derived from the data key, so it survives a rotation."""
    return _hashing_key(_wrapped_key(purpose))


@cache
def _hashing_key(wrapped: str) -> bytes:
    data_key = _master().decrypt(wrapped.encode())
    return HKDF(SHA256(), 32, salt=None, info=b"keyed hash").derive(data_key)


def outdated_keys() -> list[str]:
    """Name the purposes whose data key still needs another master key than the first.

    Raises `MasterKeyMissing` for keys that none of the master keys opens.
    """
    keys = list(DataKey.objects.order_by("purpose"))
    _require_openable(keys)
    return [key.purpose for key in keys if not _opens(_first_master(), key.wrapped)]


@implements("AUD-15")
def first_problem() -> str:
    """What is wrong with the data keys; "" for nothing.

    Only the owner can spoil them: a backup has them still, as long as somebody notices
    in time.
    """
    wrapped = dict(DataKey.objects.values_list("purpose", "wrapped"))
    opened: dict[bytes, str] = {}
    for purpose in Purpose:
        try:
            key = _master().decrypt(wrapped.get(purpose, "").encode())
        except InvalidToken:
            return f"No key of VAULT_KEYS opens the data key of {purpose}."
        if key in opened:
            return f"The data keys of {opened[key]} and {purpose} are one and the same."
        opened[key] = purpose
    return ""


def rewrap_keys(*, by: Actor, via: Source) -> list[str]:
    """Wrap the data keys with the first master key, all or none; return which.

    It writes as the owner: the role of the web server only reads the keys. Raises
    `MasterKeyMissing` when none of the master keys opens one of them.
    """
    with transaction.atomic(using=OWNER):
        keys = list(
            DataKey.objects.using(OWNER).select_for_update().order_by("purpose")
        )
        _require_openable(keys)
        outdated = [key for key in keys if not _opens(_first_master(), key.wrapped)]
        for key in outdated:
            key.wrapped = _master().rotate(key.wrapped.encode()).decode()
            key.save(update_fields=("wrapped",))
        purposes = [key.purpose for key in outdated]
        act_beside(
            "vault_keys_rewrapped",
            {"keys": purposes},
            attribution=Attribution(by, via),
            database=OWNER,
        )
    forget_keys()
    return purposes


def _first_master() -> Fernet:
    return Fernet(settings.VAULT_KEYS[0])


def _opens(master: Fernet | MultiFernet, wrapped: str) -> bool:
    try:
        master.decrypt(wrapped.encode())
    except InvalidToken:
        return False
    return True


def _require_openable(keys: Iterable[DataKey]) -> None:
    closed = [key.purpose for key in keys if not _opens(_master(), key.wrapped)]
    if closed:
        raise MasterKeyMissing(", ".join(closed))
