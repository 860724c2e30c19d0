"""The lines of a file, sorted into participants and results, by the source's mapping.

What cannot be read is refused with a reason; a refused line of a participant holds
all other lines of that participant back. Cells that may name a person are not told.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from enrollment.screening.rules import NUMBER, is_mistyped
from enrollment.screening.selectors import person_with
from imports.rules.mapping import NOT_COLLECTED, FileColumn, FileMapping, Words, instant
from imports.rules.reading import FileTable
from record.casebook.models import Participant
from record.casebook.values import MissingCode
from trial_edc.vocabulary import N_
from visits.laboratory.vocabulary import Analyte
from visits.models import Laboratory

LIMIT = re.compile(r"\s*(<|>|≤|≥|＜|＞).*", re.DOTALL)


@dataclass(frozen=True)
class Said:
    """Why a line is refused; `holds` tells whether it holds its participant back."""

    message: str
    details: Mapping[str, Any] = field(default_factory=dict)
    holds: bool = True


@dataclass(frozen=True)
class Result:
    """One line: a result of a sample, in the words of the trial, or why it is none."""

    line: int
    analyte: str = ""
    sampled_at: str = ""
    value: tuple[str, str] | MissingCode | None = None
    place: str = ""
    visit: str = ""
    refused: Said | None = None


@dataclass(frozen=True)
class Sorted:
    """The results by participant, and the lines that belong to nobody."""

    of: Mapping[int, list[Result]]
    people: Mapping[int, Participant]
    nobody: list[Result]


def sort(table: FileTable, mapping: FileMapping, laboratory: Laboratory) -> Sorted:
    """Sort the lines of a file; two selects, and one for each hospital number."""
    rows = list(_rows(table, mapping))
    found = _people([cells for _line, cells in rows])
    of: dict[int, list[Result]] = {}
    people: dict[int, Participant] = {}
    nobody = []
    for line, cells in rows:
        who = found.get(_asked(cells))
        if who is None:
            nobody.append(Result(line, refused=_unknown(cells)))
            continue
        people[who.pk] = who
        of.setdefault(who.pk, []).append(_result(line, cells, mapping, laboratory))
    return Sorted(of, people, nobody)


Cells = Mapping[str, str]


def _rows(table: FileTable, mapping: FileMapping) -> Iterator[tuple[int, Cells]]:
    places = {
        name: table.heading.index(told)
        for name, told in mapping.columns.items()
        if told in table.heading
    }
    for line, cells in table.rows:
        held = {
            name: cells[place] if place < len(cells) else ""
            for name, place in places.items()
        }
        if len(cells) != len(table.heading):
            held["_odd"] = str(len(cells))
        yield line, held


def _asked(cells: Cells) -> tuple[str, str]:
    number = cells.get(FileColumn.PARTICIPANT, "").upper()
    return number, "" if number else cells.get(FileColumn.HOSPITAL_NO, "")


def _people(rows: list[Cells]) -> dict[tuple[str, str], Participant]:
    asked = {_asked(cells) for cells in rows}
    numbers = {number for number, _hospital_no in asked if number}
    known = Participant.objects.in_bulk(numbers, field_name="number")
    found = {(number, ""): one for number, one in known.items()}
    for number, hospital_no in asked:
        if hospital_no and (one := person_with(hospital_no)):
            found[number, hospital_no] = one
    return found


def _unknown(cells: Cells) -> Said:
    """Say why a line belongs to nobody, without what may name a person."""
    number, hospital_no = _asked(cells)
    if hospital_no:
        return Said(N_("Nobody in the trial has this hospital number."))
    if not number:
        return Said(N_("The line names no participant."))
    if is_mistyped(number):
        message = N_("%(number)s is not a participant number: check its letter.")
        return Said(message, {"number": number})
    if NUMBER.fullmatch(number):
        return Said(N_("No participant has the number %(number)s."), {"number": number})
    return Said(N_("The cell holds no participant number."))


def _result(
    line: int, cells: Cells, mapping: FileMapping, laboratory: Laboratory
) -> Result:
    try:
        return _read(line, cells, mapping, laboratory)
    except _Refused as problem:
        return Result(line, refused=problem.said)


class _Refused(Exception):
    def __init__(self, message: str, *, holds: bool = True, **details: Any) -> None:
        self.said = Said(message, details, holds)


def _read(
    line: int, cells: Cells, mapping: FileMapping, laboratory: Laboratory
) -> Result:
    if "_odd" in cells:
        message = N_(
            "The line has %(count)s cells, which are not those of the heading."
        )
        raise _Refused(message, count=cells["_odd"])
    analyte = _analyte(cells[FileColumn.ANALYTE], mapping)
    _require_laboratory(cells.get(FileColumn.LABORATORY, ""), laboratory)
    return Result(
        line,
        analyte,
        _sampled_at(cells, mapping),
        _value(cells, mapping),
        _coded(Words.PLACE, FileColumn.PLACE, cells, mapping),
        _coded(Words.VISIT, FileColumn.VISIT, cells, mapping),
    )


def _analyte(text: str, mapping: FileMapping) -> str:
    found = mapping.word(Words.ANALYTE, text)
    if found == NOT_COLLECTED:
        raise _Refused(N_("Not collected in this trial."), holds=False)
    if not found or found not in set(Analyte):
        message = N_("“%(text)s” is no analyte of the mapping. Add it there.")
        raise _Refused(message, text=text)
    return found


def _require_laboratory(text: str, laboratory: Laboratory) -> None:
    known = {laboratory.code.casefold(), laboratory.name.casefold()}
    if text and text.casefold() not in known:
        message = N_("“%(text)s” is not the laboratory of this source.")
        raise _Refused(message, text=text)


def _sampled_at(cells: Cells, mapping: FileMapping) -> str:
    text = cells[FileColumn.SAMPLED_AT]
    if apart := cells.get(FileColumn.SAMPLED_TIME):
        text = f"{text} {apart}"
    found = instant(text, mapping.date_order)
    if found is None:
        message = N_("“%(text)s” is no date in the order that the mapping says.")
        raise _Refused(message, text=text)
    return found


def _value(cells: Cells, mapping: FileMapping) -> tuple[str, str] | MissingCode:
    text, unit = cells[FileColumn.VALUE], cells[FileColumn.UNIT]
    if word := mapping.word(Words.VALUE, text):
        return MissingCode(word)
    if not text:
        raise _Refused(N_("There is no value."))
    if LIMIT.fullmatch(text):
        message = N_("“%(text)s” is a limit, no number; only exact values are kept.")
        raise _Refused(message, text=text)
    return text, mapping.word(Words.UNIT, unit) or unit


def _coded(kind: Words, column: FileColumn, cells: Cells, mapping: FileMapping) -> str:
    text = cells.get(column, "")
    if not text:
        return ""
    found = mapping.word(kind, text)
    if found is None:
        message = N_("“%(text)s” is not among the words of the mapping. Add it there.")
        raise _Refused(message, text=text)
    return found
