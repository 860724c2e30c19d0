"""Participant numbers: `S-nnn` and a check character, given once for life; pure."""

import re

from trial_edc.typed_text import identifier

# The remainder of the number by 23 picks the letter. Since 23 is prime and no factor of
# 10, any one wrong digit and any two digits exchanged change the letter. The letters
# leave out I, O and U, which are misread. (The scheme of the Spanish identity number.)
CHECK_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
VARIANT = re.compile(
    r"(?:S[-_./]?)?(?P<digits>[0-9]{1,9})[-_./]?(?P<letter>[A-Z])(?:\.[0-9]{1,2})?"
)
NUMBER = re.compile(r"S-(?P<digits>\d{3,})(?P<letter>[A-Z])")


def participant_number(sequence: int) -> str:
    """The 44th person approached is `S-044K`."""
    return f"S-{sequence:03d}{check_letter(sequence)}"


def check_letter(sequence: int) -> str:
    return CHECK_LETTERS[sequence % len(CHECK_LETTERS)]


def typed_number(text: str) -> str:
    """A number, or a part of one, in any width and case, with or without its dash."""
    return re.sub(r"^S-?(?=\d)", "S-", identifier(text), flags=re.ASCII)


def person_number(text: str) -> str:
    """The number of a person as a laboratory may write it, in its one spelling.

    "s 005 m", "S-5M", "005M" and the screening number "S-005M.1" are S-005M; anything
    else stays as it is.
    """
    typed = typed_number(text)
    match = VARIANT.fullmatch(typed)
    if match is None:
        return typed
    return f"S-{int(match['digits']):03d}{match['letter']}"


def is_mistyped(text: str) -> bool:
    match = NUMBER.fullmatch(typed_number(text))
    return match is not None and check_letter(int(match["digits"])) != match["letter"]


def screening_number(number: str, episode: int) -> str:
    """Re-screenings are `.1`, `.2` of the person's number."""
    return number if episode == 1 else f"{number}.{episode - 1}"
