"""The whole proof: trail, rows, guards, data keys and what was written down outside.

Each part rests on the one before: the guards write the trail, the seals keep it, the
anchors keep the seals, and the rows of all tables must be what the trail says.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.db import connection

from record.audit import anchors, guards, rows, seals, vault
from trial_edc.requirements import implements


@dataclass(frozen=True)
class Proof:
    """What was verified, and the first problem of each part."""

    seals: seals.SealVerdict
    problems: tuple[str, ...]


@implements("AUD-15")
def verify(*, known: str = "") -> Proof:
    """`known` is the digest of an earlier seal that somebody wrote down."""
    trail, problem_of_rows = _seals_and_rows()
    parts = (
        trail.problem,
        anchors.first_problem(known),
        guards.first_problem(),
        problem_of_rows,
        vault.first_problem(),
    )
    return Proof(trail, tuple(problem for problem in parts if problem))


def _seals_and_rows() -> tuple[seals.SealVerdict, str]:
    """Verify both at once, the rows on a connection of their own.

    Within a transaction, whose rows another connection does not see, one after another.
    """
    if connection.in_atomic_block:
        return seals.verify(), rows.first_problem()
    with ThreadPoolExecutor(1) as pool:
        problem_of_rows = pool.submit(_on_own_connection, rows.first_problem)
        return seals.verify(), problem_of_rows.result()


def _on_own_connection(work: Callable[[], str]) -> str:
    try:
        return work()
    finally:
        connection.close()
