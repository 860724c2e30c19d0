"""The cells of a text that was copied from a spreadsheet; pure.

A spreadsheet puts quotation marks round a cell that holds a line break or a mark, and
doubles each mark in it. A mark anywhere else is a mark of the cell.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

LINE_END = re.compile(r"\r\n?|\n")
TAB = "\t"


def rows_in(text: str, delimiter: str) -> Iterator[list[str]]:
    """Each row with its cells; an unclosed mark is no more than a mark."""
    return PastedText(text, delimiter).rows()


@dataclass(frozen=True)
class PastedText:
    """A text with one character between its cells."""

    text: str
    delimiter: str

    def rows(self) -> Iterator[list[str]]:
        place, cells = 0, []
        while place < len(self.text):
            cell, place = self._cell_at(place)
            cells.append(cell)
            if self.text.startswith(self.delimiter, place):
                place += 1
                if place == len(self.text):
                    cells.append("")
            elif end := LINE_END.match(self.text, place):
                yield cells
                place, cells = end.end(), []
        if cells:
            yield cells

    @cached_property
    def _quoted(self) -> re.Pattern[str]:
        return re.compile(rf'"((?:[^"]|"")*+)"(?={self.delimiter}|[\r\n]|\Z)')

    @cached_property
    def _plain(self) -> re.Pattern[str]:
        return re.compile(rf"[^{self.delimiter}\r\n]*")

    @cached_property
    def _most_delimiters(self) -> int:
        return max(map(self._delimiters, LINE_END.split(self.text)))

    def _delimiters(self, line: str) -> int:
        return line.count(self.delimiter)

    def _cell_at(self, place: int) -> tuple[str, int]:
        """The cell that begins at a place, and where it ends."""
        match = self._quoted.match(self.text, place)
        if match and self._is_wrapped(match):
            return match[1].replace('""', '"'), match.end()
        match = self._plain.match(self.text, place)
        assert match is not None  # noqa: S101 - it matches an empty cell, too
        return match[0], match.end()

    def _is_wrapped(self, match: re.Match[str]) -> bool:
        """Whether the marks round a content are those of the spreadsheet.

        A tab alone tells cells from text: marks round a plain word are its own there.
        """
        content = match[1]
        if LINE_END.search(content):
            return self.delimiter not in content and self._is_one_row(match)
        if self.delimiter in content:
            return self.delimiter != TAB
        return '""' in content or self.delimiter != TAB

    def _is_one_row(self, match: re.Match[str]) -> bool:
        """Whether the lines of a cell make one row; whole rows were swallowed else."""
        first = max(self.text.rfind(end, 0, match.start()) for end in "\r\n") + 1
        after = LINE_END.search(self.text, match.end())
        lines = LINE_END.split(self.text[first : after.start() if after else None])
        most = self._most_delimiters
        return most == 0 or any(self._delimiters(line) < most for line in lines)
