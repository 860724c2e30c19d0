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
class Predictability:
    """Shares of the places of a list, from 0 to 1, on average over lists."""

    certain: float  # whose arm follows from the earlier ones
    right: float  # guessed rightly by naming the likelier arm each time


@implements("RND-04")
@lru_cache
def predictability(
    sizes: tuple[int, ...], *, arms: tuple[str, ...], size: int
) -> Predictability:
    """Average over lists of that length with these block sizes.

    The lists are drawn from fixed seeds, so the result is the same each time.
    """
    certain = right = 0.0
    lists = max(1, SAMPLED_PLACES // size)
    for seed in range(lists):
        rows = generate(seed=f"sample {seed}", block_sizes=sizes, arms=arms, size=size)
        for odds in next_arm_odds((row.arm for row in rows), sizes=sizes, arms=arms):
            certain += is_certain(odds)
            right += max(odds.values())
    return Predictability(certain / (lists * size), right / (lists * size))


def is_certain(odds: Mapping[str, float]) -> bool:
    """One arm alone is possible."""
    return sum(chance > 0 for chance in odds.values()) == 1


def next_arm_odds(
    drawn_arms: Iterable[str], *, sizes: Iterable[int], arms: tuple[str, ...]
) -> Iterator[Mapping[str, float]]:
    """Before each place, the probability of each arm there.

    Bayes' rule for an observer who knows the set of sizes and all earlier arms, but
    neither where blocks begin nor where the list ends. What is to come depends on the
    past through the rest of the present block alone, so the belief is a probability
    for each such rest. An impossible rest is dropped, so certainty is exact.
    """
    initial = _initial_belief(sizes, len(arms))
    belief = initial
    for arm in drawn_arms:
        odds = dict.fromkeys(arms, 0.0)
        next_belief: dict[Rest, float] = defaultdict(float)
        for rest, weight in belief.items():
            for remaining, next_arm, share in _next_arms(rest, arms):
                odds[next_arm] += weight * share
                if next_arm == arm:
                    next_belief[remaining] += weight * share
        yield odds
        belief = _with_next_block(next_belief, odds[arm], initial)


def _initial_belief(sizes: Iterable[int], arms: int) -> Belief:
    """At the start of a block each size is as likely."""
    distinct = set(sizes)
    return {(size // arms,) * arms: 1 / len(distinct) for size in distinct}


@cache
def _next_arms(
    rest: Rest, arms: tuple[str, ...]
) -> tuple[tuple[Rest, str, float], ...]:
    """For each arm that may come next: the rest of the block, and its chance."""
    return tuple(
        ((*rest[:place], count - 1, *rest[place + 1 :]), arms[place], count / sum(rest))
        for place, count in enumerate(rest)
        if count
    )


def _with_next_block(
    belief: dict[Rest, float], likelihood: float, initial: Belief
) -> Belief:
    """Open a new block where one may have ended; weights add up to 1 again."""
    if ended_weight := belief.pop((0,) * len(next(iter(initial))), 0.0):
        for rest, weight in initial.items():
            belief[rest] += ended_weight * weight
    return {rest: weight / likelihood for rest, weight in belief.items()}
