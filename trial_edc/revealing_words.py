"""Words that tell an arm, in texts that blinded people read; pure."""

import re

from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements
from trial_edc.typed_text import plain

LETTER = "[a-z0-9]"
NO_BLOOD_CELL = "(?<!red )(?<!white )(?<!blood )(?<![红白紅])"
CELL = ("cell", "细胞", "細胞")
# The trial itself has the name of one of its products.
TRIAL = re.escape(PROTOCOL.registry.other_id)


def _pattern(word: str) -> str:
    before = NO_BLOOD_CELL if word.startswith(CELL) else ""
    if not word.isascii():
        return before + "[ ]?".join(word)
    text = re.escape(word)
    if word.isupper():  # an abbreviation, also with points or spaces in it
        text = "[ .-]?".join(word)
    return f"{before}(?<!{LETTER}){text.replace(re.escape(' '), '[ -]?')}(?!{LETTER})"


_REVEALING = re.compile(
    f"{TRIAL}|({'|'.join(map(_pattern, PROTOCOL.blinding.revealing_words))})",
    re.IGNORECASE,
)


@implements("RND-05")
def revealing_word(text: str) -> str:
    """The first word of a text that tells an arm; "" when none does.

    The text is read as everything typed is: full-width letters, what cannot be seen
    and the case make no difference.
    """
    matches = _REVEALING.finditer(plain(text))
    return next((match[1] for match in matches if match[1]), "")
