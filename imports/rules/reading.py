"""A laboratory's file as a table of texts.

UTF-8 (with or without a mark) or GB 18030, which holds GBK; comma, semicolon, tab or
bar between the cells; quotes as in RFC 4180. Nothing in a cell is interpreted here.
"""

import csv
import io
from dataclasses import dataclass
from typing import Any

from trial_edc.vocabulary import N_

MAX_BYTES = 10_000_000
MAX_ROWS = 50_000
MAX_COLUMNS = 100
MAX_CELL_CHARACTERS = 1000
ENCODINGS = {"utf-8-sig": "UTF-8", "gb18030": "GBK"}
SEPARATORS = ",;\t|"


class UnreadableFile(Exception):
    """A file is no table; the message says why and what to do."""

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message % details)
        self.message, self.details = message, details


@dataclass(frozen=True)
class FileTable:
    """The heading of a file, and its rows, each with the line on which it begins."""

    heading: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    encoding: str


def read_table(content: bytes) -> FileTable:
    """Raises `UnreadableFile`."""
    if len(content) > MAX_BYTES:
        raise UnreadableFile(N_("The file is larger than 10 MB. Send it in parts."))
    text, encoding = _decode(content)
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=_separator(text), strict=True)
    rows: list[tuple[int, tuple[str, ...]]] = []
    first_line = 1
    try:
        for cells in reader:
            texts = tuple(cell.strip() for cell in cells)
            if any(texts):
                _require_limits(first_line, texts)
                rows.append((first_line, texts))
            first_line = reader.line_num + 1
    except csv.Error as problem:
        message = N_("Line %(line)s cannot be read: %(problem)s.")
        raise UnreadableFile(message, line=first_line, problem=problem) from problem
    if len(rows) < 2:  # noqa: PLR2004 - a heading and one row
        raise UnreadableFile(N_("The file holds no rows under a heading."))
    if len(rows) > MAX_ROWS + 1:
        message = N_("The file holds more than %(most)s rows. Send it in parts.")
        raise UnreadableFile(message, most=MAX_ROWS)
    heading = rows[0][1]
    _require_heading(heading)
    return FileTable(heading, tuple(rows[1:]), ENCODINGS[encoding])


def _decode(content: bytes) -> tuple[str, str]:
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, encoding
    raise UnreadableFile(N_("This is no text. Save the table as CSV, in UTF-8 or GBK."))


def _separator(text: str) -> str:
    heading = text.lstrip().partition("\n")[0]
    best = max(SEPARATORS, key=heading.count)
    if best not in heading:
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
