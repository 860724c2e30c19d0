"""Seals: proof that nobody altered, removed or slipped in an entry of the audit trail.

A seal covers a stretch of entries whose transactions have all ended. It holds the root
of a Merkle tree (RFC 6962) over them and the digest of the seal before it. Whoever
keeps the digest of the last seal outside (on paper, in a mail) can prove the whole
trail up to it, also against somebody who rules the database.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from record.audit.models import Entry, Seal, SealedEntry
from trial_edc import clock
from trial_edc.requirements import implements

LEAF, NODE = b"\x00", b"\x01"
SEALING = 4_194_672  # the advisory lock that lets one sealer work at a time
BATCH = 5_000

# The text of an entry that is hashed: its columns as they were when seals began.
ENTRY_TEXT = """
    jsonb_build_array(
        e.id, e.at, e.demo_at, e.transaction_id, e.operation, e.table_name, e.row_id,
        e.act, e.participant_id, e.form_id, e.revision, e.confidentiality,
        e.old_values, e.new_values, e.reasons, e.actor_id, e.actor, e.role, e.via,
        e.request_id, host(e.address)
    )::text
"""
# An entry is finished when no transaction runs that was there before it ended; one of
# a number still to come was written before this database was restored elsewhere.
FINISHED_ENTRIES = """
    SELECT e.id, {text} FROM audit_entry e
    WHERE NOT EXISTS (SELECT FROM audit_sealedentry s WHERE s.entry_id = e.id)
    AND (
        e.transaction_id < %(horizon)s
        OR e.transaction_id >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint
    )
    ORDER BY e.id
"""
HORIZON = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


@implements("AUD-15")
def seal_finished() -> Seal | None:
    with transaction.atomic():
        horizon = _lock_and_read_horizon()
        digests = dict(_digests(FINISHED_ENTRIES, {"horizon": horizon}))
        if not digests:
            return None
        last = Seal.objects.last()
        seal = Seal.objects.create(
            first_id=min(digests),
            last_id=max(digests),
            count=len(digests),
            horizon=horizon,
            root=merkle_root(list(digests.values())).hex(),
            previous=digest_of(last) if last else "",
            made_at=clock.now(),
        )
        entries = (SealedEntry(pk=pk, seal=seal, digest=d) for pk, d in digests.items())
        SealedEntry.objects.bulk_create(entries, batch_size=BATCH)
    return seal


def _lock_and_read_horizon() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEALING])
        cursor.execute("SET LOCAL timezone = 'UTC'")
        cursor.execute(HORIZON)
        horizon: int = cursor.fetchone()[0]
    return horizon


def _digests(statement: str, values: dict[str, int]) -> Iterator[tuple[int, bytes]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement.format(text=ENTRY_TEXT), values)
        while rows := cursor.fetchmany(BATCH):
            yield from ((pk, leaf(text)) for pk, text in rows)


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


def is_in_chain(digest: str) -> bool:
    return any(digest_of(seal) == digest for seal in Seal.objects.all())


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
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL timezone = 'UTC'")
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
                    late = last is None or transaction_id >= last.horizon
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
