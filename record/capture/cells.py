"""Texts of table cells, typed or pasted from a spreadsheet, as an item takes them.

`2026/3/8 8:30`, full-width digits, "1.33 mg/dL", an answer's code or its words in any
language of the site, and the codes that say why there is no value. Nothing is guessed:
what could mean two things is refused with a message that says what to write.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from record.casebook import items
from record.casebook.items import Item
from record.casebook.values import MissingCode
from trial_edc.typed_text import comparison_key, described, plain, written
from trial_edc.vocabulary import Codelist

Options = Sequence[tuple[str, str]]  # keys of a register with their names
Read = str | list[str] | tuple[str, str] | MissingCode

_CODES = {code.value: code for code in MissingCode}
_BETWEEN = re.compile(r"[;,、|]")


def read(item: Item, text: str, options: Options = (), unit: str = "") -> Read:
    """Text of a cell as its item parses it; "" where it is empty.

    `unit` is chosen beside the cell, or stands over its column; one in the cell
    itself goes before it. Raises `ValidationError` with what to write instead.
    """
    text = text.strip()
    code = missing_code(item, text)
    return code or _value(item, text, options, unit) if plain(text) else ""


def _value(item: Item, text: str, options: Options, unit: str) -> Read:
    read: Read = text
    match item:
        case items.Lab():
            read = (text, unit) if unit else text
        case items.MultipleChoice():
            read = [_code(item, one) for one in _BETWEEN.split(plain(text)) if one]
        case items.Choice():
            read = _code(item, text)
        case items.User() | items.Listed():
            read = _listed(text, options)
        case items.Text() if (words := written(text).strip('"')) in _CODES:
            read = words
    return read


def missing_code(item: Item, text: str) -> MissingCode | None:
    """In quotation marks a missing code is just words."""
    code = written(text) if isinstance(item, items.Text) else plain(text).upper()
    return _CODES.get(code)


def shown_text(item: Item, text: str) -> str:
    """Quoted where needed, so that it reads back the same."""
    is_like_code = isinstance(item, items.Text) and text in _CODES
    return f'"{text}"' if is_like_code else text


def _code(item: Item, text: str) -> str:
    key = comparison_key(text)
    code = answers(item.facts.terms).get(key) if item.facts.terms else None
    if code is None:
        message = _("“%(entered)s” is not among the answers: %(answers)s.")
        labels = [gettext(term.label) for term in item.facts.terms or ()]
        params = {"entered": described(text), "answers": ", ".join(labels)}
        raise ValidationError(message, "code", params)
    return code


@lru_cache(maxsize=256)
def answers(terms: type[Codelist]) -> Mapping[str, str]:
    codes: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            codes |= {comparison_key(gettext(term.label)): term.value for term in terms}
    return codes | {comparison_key(term.value): term.value for term in terms}


def _listed(text: str, options: Options) -> str:
    typed = comparison_key(text)
    keys = [key for key, name in options if typed in (comparison_key(name), key)]
    if len(keys) != 1:
        message = _("“%(entered)s” is not in the list: %(answers)s.")
        names = ", ".join(name for _key, name in options)
        raise ValidationError(
            message, "code", {"entered": described(text), "answers": names}
        )
    return keys[0]
