"""Words that tell an arm, in texts that blinded people read; pure.

A text is read as a person reads it on a page: what cannot be seen, marks over letters,
letters of other alphabets that look the same, traditional characters, entities of HTML
and the ends of lines make no difference.
"""

import html
import re
from functools import lru_cache

from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements
from trial_edc.typed_text import in_latin_letters, plain

LETTER = "[a-z]"
NO_BLOOD_CELL = "(?<!red )(?<!white )(?<!blood )(?<![红白])"
CELL = ("cell", "细胞")
# What may stand between the letters of a word, and between two words.
IN_WORD, IN_CHINESE, BETWEEN = r"(?:[^\w\s]|-?\n)?", r"[\W_]{0,2}", r"[\s_·/-]{0,3}"
TRADITIONAL = str.maketrans(
    "幹乾細間質鹽劑對組療試驗鈉輸懸濁實預與凍產製號給藥臍帶",
    "干干细间质盐剂对组疗试验钠输悬浊实预与冻产制号给药脐带",
)
# The trial itself has the name of one of its products.
TRIAL = PROTOCOL.registry.other_id.replace("-", "[ -]?")


def _pattern(word: str) -> str:
    before = NO_BLOOD_CELL if word.startswith(CELL) else ""
    if not word.isascii():
        return before + IN_CHINESE.join(word)
    if word.isupper():  # an abbreviation, also with points or spaces in it
        text = r"[\W_]{0,2}".join(word)
    else:
        text = f"(?:{_spelt(word, IN_WORD, BETWEEN)}|{_spelt(word, ' ', ' +')})"
    return f"{before}(?<!{LETTER}){text}(?!{LETTER})"


def _spelt(word: str, in_word: str, between: str) -> str:
    return between.join(in_word.join(part) for part in word.split(" "))


def _compiled(words: tuple[str, ...]) -> re.Pattern[str]:
    patterns = "|".join(_pattern(word.translate(TRADITIONAL)) for word in words)
    return re.compile(f"{TRIAL}(?![0-9])|({patterns})", re.IGNORECASE)


_WORDS = PROTOCOL.blinding.revealing_words
_REVEALING = _compiled(_WORDS)
_REVEALING_AS_MEDICINE = _compiled(
    tuple(word for word in _WORDS if word not in PROTOCOL.blinding.medicines)
)


@implements("RND-05")
@lru_cache(maxsize=128)  # the rows of a file have one reason
def revealing_word(text: str, *, is_medicine: bool = False) -> str:
    """The first word of a text that tells an arm; "" when none does.

    `is_medicine`: the text names a medicine, which may be one that is an arm, too.
    """
    pattern = _REVEALING_AS_MEDICINE if is_medicine else _REVEALING
    matches = pattern.finditer(_as_read(text))
    return next((match[1] for match in matches if match[1]), "")


def _as_read(text: str) -> str:
    written_out = html.unescape(html.unescape(text))
    lines = "\n".join(map(plain, written_out.splitlines()))
    return in_latin_letters(lines).translate(TRADITIONAL)
