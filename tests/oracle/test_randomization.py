"""Block schemes: what is known exactly of them, against lists that the rules draw.

A scheme such as `{4,6}` is held against 4,000 lists of the length that the protocol
plans, one with the size known against every arrangement of one block. The seeds are
fixed, so a test that passes once passes always; a wrong draw is far outside the limits.
"""

import csv
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from math import exp, factorial, sqrt
from statistics import NormalDist, mean, pstdev

import pytest

from randomization.lists.rules.chance_stream import Stream
from randomization.lists.rules.lists import draw_round, generate
from randomization.lists.rules.predictability import is_certain, next_arm_odds
from tests.oracle.cases import Case, each_case, folder
from trial_edc.protocol import PROTOCOL

FILE = "randomization_properties.csv"
ARMS = tuple(sorted(arm.code for arm in PROTOCOL.arms))
MSC, SALINE = ARMS
SIZE = PROTOCOL.registry.enrolment
LISTS = 4_000
Z = 4.5  # standard errors that an average may be off
FEW = 20
LEAST_P = 1e-4
FORESEEN_MARGIN = 0.01


@dataclass(frozen=True)
class Drawn:
    """One list, as far as its properties need it."""

    arms: tuple[str, ...]
    blocks: tuple[tuple[str, ...], ...]

    @property
    def leads(self) -> list[int]:
        """By how many MSC is ahead after each place."""
        signs = (1 if arm == MSC else -1 for arm in self.arms)
        return list(itertools.accumulate(signs))

    @property
    def runs(self) -> list[int]:
        """Lengths of the stretches of one arm."""
        return [len(list(run)) for _arm, run in itertools.groupby(self.arms)]

    @property
    def certain(self) -> float:
        """Share of the places that an observer of the earlier arms is sure of."""
        sizes = sizes_of(self.scheme)
        odds = next_arm_odds(self.arms, sizes=sizes, arms=ARMS)
        return mean(map(is_certain, odds))

    @property
    def right(self) -> float:
        """Share of the places guessed by naming the arm that lags; a draw is a half."""
        results = []
        for lead, arm in zip([0, *self.leads], self.arms, strict=False):
            lagging = SALINE if lead > 0 else MSC
            results.append(0.5 if lead == 0 else float(arm == lagging))
        return mean(results)

    scheme: str = ""


def sizes_of(scheme: str) -> tuple[int, ...]:
    """Read `{4,6}`."""
    return tuple(int(size) for size in scheme.strip("{}").split(","))


@cache
def drawn(scheme: str) -> tuple[Drawn, ...]:
    """Draw the lists of a scheme."""
    return tuple(_drawn(scheme, seed) for seed in range(LISTS))


def _drawn(scheme: str, seed: int) -> Drawn:
    sizes = sizes_of(scheme)
    rows = generate(seed=f"{seed}", block_sizes=sizes, arms=ARMS, size=SIZE)
    blocks = itertools.groupby(rows, key=lambda row: row.block)
    return Drawn(
        tuple(row.arm for row in rows),
        tuple(tuple(row.arm for row in block) for _number, block in blocks),
        scheme,
    )


def near(results: Iterable[float], value: float) -> None:
    """Hold an average against its exact value."""
    values = list(results)
    error = pstdev(values) / sqrt(len(values))
    # The value itself is written with ten decimals, or exactly.
    assert abs(mean(values) - value) <= Z * error + 1e-9


def as_often(hits: int, of: int, chance: float) -> None:
    """Hold a count against its exact chance; rare hits follow Poisson's law."""
    hope = of * chance
    if hope * (1 - chance) > FEW:
        assert abs(hits - hope) <= Z * sqrt(hope * (1 - chance))
    elif chance > 1 / 2:
        as_often(of - hits, of, 1 - chance)
    else:
        below = sum(exp(-hope) * hope**k / factorial(k) for k in range(hits))
        assert 1 - below > LEAST_P


def chi_square_p(counts: Iterable[int], expected: Iterable[float]) -> float:
    """Return the upper tail of the chi-square test (Wilson and Hilferty)."""
    pairs = list(zip(counts, expected, strict=True))
    chi2 = sum((count - hope) ** 2 / hope for count, hope in pairs)
    freedom = len(pairs) - 1
    if not freedom:
        return 1.0
    scale = 2 / (9 * freedom)
    z = ((chi2 / freedom) ** (1 / 3) - (1 - scale)) / sqrt(scale)
    return 1 - NormalDist().cdf(z)


def number_of_blocks(scheme: str, value: float, blocks: str) -> None:
    hits = sum(
        len(allocation_list.blocks) == int(blocks) for allocation_list in drawn(scheme)
    )
    as_often(hits, LISTS, value)


def mean_number_of_blocks(scheme: str, value: float) -> None:
    near((len(allocation_list.blocks) for allocation_list in drawn(scheme)), value)


def acceptance(scheme: str, value: float) -> None:
    sizes = sizes_of(scheme)
    rounds = (draw_round(Stream(f"{seed}"), sizes, SIZE) for seed in range(LISTS))
    as_often(sum(sum(sizes) == SIZE for sizes in rounds), LISTS, value)


def mean_number_of_runs(scheme: str, value: float) -> None:
    near((len(allocation_list.runs) for allocation_list in drawn(scheme)), value)


def largest_imbalance(scheme: str, value: float) -> None:
    assert value == max(sizes_of(scheme)) / 2
    assert (
        max(
            abs(lead)
            for allocation_list in drawn(scheme)
            for lead in allocation_list.leads
        )
        <= value
    )


def longest_run(scheme: str, value: float) -> None:
    assert value == max(sizes_of(scheme))
    assert (
        max(run for allocation_list in drawn(scheme) for run in allocation_list.runs)
        <= value
    )


def imbalance_reached(scheme: str, value: float, imbalance: str) -> None:
    reached = sum(
        max(map(abs, allocation_list.leads)) == int(imbalance)
        for allocation_list in drawn(scheme)
    )
    as_often(reached, LISTS, value)


def first_is_msc(scheme: str, value: float) -> None:
    as_often(
        sum(allocation_list.arms[0] == MSC for allocation_list in drawn(scheme)),
        LISTS,
        value,
    )


def each_place_is_msc(scheme: str, value: float) -> None:
    for place in range(SIZE):
        as_often(
            sum(
                allocation_list.arms[place] == MSC for allocation_list in drawn(scheme)
            ),
            LISTS,
            value,
        )


def certain_to_an_observer(scheme: str, value: float) -> None:
    share = mean(allocation_list.certain for allocation_list in drawn(scheme))
    assert share == pytest.approx(value, abs=FORESEEN_MARGIN)


def guessed_by_an_observer(scheme: str, value: float) -> None:
    share = mean(allocation_list.right for allocation_list in drawn(scheme))
    assert share == pytest.approx(value, abs=FORESEEN_MARGIN)


def arrangements(scheme: str) -> list[tuple[str, ...]]:
    """Return every arrangement of a block, such as `block of 4`."""
    size = int(re.findall(r"\d+", scheme)[0])
    return [
        tuple(MSC if place in msc_places else SALINE for place in range(size))
        for msc_places in itertools.combinations(range(size), size // 2)
    ]


def number_of_arrangements(scheme: str, value: float) -> None:
    assert len(arrangements(scheme)) == value


def certain_in_a_block(scheme: str, value: float) -> None:
    assert mean(
        sum(map(is_certain, _in_block(block))) for block in arrangements(scheme)
    ) == pytest.approx(value, abs=1e-9)


def guessed_in_a_block(scheme: str, value: float) -> None:
    assert mean(
        sum(max(odds.values()) for odds in _in_block(block))
        for block in arrangements(scheme)
    ) == pytest.approx(value, abs=1e-9)


def _in_block(block: tuple[str, ...]) -> Iterator[dict[str, float]]:
    return map(dict, next_arm_odds(block, sizes=[len(block)], arms=ARMS))


SIMULATED = r"\(simulated, \+-0\.002\)"
PROPERTIES: dict[str, Callable[..., None]] = {
    r"P\(number of blocks = (\d+)\)": number_of_blocks,
    r"mean number of blocks": mean_number_of_blocks,
    r"acceptance probability of one rejection round": acceptance,
    r"mean number of runs": mean_number_of_runs,
    r"max possible \|nMSC-nSALINE\| at any point": largest_imbalance,
    r"max possible run length": longest_run,
    r"P\(max \|imbalance\| over the list = (\d+)\)": imbalance_reached,
    r"P\(first allocation = MSC\)": first_is_msc,
    r"P\(allocation at position i = MSC\), every i": each_place_is_msc,
    r"share of allocations certain to a fully unblinded observer .*": (
        certain_to_an_observer
    ),
    r"share guessed correctly by that observer .*": guessed_by_an_observer,
    r"number of equally likely arrangements": number_of_arrangements,
    r"mean allocations certain in advance": certain_in_a_block,
    r"mean correct guesses, convergence strategy": guessed_in_a_block,
}


@pytest.mark.slow
@pytest.mark.verifies("RAN-01", "RND-02", "RND-04")
@each_case(FILE, key="property")
def test_property_of_a_scheme(case: Case) -> None:
    for pattern, holds in PROPERTIES.items():
        if match := re.fullmatch(pattern, case["property"]):
            holds(case["scheme"], float(case["value"]), *match.groups())
            return
    pytest.fail(f"no such property is known: {case['property']}")


def schemes() -> list[str]:
    """Return the schemes of the file of which lists can be drawn."""
    path = folder() / FILE
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        schemes = [row["scheme"] for row in csv.DictReader(file)]
    return [scheme for scheme in dict.fromkeys(schemes) if scheme.startswith("{")]


@pytest.mark.slow
@pytest.mark.verifies("RAN-01", "RND-02")
@pytest.mark.parametrize("scheme", schemes())
def test_lists_of_a_scheme_are_balanced_and_their_blocks_uniform(scheme: str) -> None:
    for allocation_list in drawn(scheme):
        assert len(allocation_list.arms) == SIZE
        assert allocation_list.arms.count(MSC) == SIZE / 2
        assert all(
            block.count(MSC) == len(block) / 2 for block in allocation_list.blocks
        )
        assert {len(block) for block in allocation_list.blocks} <= set(sizes_of(scheme))
    blocks = Counter(
        block for allocation_list in drawn(scheme) for block in allocation_list.blocks
    )

    for size in sizes_of(scheme):
        possible = arrangements(f"{size}")
        counts = [blocks[block] for block in possible]
        hope = sum(counts) / len(possible)
        assert chi_square_p(counts, itertools.repeat(hope, len(counts))) > LEAST_P


@pytest.mark.slow
@pytest.mark.verifies("RND-04")
@pytest.mark.parametrize("scheme", schemes())
def test_the_likelier_arm_is_the_one_that_lags(scheme: str) -> None:
    """Bayes' rule and the plain guess agree: no better guess exists."""
    for allocation_list in drawn(scheme)[:200]:
        odds = next_arm_odds(allocation_list.arms, sizes=sizes_of(scheme), arms=ARMS)
        for lead, chances in zip([0, *allocation_list.leads], odds, strict=False):
            ahead = chances[SALINE] - chances[MSC]
            assert (ahead > 0) == (lead > 0)
            assert (ahead < 0) == (lead < 0)
