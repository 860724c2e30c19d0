"""Telephone numbers: how they are written, dialled and recognized.

A number is recognized by its last digits, however it was written, with or without its
country: to take one line for another costs a reminder, to miss one an opt-out.
"""

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from record.audit.vault import Purpose, keyed_hash
from trial_edc.typed_text import plain

REGION = "CN"  # of a number that names no country
COMPARED_DIGITS = 11  # a Chinese mobile number without its country
WRITTEN = re.compile(
    r"\+?\(?[0-9][0-9 ().·-]{4,20}[0-9](\s*(转|ext\.?|#)\s*[0-9]{1,6})?"
)


def is_written_as_number(text: str) -> bool:
    """Digits with what people put between them, and an extension."""
    return WRITTEN.fullmatch(plain(text)) is not None


def dialled(number: str) -> str | None:
    """The number as a gateway takes it: E.164, such as +8613800001234.

    One that no numbering plan knows is dialled as it is written; None for no number.
    """
    if not is_written_as_number(number):
        return None
    parsed = _parsed(number)
    if parsed is not None and phonenumbers.is_valid_number(parsed):
        return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    sign = "+" if plain(number).startswith("+") else ""
    return sign + _digits(number)


def _parsed(number: str) -> phonenumbers.PhoneNumber | None:
    text = plain(number).replace("·", "-").replace("转", " ext ")
    try:
        return phonenumbers.parse(text, REGION)
    except NumberParseException:
        return None


def _digits(number: str) -> str:
    return re.sub(r"[^0-9]", "", plain(number))


def endings(number: str) -> frozenset[str]:
    """The last digits of a number: as written, with its country, and within it."""
    forms, parsed = [number], _parsed(number)
    if parsed is not None:
        forms += [
            phonenumbers.format_number(parsed, form)
            for form in (PhoneNumberFormat.E164, PhoneNumberFormat.NATIONAL)
        ]
    digits = (_digits(form)[-COMPARED_DIGITS:] for form in forms)
    return frozenset(filter(None, digits))


def line_of(number: str) -> str:
    """A keyed hash of the last digits dialled: it finds a number without keeping it."""
    return _hash(_digits(number)[-COMPARED_DIGITS:])


def lines_of(number: str) -> list[str]:
    """The hashes under which a number may have been dialled."""
    return [_hash(ending) for ending in sorted(endings(number))]


def _hash(ending: str) -> str:
    return keyed_hash(Purpose.IDENTITY, f"line {ending}")
