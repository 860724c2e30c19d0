"""Text from a spreadsheet: its lines, which item each column is, what each cell says.

Headings are read in any language of the site; without them a column is the first item
that reads most of its cells. The person sees which is which, and may say otherwise.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import override

from entry.table.forms.columns import Column
from entry.table.forms.posted import read_cell
from record.casebook import items
from trial_edc.vocabulary import N_

MOST_ROWS, LONGEST = 500, 200_000
MOST_FIELDS = 4500  # the preview is posted whole; settings take 5000 fields
UNIT = "__unit"
UNIT_WORDS = frozenset({"unit", "units", "单位"})
BRACKETS = re.compile(r"[(\[（【](?P<unit>[^)\]）】]*)[)\]）】]")
HALF = 0.5
NOTHING_PASTED = N_("Paste the cells of a spreadsheet first.")
TOO_MUCH = N_("At most %(most)s lines at once. Paste them in parts.")
NO_COLUMN = N_("No column could be read. Say below which item each one is.")


class NotReadable(Exception):
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
class Pasted:
    """A pasted table as it was understood; `mapping` is the item of each column."""

    headings: Sequence[str]
    mapping: Sequence[str]
    lines: Sequence[PastedLine]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return list(zip(self.headings, self.mapping, strict=True))


def read_pasted(
    text: str, columns: Sequence[Column], told: Sequence[str] | None = None
) -> Pasted:
    """Read pasted text; `told` is the item of each column where a person said it.

    Raises `NotReadable` with what to do.
    """
    table = _table(text, _most_rows(columns))
    head = table[0][1]
    by_heading = [_item_of(heading, columns) for heading in head]
    has_head = sum(map(bool, by_heading)) * 2 > len([cell for cell in head if cell])
    rows = table[1:] if has_head else table
    width = max(len(cells) for _number, cells in table)
    known = (by_heading if has_head else []) + [""] * width
    mapping = list(told) if told else _guessed(known[:width], rows, columns)
    mapping = (mapping + [""] * width)[:width]
    if not any(mapping):
        raise NotReadable(NO_COLUMN)
    units = _units_in_headings(head, mapping) if has_head else {}
    headings = head if has_head else [""] * width
    lines = [_line(number, cells, mapping, units) for number, cells in rows]
    return Pasted((headings + [""] * width)[:width], mapping, lines)


def _most_rows(columns: Sequence[Column]) -> int:
    """Return how many rows of these columns one page can send back."""
    fields = sum(2 if len(column.units) > 1 else 1 for column in columns)
    return min(MOST_ROWS, MOST_FIELDS // (fields + 3))


def _table(text: str, most: int) -> list[tuple[int, list[str]]]:
    """Return the lines that hold anything, numbered as they were pasted."""
    text = text.replace("\0", "")
    if not text.strip():
        raise NotReadable(NOTHING_PASTED)
    first = text.strip("\n").partition("\n")[0]
    between = "\t" if "\t" in text else ";" if ";" in first else ","
    lines = csv.reader(StringIO(text[:LONGEST]), delimiter=between)
    table = [
        (number, [cell.strip() for cell in cells])
        for number, cells in enumerate(lines, 1)
        if any(cell.strip() for cell in cells)
    ]
    if len(table) > most + 1 or len(text) > LONGEST:
        raise NotReadable(TOO_MUCH, most=most)
    return table


def _sign(text: str) -> str:
    plain = unicodedata.normalize("NFKC", BRACKETS.sub("", text)).casefold()
    return re.sub(r"[\s_:?？•*]", "", plain)


def _names(column: Column) -> Iterator[str]:
    yield _sign(column.name)
    for language, _name in settings.LANGUAGES:
        with override(language):
            yield _sign(str(column.item.verbose_name))


def _item_of(heading: str, columns: Sequence[Column]) -> str:
    """Return the item that a heading names, or the unit beside a laboratory value."""
    wanted = _sign(heading)
    if not wanted:
        return ""
    if wanted in UNIT_WORDS:
        lab = next((one for one in columns if len(one.units) > 1), None)
        own = next((one.name for one in columns if wanted in set(_names(one))), "")
        return own or (f"{lab.name}{UNIT}" if lab else "")
    exact = (one.name for one in columns if wanted in set(_names(one)))
    part = (
        one.name
        for one in columns
        if any(wanted in name or name in wanted for name in _names(one))
    )
    return next(exact, "") or next(part, "")


def _guessed(
    known: Sequence[str],
    rows: Sequence[tuple[int, list[str]]],
    columns: Sequence[Column],
) -> list[str]:
    """Return the item of each column: as its heading says, else as its cells read."""
    mapping: list[str] = []
    for place, name in enumerate(known):
        taken = {*mapping, *known[place:]} - {""}
        cells = [cells[place] for _n, cells in rows if place < len(cells)]
        filled = [cell for cell in cells if cell]
        is_free = bool(name) and name not in mapping
        guess = name if is_free else _reading(filled, columns, taken)
        mapping.append(guess)
    return mapping


def _reading(cells: Sequence[str], columns: Sequence[Column], taken: set[str]) -> str:
    if not cells:
        return ""
    for column in columns:
        is_free = column.is_editable and column.name not in taken
        is_told = is_free and not isinstance(column.item, items.Text | items.File)
        if is_told and sum(_reads(column, one) for one in cells) > len(cells) * HALF:
            return column.name
    for column in columns:
        sides = {_sign(unit) for unit in column.units}
        if column.name + UNIT not in taken and sides.issuperset(map(_sign, cells)):
            return column.name + UNIT
    return ""


def _reads(column: Column, text: str) -> bool:
    try:
        read_cell(column, [text])
    except ValidationError:
        return False
    return True


def _units_in_headings(head: Sequence[str], mapping: Sequence[str]) -> dict[str, str]:
    """Return the units that stand in brackets behind a heading."""
    return {
        name: match["unit"]
        for heading, name in zip(head, mapping, strict=False)
        if name and (match := BRACKETS.search(heading))
    }


def _line(
    number: int, cells: Sequence[str], mapping: Sequence[str], units: Mapping[str, str]
) -> PastedLine:
    told = [(name, cell) for name, cell in zip(mapping, cells, strict=False) if name]
    beside = {n.removesuffix(UNIT): c for n, c in told if n.endswith(UNIT) and c}
    texts = {name: cell for name, cell in told if not name.endswith(UNIT) and cell}
    return PastedLine(number, texts, {**units, **beside})
