"""Text from a spreadsheet: its lines, the item of each column, the text of each cell.

Headings are read in any language of the site; without them a column is the first item
that reads most of its cells. The person sees the choice and may change it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import override

from entry.table.forms.columns import Column
from entry.table.forms.pasted_cells import rows_in
from entry.table.forms.submission import cell_value
from record.casebook import items
from trial_edc.typed_text import comparison_key
from trial_edc.vocabulary import N_

MAX_ROWS, MAX_TEXT_LENGTH = 500, 200_000
MAX_POSTED_FIELDS = 4500  # the preview is posted whole; settings take 5000 fields
UNIT_SUFFIX = "__unit"
UNIT_WORDS = frozenset({"unit", "units", "单位"})
BRACKETS = re.compile(r"[(\[（【](?P<unit>[^)\]）】]*)[)\]）】]")
MIN_SHARE_READABLE = 0.5
NOTHING_PASTED = N_("Paste the cells of a spreadsheet first.")
TOO_MUCH = N_("At most %(most)s lines at once. Paste them in parts.")
NO_COLUMN = N_("No column could be read. Say below which item each one is.")


class UnreadablePaste(Exception):
    """The text cannot be taken as a table; the message is for people."""

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.message, self.details = message, details


@dataclass(frozen=True)
class PastedLine:
    """One pasted row: its number in the text, its cells and units by item."""

    number: int
    texts: Mapping[str, str]
    units: Mapping[str, str]


@dataclass(frozen=True)
class PastedTable:
    """A pasted table as it was understood; `mapping` is the item of each column."""

    headings: Sequence[str]
    mapping: Sequence[str]
    lines: Sequence[PastedLine]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return list(zip(self.headings, self.mapping, strict=True))


def read_pasted(
    text: str, columns: Sequence[Column], chosen_items: Sequence[str] | None = None
) -> PastedTable:
    """`chosen_items`: the item of each column, as the person chose it in the preview.

    Raises `UnreadablePaste` with what to do.
    """
    table = _table(text, _max_rows(columns))
    head = table[0][1]
    by_heading = [_item_of(heading, columns) for heading in head]
    has_head = sum(map(bool, by_heading)) * 2 > len([cell for cell in head if cell])
    rows = table[1:] if has_head else table
    width = max(len(cells) for _number, cells in table)
    items = (by_heading if has_head else []) + [""] * width
    mapping = (
        list(chosen_items)
        if chosen_items
        else _items_of_columns(items[:width], rows, columns)
    )
    mapping = (mapping + [""] * width)[:width]
    if not any(mapping):
        raise UnreadablePaste(NO_COLUMN)
    units = _units_in_headings(head, mapping) if has_head else {}
    headings = head if has_head else [""] * width
    lines = [_line(number, cells, mapping, units) for number, cells in rows]
    return PastedTable((headings + [""] * width)[:width], mapping, lines)


def _max_rows(columns: Sequence[Column]) -> int:
    fields = sum(2 if len(column.units) > 1 else 1 for column in columns)
    return min(MAX_ROWS, MAX_POSTED_FIELDS // (fields + 3))


def _table(text: str, max_rows: int) -> list[tuple[int, list[str]]]:
    """The lines that hold anything, numbered as they were pasted."""
    text = text.replace("\0", "")
    if not text.strip():
        raise UnreadablePaste(NOTHING_PASTED)
    first = text.strip("\n").partition("\n")[0]
    delimiter = "\t" if "\t" in text else ";" if ";" in first else ","
    lines = rows_in(text[:MAX_TEXT_LENGTH], delimiter)
    table = [
        (number, [cell.strip() for cell in cells])
        for number, cells in enumerate(lines, 1)
        if any(cell.strip() for cell in cells)
    ]
    if len(table) > max_rows + 1 or len(text) > MAX_TEXT_LENGTH:
        raise UnreadablePaste(TOO_MUCH, most=max_rows)
    return table


def _comparable(text: str) -> str:
    plain = comparison_key(BRACKETS.sub("", text))
    return re.sub(r"[\s_:?？•*]", "", plain)


def _names(column: Column) -> Iterator[str]:
    yield _comparable(column.name)
    for language, _name in settings.LANGUAGES:
        with override(language):
            yield _comparable(str(column.item.verbose_name))


def _item_of(heading: str, columns: Sequence[Column]) -> str:
    """The item that a heading names, or the unit beside a laboratory value; else ""."""
    text = _comparable(heading)
    if not text:
        return ""
    exact = (column.name for column in columns if text in set(_names(column)))
    if text in UNIT_WORDS:
        lab = next((column for column in columns if len(column.units) > 1), None)
        return next(exact, "") or (f"{lab.name}{UNIT_SUFFIX}" if lab else "")
    part = (
        column.name
        for column in columns
        if any(text in name or name in text for name in _names(column))
    )
    return next(exact, "") or next(part, "")


def _items_of_columns(
    from_headings: Sequence[str],
    rows: Sequence[tuple[int, list[str]]],
    columns: Sequence[Column],
) -> list[str]:
    """The item of each column: by its heading, else by how its cells read; else ""."""
    mapping: list[str] = []
    for place, name in enumerate(from_headings):
        used = {*mapping, *from_headings[place:]} - {""}
        cells = [cells[place] for _n, cells in rows if place < len(cells)]
        filled = [cell for cell in cells if cell]
        is_free = bool(name) and name not in mapping
        guess = name if is_free else _item_that_reads(filled, columns, used)
        mapping.append(guess)
    return mapping


def _item_that_reads(
    cells: Sequence[str], columns: Sequence[Column], used: set[str]
) -> str:
    if not cells:
        return ""
    for column in columns:
        is_text = isinstance(column.item, items.Text | items.File)
        if not column.is_editable or is_text or column.name in used:
            continue
        readable = sum(_reads(column, cell) for cell in cells)
        if readable > len(cells) * MIN_SHARE_READABLE:
            return column.name
    texts = set(map(_comparable, cells))
    for column in columns:
        name, units = column.name + UNIT_SUFFIX, set(map(_comparable, column.units))
        if name not in used and units.issuperset(texts):
            return name
    return ""


def _reads(column: Column, text: str) -> bool:
    try:
        cell_value(column, [text])
    except ValidationError:
        return False
    return True


def _units_in_headings(head: Sequence[str], mapping: Sequence[str]) -> dict[str, str]:
    return {
        name: match["unit"]
        for heading, name in zip(head, mapping, strict=False)
        if name and (match := BRACKETS.search(heading))
    }


def _line(
    number: int, cells: Sequence[str], mapping: Sequence[str], units: Mapping[str, str]
) -> PastedLine:
    filled = [
        (name, cell)
        for name, cell in zip(mapping, cells, strict=False)
        if name and cell
    ]
    unit_cells = {
        name.removesuffix(UNIT_SUFFIX): cell
        for name, cell in filled
        if name.endswith(UNIT_SUFFIX)
    }
    texts = {name: cell for name, cell in filled if not name.endswith(UNIT_SUFFIX)}
    return PastedLine(number, texts, {**units, **unit_cells})
