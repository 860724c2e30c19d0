"""Randomisation numbers: `R-`, four digits drawn by chance, a check character."""

import random
import re
from collections.abc import Container

from enrollment.screening.rules.participant_numbers import check_letter

SERIALS = 10_000
NUMBER = re.compile(r"R-(?P<digits>\d{4})(?P<letter>[A-Z])", re.ASCII)


def number(serial: int) -> str:
    """Return the randomisation number of a serial: `R-0413` and its check character."""
    return f"R-{serial:04d}{check_letter(serial)}"


def is_number(text: str) -> bool:
    """Tell whether a text is a randomisation number without a slip of the pen."""
    match = NUMBER.fullmatch(text)
    return match is not None and check_letter(int(match["digits"])) == match["letter"]


def draw(source: random.Random, taken: Container[str]) -> str:
    """Draw a number that nobody has; its order tells nothing."""
    while (drawn := number(source.randrange(SERIALS))) in taken:
        pass
    return drawn
