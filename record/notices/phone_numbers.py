"""Telephone numbers: one form for all ways of writing them, and their keyed hash."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from record.audit.vault import Purpose, keyed_hash

REGION = "CN"  # of a number that names no country
HASHED_DIGITS = 11  # a Chinese mobile number without its country


def international(number: str) -> str | None:
    """The number as E.164, such as +8613800001234; None for what is no number.

    Its length is checked, not whether a line of that number exists.
    """
    try:
        parsed = phonenumbers.parse(number, REGION)
    except NumberParseException:
        return None
    if _has_words(number) or not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


def _has_words(number: str) -> bool:
    """Letters would be dialled as digits, or passed over as an extension."""
    return any(character.isalpha() for character in number)


def line_of(number: str) -> str:
    """A keyed hash that finds a number without keeping it; few numbers share one."""
    digits = (international(number) or "")[-HASHED_DIGITS:]
    return keyed_hash(Purpose.IDENTITY, f"line {digits}")
