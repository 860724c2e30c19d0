"""A laboratory's file as a table of texts; pure.

UTF-8 (with or without a mark) or GB 18030, which holds GBK; comma, semicolon, tab or
bar between the cells; quotes as in RFC 4180. Nothing in a cell is interpreted here.
"""

import csv
import io
from dataclasses import dataclass
from typing import Any

from trial_edc.vocabulary import N_

MOST_BYTES = 10_000_000
MOST_ROWS = 50_000
MOST_COLUMNS = 100
MOST_CHARACTERS = 1000  # of a cell
ENCODINGS = {"utf-8-sig": "UTF-8", "gb18030": "GBK"}
SEPARATORS = ",;\t|"


class UnreadableFile(Exception):
    """A file is no table; the message says why and what to do."""

    def __init__(self, message: str, **details: Any) -> None:
        """Take the words and what stands in them."""
        super().__init__(message % details)
        self.message, self.details = message, details


@dataclass(frozen=True)
class FileTable:
    """The heading of a file, and its rows, each with the line on which it begins."""

    heading: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    encoding: str


def read(content: bytes) -> FileTable:
    """Return the table that a file holds; raises `UnreadableFile`."""
    if len(content) > MOST_BYTES:
        raise UnreadableFile(N_("The file is larger than 10 MB. Send it in parts."))
    text, encoding = _decoded(content)
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=_separator(text), strict=True)
    rows: list[tuple[int, tuple[str, ...]]] = []
    begins = 1
    try:
        for cells in reader:
            told = tuple(cell.strip() for cell in cells)
            if any(told):
                _require_sane(begins, told)
                rows.append((begins, told))
            begins = reader.line_num + 1
    except csv.Error as problem:
        message = N_("Line %(line)s cannot be read: %(problem)s.")
        raise UnreadableFile(message, line=begins, problem=problem) from problem
    if len(rows) < 2:  # noqa: PLR2004 - a heading and one row
        raise UnreadableFile(N_("The file holds no rows under a heading."))
    if len(rows) > MOST_ROWS + 1:
        message = N_("The file holds more than %(most)s rows. Send it in parts.")
        raise UnreadableFile(message, most=MOST_ROWS)
    heading = rows[0][1]
    _require_heading(heading)
    return FileTable(heading, tuple(rows[1:]), ENCODINGS[encoding])


def _decoded(content: bytes) -> tuple[str, str]:
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, encoding
    raise UnreadableFile(N_("This is no text. Save the table as CSV, in UTF-8 or GBK."))


def _separator(text: str) -> str:
    """Return what stands most often between the cells of the heading."""
    heading = text.lstrip().partition("\n")[0]
    best = max(SEPARATORS, key=heading.count)
    if best not in heading:
        raise UnreadableFile(
            N_("No columns: put a comma between the cells of the table.")
        )
    return best


def _require_sane(line: int, cells: tuple[str, ...]) -> None:
    if len(cells) > MOST_COLUMNS or max(map(len, cells)) > MOST_CHARACTERS:
        message = N_("Line %(line)s is too long. Is a quotation mark left open?")
        raise UnreadableFile(message, line=line)


def _require_heading(heading: tuple[str, ...]) -> None:
    named = [name for name in heading if name]
    if len(set(named)) < len(named):
        twice = next(name for name in named if named.count(name) > 1)
        message = N_("Two columns are called “%(name)s”. Give each its own name.")
        raise UnreadableFile(message, name=twice)
