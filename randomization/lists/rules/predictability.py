"""How much of a list can be foreseen by somebody who knows every earlier arm.

Participants alone are blinded, so the site can learn past arms. What it then knows of
the next one depends on the block sizes; the custodian is told before a list is drawn.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache

from randomization.lists.rules.lists import ListRow, generate
from trial_edc.requirements import implements

SAMPLED_PLACES = 80_000  # the shares of a scheme are averages over so many places

Rest = tuple[int, ...]  # what is still to come of the present block, by arm
Belief = Mapping[Rest, float]


@dataclass(frozen=True, slots=True)
class Predictability:
    """Shares of the places of a list, from 0 to 1."""

    certain: Fraction  # whose arm follows from the earlier ones
    right: Fraction  # when each guess is the arm that lags, or any at a tie


@implements("RND-04")
@lru_cache
def predictability_of_scheme(
    sizes: tuple[int, ...], *, arms: tuple[str, ...], size: int
) -> Predictability:
    """Average over lists of that length with these block sizes.

    The lists are drawn from fixed seeds, so the result is the same each time.
    """
    lists = [
        generate(seed=f"sample {seed}", block_sizes=sizes, arms=arms, size=size)
        for seed in range(max(1, SAMPLED_PLACES // size))
    ]
    drawn = [[row.arm for row in rows] for rows in lists]
    return Predictability(
        _mean(certain_share(each, sizes=sizes, arms=arms) for each in drawn),
        _mean(rightly_guessed_share(each, arms=arms) for each in drawn),
    )


@implements("RND-04")
def predictability_of_rows(
    rows: Sequence[ListRow], *, arms: tuple[str, ...]
) -> Predictability:
    """Of one list as it stands, whatever scheme it is said to come from.

    The observer knows the block sizes that the list declares, and sees when shorter
    blocks of one length fit it all the way.
    """
    drawn = [row.arm for row in rows]
    declared = {row.block_size for row in rows}
    schemes = [declared, *({size} for size in _lengths_that_fit(drawn, arms))]
    return Predictability(
        max(certain_share(drawn, sizes=sizes, arms=arms) for sizes in schemes),
        rightly_guessed_share(drawn, arms=arms),
    )


def certain_share(
    drawn: Sequence[str], *, sizes: Iterable[int], arms: tuple[str, ...]
) -> Fraction:
    odds = next_arm_odds(drawn, sizes=sizes, arms=arms)
    return Fraction(sum(map(is_certain, odds)), len(drawn))


def rightly_guessed_share(drawn: Sequence[str], *, arms: tuple[str, ...]) -> Fraction:
    """Each time the guess is the arm drawn least so far; among equals, any of them.

    In permuted blocks no guess is better.
    """
    counts = dict.fromkeys(arms, 0)
    right = Fraction(0)
    for arm in drawn:
        lagging = [name for name in arms if counts[name] == min(counts.values())]
        if arm in lagging:
            right += Fraction(1, len(lagging))
        counts[arm] += 1
    return right / len(drawn)


def _lengths_that_fit(drawn: Sequence[str], arms: tuple[str, ...]) -> Iterator[int]:
    for size in range(len(arms), len(drawn), len(arms)):
        blocks = (drawn[start : start + size] for start in range(0, len(drawn), size))
        if all(len({block.count(arm) for arm in arms}) == 1 for block in blocks):
            yield size


def _mean(shares: Iterable[Fraction]) -> Fraction:
    each = list(shares)
    return sum(each, Fraction(0)) / len(each)


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
