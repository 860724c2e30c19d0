"""Writes of the register of import sources: two persons, one credential each.

A credential is random, shown once, kept as a hash; issuing another one or revoking it
ends it at once. Whatever comes without a valid one is refused, and that is recorded.
"""

import hashlib
import hmac
from datetime import date
from typing import NoReturn

from django.core.exceptions import PermissionDenied

from imports.models import ImportSource
from imports.rules.mapping import FileMapping
from record.accounts.models import User
from record.accounts.roles import Permission, persons
from record.audit.attribution import Actor, Process, Source, act, attributed
from trial_edc import chance, clock
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_
from visits.models import Laboratory

INTERFACE = Process("laboratory interface")
TOKEN_LENGTH = 48  # 192 bits
SHOWN = 60  # characters of a name that a stranger gave


class SourceRefused(Exception):
    """A file names no source that may send it, or does not prove it."""


def _require(by: Actor, person: int) -> None:
    if isinstance(by, User) and person not in persons(
        by.role, Permission.REFERENCE_DATA
    ):
        raise PermissionDenied


def register(
    *,
    code: str,
    name: str,
    laboratory: Laboratory,
    valid_from: date,
    valid_to: date | None,
    by: User,
) -> ImportSource:
    """Enter a source; it counts once a second person has approved it."""
    _require(by, 1)
    with attributed(by=by, via=Source.PAGE):
        return ImportSource.objects.create(
            code=code,
            name=name,
            laboratory=laboratory,
            valid_from=valid_from,
            valid_to=valid_to,
            entered_by=by,
        )


def approve(source: ImportSource, *, by: User) -> None:
    """Approve a source, as a second person."""
    _require(by, 2)
    with attributed(by=by, via=Source.PAGE):
        source = ImportSource.objects.select_for_update().get(pk=source.pk)
        if source.approved_at is None:
            source.approved_by, source.approved_at = by, clock.now()
            source.save(update_fields=("approved_by", "approved_at"))


class NotApproved(Exception):
    """A source has no credential before a second person approved it."""


@implements("ACC-17")
def issue_credential(source: ImportSource, *, by: User) -> str:
    """Return a new credential of a source, this once; the one before is void."""
    _require(by, 1)
    with attributed(by=by, via=Source.PAGE):
        source = ImportSource.objects.select_for_update().get(pk=source.pk)
        if source.approved_at is None:
            raise NotApproved
        credential = chance.token(TOKEN_LENGTH)
        source.credential_hash, source.credential_at = _hash(credential), clock.now()
        source.save(update_fields=("credential_hash", "credential_at"))
        act("import_credential_issued", details={"source": source.code})
    return credential


def revoke_credential(source: ImportSource, *, by: User) -> None:
    """Void the credential of a source; nothing of it is taken any more."""
    _require(by, 1)
    with attributed(by=by, via=Source.PAGE):
        source = ImportSource.objects.select_for_update().get(pk=source.pk)
        if source.credential_at is not None:
            source.credential_hash = source.credential_at = None
            source.save(update_fields=("credential_hash", "credential_at"))
            act("import_credential_revoked", details={"source": source.code})


def keep_mapping(source: ImportSource, mapping: FileMapping, *, by: Actor) -> None:
    """Keep how the files of a source are read; the trail tells old and new."""
    with attributed(by=by, via=Source.PAGE):
        source = ImportSource.objects.select_for_update().get(pk=source.pk)
        if source.mapping != mapping.as_json():
            source.mapping = mapping.as_json()
            source.save(update_fields=("mapping",))


def _hash(credential: str) -> str:
    return hashlib.sha256(credential.encode()).hexdigest()


@implements("ACC-17")
def proved(source: ImportSource, credential: str, *, filename: str, by: User) -> None:
    """Require the credential of the source that a person names; raises if it fails."""
    held = source.credential_hash or ""
    if held and hmac.compare_digest(held, _hash(credential.strip())):
        if source.is_open:
            return
        _refuse(source.code, filename, "closed", by=by, via=Source.PAGE)
    _refuse(source.code, filename, "credential", by=by, via=Source.PAGE)


@implements("ACC-17")
def source_of(credential: str, *, filename: str) -> ImportSource:
    """Return the source that a credential belongs to; raises if it is unknown."""
    source = ImportSource.objects.filter(credential_hash=_hash(credential)).first()
    if source is None or not source.is_open:
        code, why = (source.code, "closed") if source else ("", "unknown")
        _refuse(code, filename, why, by=INTERFACE, via=Source.API)
    return source


REFUSALS = {
    "credential": N_("This is not the credential of that source. Nothing was taken."),
    "closed": N_("This source is not open: files of it are not taken."),
    "unknown": N_("The credential is unknown or revoked."),
}


def _refuse(code: str, filename: str, why: str, *, by: Actor, via: Source) -> NoReturn:
    """Record that a file was turned away, and say so."""
    details = {"source": code, "file": filename[:SHOWN], "why": why}
    with attributed(by=by, via=via):
        act("import_refused", details=details)
    raise SourceRefused(REFUSALS[why])
