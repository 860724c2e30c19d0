"""Randomization numbers: `R-`, four digits drawn by chance, a check character."""

import random
import re
from collections.abc import Container

from enrollment.screening.rules.participant_numbers import check_letter

SERIALS = 10_000
NUMBER = re.compile(r"R-(?P<digits>\d{4})(?P<letter>[A-Z])", re.ASCII)


def number(serial: int) -> str:
    """Serial 413 is `R-0413` with its check character."""
    return f"R-{serial:04d}{check_letter(serial)}"


def is_number(text: str) -> bool:
    match = NUMBER.fullmatch(text)
    return match is not None and check_letter(int(match["digits"])) == match["letter"]


def draw(source: random.Random, used: Container[str]) -> str:
    """A code not yet used, drawn by chance so that its order tells nothing."""
    while (code := number(source.randrange(SERIALS))) in used:
        pass
    return code
