"""Seals: proof that nobody altered, removed or slipped in an entry of the audit trail.

A seal covers a stretch of entries whose transactions have all ended. It holds the root
of a Merkle tree (RFC 6962) over them and the digest of the seal before it. Whoever
keeps the digest of the last seal outside (on paper, in a mail) can prove the whole
trail up to it, also against somebody who rules the database.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection
from django.db.models import Exists, OuterRef

from record.audit.models import Entry, Seal, SealedEntry
from record.audit.reading import fixed_settings
from trial_edc.requirements import implements

UNNAMED = 0  # the transaction of an entry of a restricted row
LEAF, NODE = b"\x00", b"\x01"
BATCH = 5_000

# The text of an entry that is hashed: its columns as they were when seals began, and
# the digest of a row where it has one.
ENTRY_TEXT = """
    (jsonb_build_array(
        e.id, e.at, e.demo_at, e.transaction_id, e.operation, e.table_name, e.row_id,
        e.act, e.participant_id, e.form_id, e.revision, e.confidentiality,
        e.old_values, e.new_values, e.reasons, e.actor_id, e.actor, e.role, e.via,
        e.request_id, host(e.address)
    ) || CASE e.digest WHEN '' THEN '[]' ELSE jsonb_build_array(e.digest) END)::text
"""


@implements("AUD-15")
def seal_finished() -> int:
    """Let the database seal what is finished; return the number of entries."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_seal_finished()")
        count: int = cursor.fetchone()[0]
    return count


def leaf(text: str) -> bytes:
    return hashlib.sha256(LEAF + text.encode()).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """An odd leaf at the end moves up as it is."""
    level = list(leaves)
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        odd = level[-1:] if len(level) % 2 else []
        level = [hashlib.sha256(NODE + a + b).digest() for a, b in pairs] + odd
    return level[0]


def digest_of(seal: Seal) -> str:
    made_at = seal.made_at.astimezone(UTC).isoformat()
    fields = (seal.first_id, seal.last_id, seal.count, seal.horizon, seal.root)
    text = "|".join(map(str, (*fields, seal.previous, made_at)))
    return hashlib.sha256(text.encode()).hexdigest()


def oldest_unsealed_at() -> datetime | None:
    sealed = SealedEntry.objects.filter(entry_id=OuterRef("pk"))
    waiting = Entry.objects.filter(~Exists(sealed)).order_by("pk")
    return waiting.values_list("at", flat=True).first()


@dataclass(frozen=True)
class SealVerdict:
    """What a verification of the trail found; without a problem all is well."""

    seals: int = 0
    sealed: int = 0
    unsealed: int = 0
    last_digest: str = ""
    problem: str = ""
    entry_id: int | None = None  # the first entry that does not fit


class _Mismatch(Exception):
    """A part of the trail does not fit; the first one ends the verification."""

    def __init__(self, problem: str, entry_id: int | None = None) -> None:
        super().__init__(problem)
        self.entry_id = entry_id


@implements("AUD-15")
def verify() -> SealVerdict:
    with fixed_settings():
        try:
            return _verify_entries()
        except _Mismatch as mismatch:
            return SealVerdict(problem=str(mismatch), entry_id=mismatch.entry_id)


# Entry by entry in the order of ids: its sealed digest and its text now. A seal made
# meanwhile is left to the next verification.
ENTRIES_AND_SEALS = """
    SELECT coalesce(e.id, s.entry_id), s.seal_id, s.digest,
        CASE WHEN e.id IS NULL THEN NULL ELSE {text} END, e.transaction_id
    FROM audit_entry e FULL JOIN (
        SELECT * FROM audit_sealedentry WHERE seal_id <= %(last)s
    ) s ON s.entry_id = e.id
    ORDER BY 1
"""


def _verify_entries() -> SealVerdict:
    seals = {seal.pk: seal for seal in Seal.objects.all()}
    last = max(seals.values(), key=lambda seal: seal.pk, default=None)
    highest = max((seal.last_id for seal in seals.values()), default=0)
    leaves: dict[int, list[tuple[int, bytes]]] = {pk: [] for pk in seals}
    unsealed = 0
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            ENTRIES_AND_SEALS.format(text=ENTRY_TEXT), {"last": last.pk if last else 0}
        )
        while rows := cursor.fetchmany(BATCH):
            for pk, seal_id, sealed, text, transaction_id in rows:
                if seal_id is None:
                    late = (
                        last is None
                        or transaction_id == UNNAMED
                        or transaction_id >= last.horizon
                    )
                    _require(late or pk > highest, f"Entry {pk} was inserted.", pk)
                    unsealed += 1
                    continue
                _require(seal_id in leaves, f"Seal {seal_id} is missing.", pk)
                _require(text is not None, f"Entry {pk} is missing.", pk)
                same = leaf(text) == bytes(sealed)
                _require(same, f"Entry {pk} was altered.", pk)
                leaves[seal_id].append((pk, bytes(sealed)))
    _check_chain(list(seals.values()), leaves)
    sealed_count = sum(len(entries) for entries in leaves.values())
    digest = digest_of(last) if last else ""
    return SealVerdict(len(seals), sealed_count, unsealed, digest)


def _require(fits: bool, problem: str, entry_id: int | None = None) -> None:  # noqa: FBT001
    if not fits:
        raise _Mismatch(problem, entry_id)


def _check_chain(
    seals: Sequence[Seal], leaves: dict[int, list[tuple[int, bytes]]]
) -> None:
    previous = ""
    for seal in seals:
        ids = [pk for pk, _digest in leaves[seal.pk]]
        stated = (seal.count, seal.first_id, seal.last_id)
        actual = (len(ids), min(ids, default=None), max(ids, default=None))
        _require(
            stated == actual,
            f"Seal {seal.pk} does not fit its entries: {stated}, {actual}.",
        )
        root = merkle_root([digest for _pk, digest in leaves[seal.pk]]).hex()
        _require(root == seal.root, f"The root of seal {seal.pk} does not fit.")
        _require(
            previous == seal.previous,
            f"Seal {seal.pk} is not linked to the one before.",
        )
        previous = digest_of(seal)
