"""Telephone numbers: recognized by a keyed hash, so that none is kept."""

import re

from record.audit.vault import Purpose, keyed_hash

MAX_DIGITS = 11  # digits of a Chinese mobile number, without the country


def digits_of(number: str) -> str:
    """Reduce a number to what its ways of writing have in common.

    `+86 138-0000-1234` and `13800001234` are one line.
    """
    return re.sub(r"[^0-9]", "", number)[-MAX_DIGITS:]


def line_of(number: str) -> str:
    return keyed_hash(Purpose.IDENTITY, f"line {digits_of(number)}")
