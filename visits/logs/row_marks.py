"""Marks in the logs of this room: gaps, overlaps, sides of a reference range."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from record.casebook.form_data import Casebook, FormData
from record.casebook.intervals import bounds
from record.casebook.row_marks import Marks, RowMark, marks
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_
from visits.logs.vocabulary import StayKind
from visits.models.laboratory_panel import Side, sides_of_reference

MINUTE = timedelta(minutes=1)
GAP = N_("Gap of %(minutes)s min: no collection covers it.")
OVERLAP = N_("Overlap of %(minutes)s min with a row above.")
ABOVE, BELOW = N_("above the reference range"), N_("below the reference range")


def minutes_between(
    covered_until: datetime, start: datetime, end: datetime | None
) -> int:
    """Minutes not covered before a start; negative: minutes of an overlap."""
    if start >= covered_until:
        return (start - covered_until) // MINUTE
    shared = min(covered_until, end or covered_until) - start
    return -(shared // MINUTE)


@marks("URI")
@implements("ELG-I1")
def between_collections(rows: Sequence[FormData], casebook: Casebook) -> Marks:
    del casebook
    return _between(rows, "start_at", "end_at", gaps=True)


@marks("RRT")
def between_treatments(rows: Sequence[FormData], casebook: Casebook) -> Marks:
    """Mark overlaps of sessions and courses; gaps between them are usual."""
    del casebook
    return _between(rows, "started_at", "ended_at")


@marks("STY")
def between_stays(rows: Sequence[FormData], casebook: Casebook) -> Marks:
    """Mark overlaps of stays of the same kind: intensive care is within a stay."""
    del casebook
    row_marks: dict[int, list[RowMark]] = {}
    for kind in StayKind:
        same_kind = [row for row in rows if row.get("kind") == kind]
        row_marks |= _between(same_kind, "in_at", "out_at")
    return row_marks


def _between(
    rows: Sequence[FormData], first: str, last: str, *, gaps: bool = False
) -> dict[int, list[RowMark]]:
    row_marks = {}
    until: datetime | None = None
    for row, start, end in _spans(rows, first, last):
        minutes = minutes_between(until, start, end) if until else 0
        if minutes < 0:
            row_marks[row] = [RowMark("overlap", OVERLAP, {"minutes": -minutes})]
        elif minutes > 0 and gaps:
            row_marks[row] = [RowMark("gap", GAP, {"minutes": minutes})]
        until = max(until or end or start, end or start)
    return row_marks


def _spans(
    rows: Sequence[FormData], first: str, last: str
) -> Iterator[tuple[int, datetime, datetime | None]]:
    """Rows with a start; of partial times the part that is certain."""
    for row in rows:
        start, end = row.get(first), row.get(last)
        if start is not None and row.form_id is not None:
            yield row.form_id, bounds(start)[1], bounds(end)[0] if end else None


@marks("LAB")
def outside_of_reference(rows: Sequence[FormData], casebook: Casebook) -> Marks:
    sides = sides_of_reference(rows, casebook.value("DEM", "sex"))
    marks_of_side = {Side.HIGH: ("high", ABOVE), Side.LOW: ("low", BELOW)}
    return {
        form_id: [
            RowMark(*marks_of_side[side], item=analyte)
            for analyte, side in by_analyte.items()
        ]
        for form_id, by_analyte in sides.items()
    }
