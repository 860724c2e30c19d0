"""Uniform whole numbers from a recorded seed, the same on every machine and version."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

WORD_BYTES = 8
WORDS = 2 ** (8 * WORD_BYTES)

T = TypeVar("T")


class Stream:
    """SHA-256 in counter mode, read as 64-bit words, most significant byte first.

    Word k is the first 8 bytes of SHA-256(seed, ":", k), k from 0, all as ASCII.
    Python's own generators promise no equal `shuffle` from one version to the next;
    this one can be computed again with any language that has SHA-256.
    """

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._drawn = 0

    def below(self, limit: int) -> int:
        """Uniform number from 0 to limit - 1, without modulo bias."""
        accepted = WORDS - WORDS % limit
        while (word := self._word()) >= accepted:
            pass
        return word % limit

    def _word(self) -> int:
        text = f"{self._seed}:{self._drawn}"
        self._drawn += 1
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:WORD_BYTES])

    def choice(self, of: Sequence[T]) -> T:
        return of[self.below(len(of))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Uniform order (Fisher and Yates, from the last down)."""
        order = list(items)
        for last in range(len(order) - 1, 0, -1):
            place = self.below(last + 1)
            order[last], order[place] = order[place], order[last]
        return order
