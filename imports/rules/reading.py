"""A laboratory's file as a table of texts.

UTF-8 (with or without a mark), UTF-16 or GB 18030, which holds GBK; comma, semicolon,
tab or bar between the cells, or what a first line `sep=` names; quotes as in RFC 4180.
Titles above the heading, empty cells behind it and the wrapping `="…"` of a spreadsheet
are left out. Nothing else in a cell is interpreted here.
"""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import multimode
from typing import Any

from trial_edc.vocabulary import N_

MAX_BYTES = 10_000_000
MAX_ROWS = 50_000
MAX_COLUMNS = 100
MAX_CELL_CHARACTERS = 1000
ENCODINGS = {"utf-8-sig": "UTF-8", "gb18030": "GBK"}
UTF_16 = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
SEPARATORS = ",;\t|"
SEPARATOR_LINE = re.compile(r'\s*"?sep=(.)"?[ \t]*\r?\n', re.IGNORECASE)
WRAPPED = re.compile(r'="(.*)"', re.DOTALL)  # how spreadsheets keep a text a text
SAMPLE_LINES = 200  # enough to see how the columns are parted
Row = tuple[int, tuple[str, ...]]


class UnreadableFile(Exception):
    """A file is no table; the message says why and what to do."""

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message % details)
        self.message, self.details = message, details


@dataclass(frozen=True)
class FileTable:
    """The heading of a file, and its rows, each with the line on which it begins."""

    heading: tuple[str, ...]
    rows: tuple[Row, ...]
    encoding: str
    titles: tuple[Row, ...] = ()  # what stands above the heading


def read_table(content: bytes) -> FileTable:
    """Raises `UnreadableFile`."""
    if len(content) > MAX_BYTES:
        raise UnreadableFile(N_("The file is larger than 10 MB. Send it in parts."))
    text, encoding = _decode(content)
    rows = list(_rows(text))
    above = _lines_above_heading(rows)
    titles, rows = rows[:above], rows[above:]
    if len(rows) < 2:  # noqa: PLR2004 - a heading and one row
        raise UnreadableFile(N_("The file holds no rows under a heading."))
    if len(rows) > MAX_ROWS + 1:
        message = N_("The file holds more than %(most)s rows. Send it in parts.")
        raise UnreadableFile(message, most=MAX_ROWS)
    heading = _without_empty_end(rows[0][1])
    _require_heading(heading)
    width = len(heading)
    body = tuple((line, _without_empty_end(row, width)) for line, row in rows[1:])
    return FileTable(heading, body, encoding, tuple(titles))


def _rows(text: str) -> Iterator[Row]:
    """Rows that hold anything, each with its line."""
    named = SEPARATOR_LINE.match(text)
    first_line = 2 if named else 1
    text = text[named.end() :] if named else text
    separator = named[1] if named else _separator(text)
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=separator, strict=True)
    line = first_line
    try:
        for cells in reader:
            texts = tuple(_plain(cell) for cell in cells)
            if any(texts):
                _require_limits(line, texts)
                yield line, texts
            line = reader.line_num + first_line
    except csv.Error as problem:
        message = N_("Line %(line)s cannot be read: %(problem)s.")
        raise UnreadableFile(message, line=line, problem=problem) from problem


def _plain(cell: str) -> str:
    text = cell.strip()
    wrapped = WRAPPED.fullmatch(text)
    return wrapped[1].strip() if wrapped else text


def _without_empty_end(cells: tuple[str, ...], width: int = 0) -> tuple[str, ...]:
    """Without empty cells at the end that stand under no heading."""
    while len(cells) > width and not cells[-1]:
        cells = cells[:-1]
    return cells


def _lines_above_heading(rows: list[Row]) -> int:
    """How many rows are titles: they fill at most half of what a row fills."""
    if not rows:
        return 0
    usual = max(multimode(_filled(cells) for _line, cells in rows))
    above = (n for n, (_line, cells) in enumerate(rows) if 2 * _filled(cells) > usual)
    return next(above, 0)


def _filled(cells: tuple[str, ...]) -> int:
    return sum(map(bool, cells))


def _decode(content: bytes) -> tuple[str, str]:
    utf_16 = _utf_16(content)
    candidates = {utf_16: "UTF-16"} if utf_16 else ENCODINGS
    for encoding, name in candidates.items():
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.removeprefix("\ufeff"), name
    raise UnreadableFile(NO_TEXT)


NO_TEXT = N_("This is no text. Save the table as CSV, in UTF-8 or GBK.")


def _utf_16(content: bytes) -> str:
    """The byte order by the mark, else by the zeros of digits and separators."""
    for encoding, mark in UTF_16.items():
        if content.startswith(mark):
            return encoding
    even, odd = content[::2].count(0), content[1::2].count(0)
    if (even and odd) or (even + odd) * 8 <= len(content):
        return ""
    return "utf-16-be" if even else "utf-16-le"


def _separator(text: str) -> str:
    """What stands equally often in the most lines: titles hold few, or none."""
    lines = [line for line in text.splitlines()[:SAMPLE_LINES] if line.strip()]

    def fit(separator: str) -> tuple[int, int]:
        counts = Counter(line.count(separator) for line in lines)
        counts.pop(0, None)
        return max(((n, count) for count, n in counts.items()), default=(0, 0))

    best = max(SEPARATORS, key=fit)
    if fit(best) == (0, 0):
        raise UnreadableFile(
            N_("No columns: put a comma between the cells of the table.")
        )
    return best


def _require_limits(line: int, cells: tuple[str, ...]) -> None:
    if len(cells) > MAX_COLUMNS or max(map(len, cells)) > MAX_CELL_CHARACTERS:
        message = N_("Line %(line)s is too long. Is a quotation mark left open?")
        raise UnreadableFile(message, line=line)


def _require_heading(heading: tuple[str, ...]) -> None:
    names = [name for name in heading if name]
    if len(set(names)) < len(names):
        duplicate = next(name for name in names if names.count(name) > 1)
        message = N_("Two columns are called “%(name)s”. Give each its own name.")
        raise UnreadableFile(message, name=duplicate)
