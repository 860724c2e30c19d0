"""The proof of the record: how many entries of the trail it verifies a second."""

import time

from django.db.models import F

from bench.room.models import NUMBERS, Ours
from bench.writing import BY, values
from record.audit import seals
from record.audit.attribution import Source, attributed
from record.audit.models import Entry
from record.audit.verification import verify

ROWS, CHANGES = 10_000, 4
GOAL_A_SECOND = 50_000
TURNS = 3
BENCH_ONLY = "Not of this release"  # what the packages compared with have added


def proof() -> float:
    """Entries a second, of the quickest of some turns."""
    with attributed(by=BY, via=Source.COMMAND):
        Ours._default_manager.bulk_create(
            Ours(**values(number)) for number in range(ROWS)
        )
    for name in NUMBERS[:CHANGES]:
        with attributed(by=BY, via=Source.COMMAND):
            Ours._default_manager.update(**{name: F(name) + 1})
    seals.seal_finished()
    entries = Entry.objects.count()
    return max(entries / _seconds() for _ in range(TURNS))


def _seconds() -> float:
    started = time.perf_counter()
    verdict = verify()
    others = [one for one in verdict.problems if not one.startswith(BENCH_ONLY)]
    if others:
        raise RuntimeError(others)
    return time.perf_counter() - started
