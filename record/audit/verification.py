"""The whole proof: trail, rows, guards, data keys and what was written down outside.

Each part rests on the one before: the guards write the trail, the seals keep it, the
anchors keep the seals, and the rows of all tables must be what the trail says.
"""

from dataclasses import dataclass

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
    trail = seals.verify()
    parts = (
        trail.problem,
        anchors.first_problem(known),
        guards.first_problem(),
        rows.first_problem(),
        vault.first_problem(),
    )
    return Proof(trail, tuple(problem for problem in parts if problem))
