"""Writes of the register of import sources: two persons, one credential each.

A credential is random, shown once, stored as a hash; issuing another one or revoking it
ends it at once. A file without a valid credential is refused, and that is recorded.
"""

import hashlib
import hmac
from datetime import date
from typing import NoReturn

from imports.models import ImportSource
from imports.rules.mapping import FileMapping
from record.accounts.access import require_person
from record.accounts.models import User
from record.accounts.roles import FIRST, Permission
from record.audit import floods
from record.audit.attribution import Actor, Process, Source, act, attributed
from record.review.services import approvals
from trial_edc import chance, clock
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_
from visits.models import Laboratory

REFUSED = "import_refused"
INTERFACE = Process("laboratory interface")
TOKEN_LENGTH = 48  # 192 bits
MAX_FILENAME_RECORDED = 60  # characters, of a name that an unknown sender gave


class SourceRefused(Exception):
    """A file names no source that may send it, or does not prove it."""


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
    require_person(by, FIRST, Permission.REFERENCE_DATA)
    with attributed(by=by, via=Source.PAGE):
        return ImportSource.objects.create(
            code=code,
            name=name,
            laboratory=laboratory,
            valid_from=valid_from,
            valid_to=valid_to,
            entered_by=by,
        )


def approve(source: ImportSource, *, shown: str | None = None, by: User) -> None:
    approvals.approve(
        source, Permission.REFERENCE_DATA, shown=shown, by=by, via=Source.PAGE
    )


class NotApproved(Exception):
    """A source has no credential before a second person approved it."""


@implements("ACC-17")
def issue_credential(source: ImportSource, *, by: User) -> str:
    """The new credential, returned this once; the previous one is void."""
    require_person(by, FIRST, Permission.REFERENCE_DATA)
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
    """No further file of the source is accepted."""
    require_person(by, FIRST, Permission.REFERENCE_DATA)
    with attributed(by=by, via=Source.PAGE):
        source = ImportSource.objects.select_for_update().get(pk=source.pk)
        if source.credential_at is not None:
            source.credential_hash = source.credential_at = None
            source.save(update_fields=("credential_hash", "credential_at"))
            act("import_credential_revoked", details={"source": source.code})


def save_mapping(source: ImportSource, mapping: FileMapping, *, by: Actor) -> None:
    """Old and new mapping stand in the audit trail."""
    with attributed(by=by, via=Source.PAGE):
        source = ImportSource.objects.select_for_update().get(pk=source.pk)
        if source.mapping != mapping.as_json():
            source.mapping = mapping.as_json()
            source.save(update_fields=("mapping",))


def _hash(credential: str) -> str:
    return hashlib.sha256(credential.encode()).hexdigest()


@implements("ACC-17")
def require_credential(
    source: ImportSource, credential: str, *, filename: str, by: User
) -> None:
    """Raises `SourceRefused` on a wrong credential, or a source that is not open."""
    stored_hash = source.credential_hash or ""
    if stored_hash and hmac.compare_digest(stored_hash, _hash(credential.strip())):
        if source.is_open:
            return
        _refuse(source.code, filename, "closed", by=by, via=Source.PAGE)
    _refuse(source.code, filename, "credential", by=by, via=Source.PAGE)


@implements("ACC-17")
def source_of(credential: str, *, filename: str) -> ImportSource:
    """Raises `SourceRefused` when the credential is unknown, or its source not open.

    A right credential is looked up before tries are counted: no flood keeps it out.
    Raises `TooManyTries` for a wrong one over the limit.
    """
    source = ImportSource.objects.filter(credential_hash=_hash(credential)).first()
    if source is None or not source.is_open:
        code, why = (source.code, "closed") if source else ("", "unknown")
        details = _details(code, filename, why)
        floods.refuse_stranger(REFUSED, details, by=INTERFACE, via=Source.API)
        raise SourceRefused(REFUSALS[why])
    return source


REFUSALS = {
    "credential": N_("This is not the credential of that source. Nothing was taken."),
    "closed": N_("This source is not open: files of it are not taken."),
    "unknown": N_("The credential is unknown or revoked."),
}


def _refuse(code: str, filename: str, why: str, *, by: Actor, via: Source) -> NoReturn:
    with attributed(by=by, via=via):
        act(REFUSED, details=_details(code, filename, why))
    raise SourceRefused(REFUSALS[why])


def _details(code: str, filename: str, why: str) -> dict[str, str]:
    return {"source": code, "file": filename[:MAX_FILENAME_RECORDED], "why": why}
