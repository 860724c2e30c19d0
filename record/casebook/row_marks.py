"""Marks between and beside the rows of a log; pure.

Each room declares the marks of its logs in `<room>/row_marks.py`. Edit checks mark
their cells; these marks follow from several rows together.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from record.casebook.form_data import Casebook, FormData


@dataclass(frozen=True)
class RowMark:
    """A mark: the status code that it looks like, and its text, for translation.

    One with an `item` stands in that cell, one without between the row and the one
    before it.
    """

    look: str
    text: str
    details: Mapping[str, object] = field(default_factory=dict)
    item: str = ""


Marks = Mapping[int, list[RowMark]]  # by the form of the row
Marker = Callable[[Sequence[FormData], Casebook], Marks]
_MARKERS: dict[str, Marker] = {}


def marks(code: str) -> Callable[[Marker], Marker]:
    """Declare the marks of a log; its rows come in order of time."""

    def declare(marker: Marker) -> Marker:
        _MARKERS[code] = marker
        return marker

    return declare


def marks_of(code: str, rows: Sequence[FormData], casebook: Casebook) -> Marks:
    marker = _MARKERS.get(code)
    return marker(rows, casebook) if marker else {}
