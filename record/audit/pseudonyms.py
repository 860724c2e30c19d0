"""Pseudonyms of participants: whom a restricted row is about, for who has the key.

A key of a participant is exchanged for a number of one length by a Feistel network
whose rounds are keyed hashes (Luby and Rackoff, SIAM J Comput 1988;17:373-86). All
restricted rows of a participant have one pseudonym, so the application finds them.
"""

import hmac
from functools import lru_cache

from record.audit.vault import Purpose, hashing_key

HALF_BITS = 26
HALF = (1 << HALF_BITS) - 1
ROUNDS = 10
PSEUDONYMS = range(1 << 2 * HALF_BITS, 1 << 2 * HALF_BITS + 1)  # no key is as high


def pseudonym_of(participant_id: int) -> int:
    return PSEUDONYMS.start + _pseudonym(participant_id, hashing_key(Purpose.PRODUCT))


def participant_behind(stored_id: int) -> int:
    """The key of a participant; of one that is no pseudonym it is the key itself."""
    if stored_id not in PSEUDONYMS:
        return stored_id
    return _participant(stored_id - PSEUDONYMS.start, hashing_key(Purpose.PRODUCT))


@lru_cache(4096)
def _pseudonym(number: int, key: bytes) -> int:
    left, right = number >> HALF_BITS, number & HALF
    for turn in range(ROUNDS):
        left, right = right, left ^ _round(turn, right, key)
    return left << HALF_BITS | right


@lru_cache(4096)
def _participant(number: int, key: bytes) -> int:
    left, right = number >> HALF_BITS, number & HALF
    for turn in reversed(range(ROUNDS)):
        left, right = right ^ _round(turn, left, key), left
    return left << HALF_BITS | right


def _round(turn: int, half: int, key: bytes) -> int:
    digest = hmac.digest(key, f"participant:{turn}:{half}".encode(), "sha256")
    return int.from_bytes(digest[:4]) & HALF
