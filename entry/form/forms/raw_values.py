"""What the controls of a posted page hold of each item, before it is parsed."""

import re
from typing import Any

from django.http import QueryDict

from record.casebook import items
from record.casebook.items import Item
from record.casebook.values import MissingCode
from trial_edc.typed_text import plain
from trial_edc.vocabulary import N_

REVISION_DIGITS_LIMIT = 10
ROW_COUNTS = frozenset(map(str, range(1000)))
TOO_MANY_ROWS = N_("A small table takes at most 999 rows. Nothing was saved.")
MISSING_CODES = frozenset(code.value for code in MissingCode)
NOT_BOTH = N_("Enter a value, or say why there is none; not both.")
Typed = QueryDict


def revision_in(typed: Typed) -> int:
    """The revision that the page was drawn from; 0 where it has none.

    From 0 every change since counts as somebody else's, so nothing is overwritten.
    """
    text = str(typed.get("based_on", ""))
    return int(text) if text.isdecimal() and len(text) < REVISION_DIGITS_LIMIT else 0


class UnclearInput(Exception):
    """The controls of one item contradict each other; the text is for people."""


def entered_value(item: Item, name: str, typed: Typed) -> Any:
    """Raw text, a missing code, or nothing.

    Raises `KeyError` where the page did not show the item, `UnclearInput` where its
    controls contradict each other.
    """
    if code := typed.get(f"{name}__missing"):
        if any(map(plain, typed.getlist(name))) or _fills_rows(item, name, typed):
            raise UnclearInput(NOT_BOTH)
        if code not in MISSING_CODES:
            raise UnclearInput(N_("Choose one of the list."))
        return MissingCode(code)
    if isinstance(item, items.MultipleChoice):
        if f"{name}__shown" not in typed:
            raise KeyError(name)
        return typed.getlist(name)
    if isinstance(item, items.ItemGroup):
        if not has_rows(name, typed):
            raise KeyError(name)
        _require_row_count(name, typed)
        return typed_rows(item, name, typed)
    if name not in typed and f"{name}__shown" in typed:
        return ""  # radio buttons of which none is chosen
    raw = typed[name]
    if isinstance(item, items.Lab):
        return (raw, typed.get(f"{name}__unit", item.standard_unit)) if raw else None
    return raw


def _fills_rows(item: Item, name: str, typed: Typed) -> bool:
    if not isinstance(item, items.ItemGroup) or not has_rows(name, typed):
        return False
    return any(
        plain(text) for row in typed_rows(item, name, typed) for text in row.values()
    )


def has_rows(name: str, typed: Typed) -> bool:
    return f"{name}__rows" in typed or bool(_row_numbers(name, typed))


def shows_rows(name: str, typed: Typed) -> bool:
    """Whether the rows posted are those of the page; a lost count hides none."""
    return bool(_row_numbers(name, typed)) or typed.get(f"{name}__rows") in ROW_COUNTS


def _row_numbers(name: str, typed: Typed) -> list[int]:
    """The rows of a small table of which anything was posted."""
    matches = (re.fullmatch(rf"{name}-([0-9]{{1,9}})-.+", key) for key in typed)
    return sorted({int(match[1]) for match in matches if match})


def _require_row_count(name: str, typed: Typed) -> None:
    """Refuse where rows would be dropped."""
    count, numbers = typed.get(f"{name}__rows", ""), _row_numbers(name, typed)
    if count not in ROW_COUNTS or any(number >= int(count) for number in numbers):
        raise UnclearInput(TOO_MANY_ROWS)


def typed_rows(item: items.ItemGroup, name: str, typed: Typed) -> list[dict[str, str]]:
    return [
        {column: typed.get(f"{name}-{number}-{column}", "") for column in item.columns}
        for number in _row_numbers(name, typed)
    ]
