"""Seals: proof that nobody altered, removed or slipped in an entry of the audit trail.

A seal covers a stretch of entries whose transactions have all ended. It holds the root
of a Merkle tree (RFC 6962) over them and the digest of the seal before it. Whoever
keeps the digest of the last seal outside (on paper, in a mail) can prove the whole
trail up to it, also against somebody who rules the database.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef

from record.audit.models import Entry, Seal, SealedEntry
from record.audit.reading import fixed_settings
from trial_edc.requirements import implements

UNNAMED = 0  # the transaction of an entry of a restricted row
NODE = b"\x01"  # before two digests; a leaf has a zero
DIGEST_BYTES = 32

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


@dataclass(frozen=True)
class Leaves:
    """The entries under one seal: `content` is their digests in the order of ids."""

    count: int = 0
    first_id: int | None = None
    last_id: int | None = None
    content: bytes = b""

    @property
    def digests(self) -> list[bytes]:
        content = bytes(self.content)
        return [
            content[n : n + DIGEST_BYTES] for n in range(0, len(content), DIGEST_BYTES)
        ]


NO_LEAVES = Leaves()


class _Mismatch(Exception):
    """A part of the trail does not fit; the first one ends the verification."""

    def __init__(self, problem: str, entry_id: int | None = None) -> None:
        super().__init__(problem)
        self.entry_id = entry_id


@implements("AUD-15")
def verify() -> SealVerdict:
    with fixed_settings() as cursor:
        try:
            return _verify_entries(cursor)
        except _Mismatch as mismatch:
            return SealVerdict(problem=str(mismatch), entry_id=mismatch.entry_id)


# The entries that do not fit their seals, or have none, in the order of ids. A seal
# made meanwhile is left to the next verification; one that is nowhere is missing, also
# when it was the last.
EXCEPTIONS = """
    SELECT e.id, s.seal_id, 'altered', e.transaction_id
    FROM audit_entry e JOIN audit_sealedentry s ON s.entry_id = e.id
    WHERE s.seal_id <= %(last)s
    AND sha256('\\x00'::bytea || convert_to({text}, 'UTF8')) IS DISTINCT FROM s.digest
    UNION ALL
    SELECT e.id, NULL, 'unsealed', e.transaction_id FROM audit_entry e
    WHERE NOT EXISTS (
        SELECT FROM audit_sealedentry s
        WHERE s.entry_id = e.id AND s.seal_id <= %(last)s
    )
    UNION ALL
    SELECT s.entry_id, s.seal_id, 'missing', NULL FROM audit_sealedentry s
    WHERE s.seal_id <= %(last)s
    AND NOT EXISTS (SELECT FROM audit_entry e WHERE e.id = s.entry_id)
    UNION ALL
    SELECT min(s.entry_id), s.seal_id, 'without seal', NULL FROM audit_sealedentry s
    WHERE NOT EXISTS (SELECT FROM audit_seal a WHERE a.id = s.seal_id)
    GROUP BY s.seal_id
    ORDER BY 1
"""
# Hashing is dearer than the planner believes: let several processes do it.
TOGETHER = """
    SET LOCAL parallel_setup_cost = 0;
    SET LOCAL parallel_tuple_cost = 0;
    SET LOCAL min_parallel_table_scan_size = 0
"""
LEAVES = """
    SELECT seal_id, count(*), min(entry_id), max(entry_id),
        string_agg(digest, '' ORDER BY entry_id)
    FROM audit_sealedentry WHERE seal_id <= %(last)s GROUP BY 1
"""


def _verify_entries(cursor: Any) -> SealVerdict:
    seals = list(Seal.objects.order_by("pk"))
    last = seals[-1] if seals else None
    highest = max((seal.last_id for seal in seals), default=0)
    unsealed = 0
    values = {"last": last.pk if last else 0}
    cursor.execute(TOGETHER)
    cursor.execute(EXCEPTIONS.format(text=ENTRY_TEXT), values)
    for pk, seal_id, what, transaction_id in cursor.fetchall():
        _require(what != "without seal", f"Seal {seal_id} is missing.", pk)
        _require(what != "missing", f"Entry {pk} is missing.", pk)
        _require(what != "altered", f"Entry {pk} was altered.", pk)
        late = (
            last is None or transaction_id == UNNAMED or transaction_id >= last.horizon
        )
        _require(late or pk > highest, f"Entry {pk} was inserted.", pk)
        unsealed += 1
    cursor.execute(LEAVES, values)
    leaves = {seal_id: Leaves(*rest) for seal_id, *rest in cursor.fetchall()}
    _check_chain(seals, leaves)
    sealed_count = sum(part.count for part in leaves.values())
    digest = digest_of(last) if last else ""
    return SealVerdict(len(seals), sealed_count, unsealed, digest)


def _require(fits: bool, problem: str, entry_id: int | None = None) -> None:  # noqa: FBT001
    if not fits:
        raise _Mismatch(problem, entry_id)


def _check_chain(seals: Sequence[Seal], leaves: Mapping[int, Leaves]) -> None:
    previous = ""
    for seal in seals:
        own = leaves.get(seal.pk, NO_LEAVES)
        stated = (seal.count, seal.first_id, seal.last_id)
        actual = (own.count, own.first_id, own.last_id)
        _require(
            stated == actual,
            f"Seal {seal.pk} does not fit its entries: {stated}, {actual}.",
        )
        root = merkle_root(own.digests).hex()
        _require(root == seal.root, f"The root of seal {seal.pk} does not fit.")
        _require(
            previous == seal.previous,
            f"Seal {seal.pk} is not linked to the one before.",
        )
        previous = digest_of(seal)
