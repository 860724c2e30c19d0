"""When two participants may be one person; pure."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from trial_edc.typed_text import identifier, in_latin_letters

# Letters that a hand or a printer takes for digits.
LOOK_ALIKE = str.maketrans("OIL", "011")
NO_DIGIT_OR_LETTER = re.compile(r"[\W_]+")
LEADING_LETTERS = re.compile(r"^[^0-9]+")
TRAILING_LETTERS = re.compile(r"[^0-9]+$")
YEARS_APART = 1  # an age that is told again may have had its birthday


def person_key(hospital_no: str) -> str:
    """A hospital number in its one spelling; "" for a text that is none.

    Width, case, spaces and dashes do not count. A number has a digit other than 0.
    """
    folded = _in_plain_digits(identifier(hospital_no)).replace("-", "")
    return folded if re.search("[1-9]", folded) else ""


def _in_plain_digits(text: str) -> str:
    """Digits of any script as those of the Latin one."""
    return "".join(str(int(c)) if c.isdecimal() else c for c in text)


def similar_spellings(key: str) -> frozenset[str]:
    """What is common to keys that may be one number, and may be two.

    Signs, letters before and behind the digits and leading zeros do not count, letters
    of other alphabets are what they look like, and O is 0, I and L are 1: "ZY0012345",
    "ZY/12345" and "12345号" share a spelling, "12346" has another.
    """
    signs_dropped = NO_DIGIT_OR_LETTER.sub("", in_latin_letters(key).upper())
    as_letters = LEADING_LETTERS.sub("", signs_dropped).translate(LOOK_ALIKE)
    as_digits = LEADING_LETTERS.sub("", signs_dropped.translate(LOOK_ALIKE))
    core = TRAILING_LETTERS.sub("", LEADING_LETTERS.sub("", signs_dropped))
    texts = (as_letters, as_digits, core.translate(LOOK_ALIKE))
    spellings = (TRAILING_LETTERS.sub("", text).lstrip("0") for text in texts)
    return frozenset(filter(None, spellings))


def are_near(
    approaches: Iterable[datetime], others: Iterable[datetime], *, days: int
) -> bool:
    """Whether two people were met at most so many days apart, ever."""
    window = timedelta(days=days)
    others = list(others)
    return any(abs(one - other) <= window for one in approaches for other in others)


def are_alike(
    sex: str, age_years: int | None, other_sex: str, other_age_years: int | None
) -> bool:
    """Whether two approaches describe one person, as far as is known without a name."""
    if sex != other_sex or age_years is None or other_age_years is None:
        return False
    return abs(age_years - other_age_years) <= YEARS_APART


def stops(*, is_later: bool, other_is_randomized: bool) -> bool:
    """Whether a question that is not answered “two persons” stops this number.

    One of the two may be randomized: the first, or the one that was randomized already.
    """
    return is_later or other_is_randomized
