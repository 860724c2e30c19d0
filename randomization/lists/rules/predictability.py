"""How much of a list can be foreseen by somebody who knows every earlier arm.

Participants alone are blinded, so the site can learn past arms. What it then knows of
the next one depends on the block sizes; the custodian is told before a list is drawn.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from randomization.lists.rules.lists import generate
from trial_edc.requirements import implements

SAMPLED_PLACES = 20_000  # the shares are averages over so many places

Rest = tuple[int, ...]  # what is still to come of the present block, by arm
Belief = Mapping[Rest, float]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Shares of the places of a list, from 0 to 1, on average over lists."""

    certain: float  # whose arm follows from the earlier ones
    right: float  # guessed rightly by naming the likelier arm each time


@implements("RND-04")
@lru_cache
def foreseen(sizes: tuple[int, ...], *, arms: tuple[str, ...], size: int) -> Foreseen:
    """Return what an observer foresees of lists of that length and these block sizes.

    The average over lists drawn from fixed seeds, so it is the same each time.
    """
    certain = right = 0.0
    lists = max(1, SAMPLED_PLACES // size)
    for seed in range(lists):
        rows = generate(seed=f"sample {seed}", block_sizes=sizes, arms=arms, size=size)
        for odds in foresight((row.arm for row in rows), sizes=sizes, arms=arms):
            certain += is_certain(odds)
            right += max(odds.values())
    return Foreseen(certain / (lists * size), right / (lists * size))


def is_certain(odds: Mapping[str, float]) -> bool:
    """Tell whether one arm alone is possible."""
    return sum(chance > 0 for chance in odds.values()) == 1


def foresight(
    drawn: Iterable[str], *, sizes: Iterable[int], arms: tuple[str, ...]
) -> Iterator[Mapping[str, float]]:
    """Yield, before each place, the probability of each arm there.

    Bayes' rule for an observer who knows the set of sizes and all earlier arms, but
    neither where blocks begin nor where the list ends. What is to come depends on the
    past through the rest of the present block alone, so the belief is a probability
    for each such rest. An impossible rest is dropped, so certainty is exact.
    """
    opening = _opening(sizes, len(arms))
    belief = opening
    for arm in drawn:
        odds = dict.fromkeys(arms, 0.0)
        after: dict[Rest, float] = defaultdict(float)
        for rest, weight in belief.items():
            for left, seen, share in _steps(rest, arms):
                odds[seen] += weight * share
                if seen == arm:
                    after[left] += weight * share
        yield odds
        belief = _renewed(after, odds[arm], opening)


def _opening(sizes: Iterable[int], arms: int) -> Belief:
    """Return what is believed as a block begins: each size is as likely."""
    known = set(sizes)
    return {(size // arms,) * arms: 1 / len(known) for size in known}


@cache
def _steps(rest: Rest, arms: tuple[str, ...]) -> tuple[tuple[Rest, str, float], ...]:
    """Return what each arm that may come next leaves of a block, and its chance."""
    return tuple(
        ((*rest[:place], count - 1, *rest[place + 1 :]), arms[place], count / sum(rest))
        for place, count in enumerate(rest)
        if count
    )


def _renewed(after: dict[Rest, float], likelihood: float, opening: Belief) -> Belief:
    """Open a new block where one may have ended; weights add up to 1 again."""
    if ended := after.pop((0,) * len(next(iter(opening))), 0.0):
        for rest, weight in opening.items():
            after[rest] += ended * weight
    return {rest: weight / likelihood for rest, weight in after.items()}
