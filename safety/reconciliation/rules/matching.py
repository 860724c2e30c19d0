"""Which case of the safety database is which event of the log; pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from safety.coding.rules import comparison_key


@dataclass(frozen=True, slots=True)
class Named:
    """An event or a case by what it is called and when it began."""

    term: str
    pt: str  # preferred term; empty where it is not coded
    onset: str  # ISO 8601, as far as it is known; empty where it is not

    @property
    def names(self) -> frozenset[str]:
        return frozenset(filter(None, map(comparison_key, (self.term, self.pt))))


def is_named_alike(event: Named, case: Named) -> bool:
    return bool(event.names & case.names)


def begins_alike(event: Named, case: Named) -> bool:
    """To the precision that both have."""
    shorter = min(len(event.onset), len(case.onset))
    return bool(shorter) and event.onset[:shorter] == case.onset[:shorter]


# The surest first: a pair that one of them makes is not made again.
RULES: tuple[Callable[[Named, Named], bool], ...] = (
    lambda event, case: is_named_alike(event, case) and begins_alike(event, case),
    is_named_alike,
    begins_alike,
)


def pairs(events: Sequence[Named], cases: Sequence[Named]) -> list[tuple[int, int]]:
    """Indices of events and cases that are the same; each stands in one pair at most.

    Where one rule fits an event to several cases the first in order is taken.
    """
    matches: list[tuple[int, int]] = []
    for fits in RULES:
        for i, event in enumerate(events):
            if any(i == one for one, _case in matches):
                continue
            free = set(range(len(cases))) - {other for _event, other in matches}
            match = next((j for j in sorted(free) if fits(event, cases[j])), None)
            if match is not None:
                matches.append((i, match))
    return sorted(matches)
