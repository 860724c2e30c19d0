"""Text as people, spreadsheets and laboratories write it: one reading everywhere; pure.

`plain` is how numbers, dates, identifiers and words of a list are read, `written` how
words are kept. Both drop what cannot be seen; a message names what looks like nothing
or like something else.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from trial_edc.vocabulary import N_

LONGEST = 2000  # characters of a text, where an item or field says nothing else
LONGEST_REASON = 500
MAX_SHOWN = 80  # characters of a text in a message
MAX_NAMED = 3

# Default_Ignorable_Code_Point of Unicode, and the marks of annotations: zero-width
# spaces, soft hyphens, direction marks, byte-order marks, variation selectors, fillers.
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
LINE_BREAK = re.compile("\r\n?|[\v\u2028\u2029]")
# Extended_Pictographic of Unicode, as far as the font of the documents has none of it.
PICTOGRAPH = re.compile(
    "[\u2139\u21a9\u21aa\u231a\u231b\u2328\u23cf\u23e9-\u23f3\u23f8-\u23fa\u25fb-\u25fe"
    "\u2604\u2611\u2614\u2615\u2618\u2620\u2622\u2623\u2626\u262a\u262e\u2638-\u263a\u2648-\u2653"
    "\u265f\u267e\u267f\u2692-\u2697\u2699\u269b\u269c\u26a1\u26a7\u26aa\u26ab\u26b0\u26b1\u26c4"
    "\u26c5\u26c8\u26ce\u26cf\u26d1\u26d3\u26d4\u26e9\u26ea\u26f0-\u26f5\u26f7-\u26fa\u26fd\u2705"
    "\u2708-\u270d\u270f\u2712\u2714\u2716\u271d\u2721\u2728\u2733\u2734\u2744\u2747\u274c\u274e"
    "\u2753-\u2755\u2757\u2763\u2764\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55"
    "\U0001f000-\U0001faff]"
)
LOST = "\ufffd"  # stands where a text was decoded wrongly
IDEOGRAPHIC_POINT = re.compile(r"(?<=[0-9])。(?=[0-9])")
PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_DASHES = dict.fromkeys("‐‒–—―−⁃˗", "-")
_POWERS = {power: f"^{digit}" for digit, power in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
_OTHERS = {"∶": ":", "\u2800": " "}
_FOLDS = str.maketrans({**_DASHES, **_POWERS, **_OTHERS})
# Letters of other alphabets, and small capitals, that look like Latin ones.
_LOOK_ALIKE = str.maketrans(
    "АВЕЅІЈКМНОРСТХУҮԌԚԜѴӀԁавеһіјкӏмнопрԛѕстухѵԝгьΑΒΕΖΗΙΚΜΝΟΡΤΥ"
    "ΧϹαβεικηνορτυχϲϳıɩɑɡłøđᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ",
    "ABESIJKMHOPCTXYYGQWVIdabehijklmhonpqsctyxvwrbABEZHIKMNOPTY"
    "XCabeiknvoptuxcjiiaglodabcdefghijklmnoprstuvwyz",
)
_PLAIN_SCRIPTS = ("LATIN", "CJK", "FULLWIDTH", "IDEOGRAPHIC", "MICRO", "GREEK SMALL")


class UnfitText(ValueError):
    """A text that cannot be kept; `message` with `details` says why, for people."""

    def __init__(self, message: str, details: Mapping[str, Any]) -> None:
        super().__init__(message % details)
        self.message, self.details = message, details


def plain(text: str) -> str:
    """The text in plain letters, digits, dashes and single spaces.

    A power keeps its meaning: `10²` becomes `10^2`, never 102.
    """
    visible = INVISIBLE.sub("", text).translate(_FOLDS)
    folded = unicodedata.normalize("NFKC", visible).translate(_FOLDS)
    return " ".join(INVISIBLE.sub("", folded).split())


def comparison_key(text: str) -> str:
    """What is equal for words that mean the same: without case, any mu as u."""
    return plain(text).casefold().replace("μ", "u")


def in_latin_letters(text: str) -> str:
    """What somebody reads who takes each letter for the Latin one that it looks like.

    Marks over and through letters are dropped.
    """
    letters = unicodedata.normalize("NFKD", text)
    unmarked = "".join(c for c in letters if unicodedata.category(c) != "Mn")
    return unmarked.translate(_LOOK_ALIKE)


def identifier(text: str) -> str:
    """A number that names a person or thing, without spaces and case."""
    return plain(text).replace(" ", "").upper()


def plain_number(text: str) -> str:
    """A number in plain digits, with or without decimals; "" for what is none."""
    number = IDEOGRAPHIC_POINT.sub(".", plain(text))
    return number if PLAIN_NUMBER.fullmatch(number) and not has_odd_digit(text) else ""


def has_odd_digit(text: str) -> bool:
    """A digit of another kind, such as ① or ₂; a power is no digit of a number."""
    return any(c.isdigit() and not c.isdecimal() and plain(c).isdigit() for c in text)


def written(text: str) -> str:
    """Words as they are kept; "" for what cannot be seen at all."""
    kept = INVISIBLE.sub("", LINE_BREAK.sub("\n", text)).strip()
    return kept if plain(kept) else ""


def fit_text(text: str, longest: int = LONGEST) -> str:
    """Words as they are kept. Raises `UnfitText`."""
    words = written(text)
    if len(words) > longest:
        message = N_("At most %(longest)s characters; this text has %(length)s.")
        raise UnfitText(message, {"longest": longest, "length": len(words)})
    if character := next(filter(_is_unprintable, words), None):
        message = N_("Remove the character that cannot be printed: %(character)s.")
        raise UnfitText(message, {"character": character_name(character)})
    return words


def unfit_text(text: str, longest: int = LONGEST) -> UnfitText | None:
    """Why a text cannot be kept; None for one that can."""
    try:
        fit_text(text, longest)
    except UnfitText as problem:
        return problem
    return None


def _is_unprintable(character: str) -> bool:
    if character in "\n\t":
        return False
    is_none = unicodedata.category(character) in {"Cc", "Cn", "Co", "Cs"}
    return is_none or character == LOST or bool(PICTOGRAPH.match(character))


def character_name(character: str) -> str:
    """Such as `U+200B ZERO WIDTH SPACE`."""
    kinds = {"Cc": "CONTROL CHARACTER", "Co": "PRIVATE USE", "Cs": "SURROGATE"}
    kind = kinds.get(unicodedata.category(character), "NO CHARACTER")
    return f"U+{ord(character):04X} {unicodedata.name(character, kind)}"


def described(entered: object) -> str:
    """What was entered, for a message; behind it the names of its odd characters."""
    text = str(entered)
    odd = [character_name(c) for c in dict.fromkeys(text) if _is_odd(c)]
    shown = "".join("�" if _is_unprintable(c) else c for c in text[:MAX_SHOWN])
    shown += "…" * (len(text) > MAX_SHOWN)
    return f"{shown} [{', '.join(odd[:MAX_NAMED])}]" if odd else shown


def _is_odd(character: str) -> bool:
    if " " <= character <= "~" or character == "\u3000":
        return False
    kind = unicodedata.category(character)[0]
    if kind in "LN":
        return not unicodedata.name(character, "").startswith(_PLAIN_SCRIPTS)
    return kind in "CMZ" or bool(PICTOGRAPH.match(character))
