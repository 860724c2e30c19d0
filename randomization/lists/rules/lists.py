"""The allocation list: how it is drawn, written and hashed (randomized, parallel, 1:1).

Block sizes come from the list custodian each time; no file of the project names any.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from randomization.lists.rules.chance_stream import Stream
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_

ALGORITHM = "permuted-blocks/1"
HEADER = "seq,block,block_size,arm"


MIN_ACCEPTANCE_PROBABILITY = (
    1e-3  # of the rounds; with less the drawing would go on for ever
)


class UnusableBlocks(Exception):
    """No list of the wanted length can be drawn with these block sizes."""

    def __init__(self, message: str, **details: int) -> None:
        super().__init__(message % details)
        self.message, self.details = message, details


@dataclass(frozen=True, slots=True)
class ListRow:
    """One line of the list."""

    seq: int
    block: int
    block_size: int
    arm: str

    def __str__(self) -> str:
        return f"{self.seq},{self.block},{self.block_size},{self.arm}"


@implements("RAN-01", "RND-03")
def generate(
    *, seed: str, block_sizes: Iterable[int], arms: Sequence[str], size: int
) -> tuple[ListRow, ...]:
    """Draw a list of permuted blocks of random sizes.

    Sizes are drawn independently and uniformly until they add up to `size` or more,
    and drawn anew unless they add up exactly. Each block holds every arm equally often,
    in uniform order. The same seed, sizes, arms and length give the same list.
    """
    sizes = sorted(set(block_sizes))
    require_usable(sizes, arms=len(arms), size=size)
    stream = Stream(seed)
    rows: list[ListRow] = []
    for number, block_size in enumerate(draw_block_sizes(stream, sizes, size), 1):
        balanced = sorted(arms) * (block_size // len(arms))
        for arm in stream.shuffled(balanced):
            rows.append(ListRow(len(rows) + 1, number, block_size, arm))
    return tuple(rows)


def draw_block_sizes(stream: Stream, sizes: Sequence[int], total: int) -> list[int]:
    """Draw block sizes until a round of them adds up to the total exactly."""
    while sum(sizes_drawn := draw_round(stream, sizes, total)) != total:
        pass
    return sizes_drawn


def draw_round(stream: Stream, sizes: Sequence[int], total: int) -> list[int]:
    """Draw block sizes until they add up to the total or more."""
    drawn: list[int] = []
    while sum(drawn) < total:
        drawn.append(stream.choice(sizes))
    return drawn


def require_usable(sizes: Sequence[int], *, arms: int, size: int) -> None:
    """Refuse sizes that are unbalanced or (almost) never add up to the length."""
    if not sizes or any(block_size <= 0 or block_size % arms for block_size in sizes):
        message = N_("Each block size must be a positive multiple of %(arms)s.")
        raise UnusableBlocks(message, arms=arms)
    if acceptance_probability(sizes, size) < MIN_ACCEPTANCE_PROBABILITY:
        message = N_("These block sizes never or hardly ever add up to %(size)s.")
        raise UnusableBlocks(message, size=size)


def acceptance_probability(sizes: Sequence[int], total: int) -> float:
    """Probability that a round of sizes adds up to the total exactly."""
    probabilities = [1.0]  # by total
    for places in range(1, total + 1):
        weight = sum(probabilities[places - size] for size in sizes if size <= places)
        probabilities.append(weight / len(sizes))
    return probabilities[total]


@implements("RAN-02")
def canonical(rows: Iterable[ListRow]) -> str:
    """The one way of writing a list: UTF-8, LF, header, rows, trailing LF."""
    return "".join(f"{line}\n" for line in (HEADER, *rows))


def digest(text: str) -> str:
    """SHA-256 of a canonical list, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def rows_of(text: str) -> Iterator[ListRow]:
    for line in text.splitlines()[1:]:
        seq, block, block_size, arm = line.split(",")
        yield ListRow(int(seq), int(block), int(block_size), arm)


@implements("RAN-04")
def commitment(nonce: str, text: str) -> str:
    """SHA-256 of the nonce (256 bits, hexadecimal) and the canonical list.

    Published when the list is sealed. Without the secret nonce the last unknown arms
    could be found by trying all; with it anyone can check the list at the end.
    """
    return hashlib.sha256(bytes.fromhex(nonce) + text.encode()).hexdigest()
