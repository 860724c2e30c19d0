"""The lines of a file as results of participants, by the mapping of the source.

A line that cannot be read is refused with a reason, and so are all other lines of its
participant. The reason never repeats a cell that may name a person.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from enrollment.identity.selectors import participant_with_hospital_no
from enrollment.screening.rules.participant_numbers import (
    NUMBER,
    is_mistyped,
    person_number,
)
from imports.rules.mapping import (
    NOT_COLLECTED,
    DateOrder,
    FileColumn,
    FileMapping,
    WordKind,
    holds_number,
    is_midnight_24,
    iso_instant,
    normalized,
)
from imports.rules.reading import FileTable
from record.casebook.models import Participant
from record.casebook.values import MissingCode
from trial_edc.vocabulary import N_
from visits.laboratory.vocabulary import Analyte
from visits.models import Laboratory

# The note beside a line whose time was written as 24:00.
MIDNIGHT = {
    "message": N_("24:00 is 00:00 of the next day."),
    "details": {},
    "severity": "note",
}


@dataclass(frozen=True)
class Refusal:
    """Why a line is refused; `holds_back`: all lines of its participant are, too."""

    message: str
    details: Mapping[str, Any] = field(default_factory=dict)
    holds_back: bool = True


@dataclass(frozen=True)
class SampleResult:
    """One line: a result of a sample, in the words of the trial, or why it is none."""

    line: int
    analyte: str = ""
    sampled_at: str = ""
    value: tuple[str, str] | MissingCode | None = None
    place: str = ""
    visit: str = ""
    refused: Refusal | None = None
    is_midnight_24: bool = False  # taken at 24:00 of the day before


@dataclass(frozen=True)
class SortedLines:
    """The results by participant (id), and the lines that belong to no participant."""

    by_participant: Mapping[int, list[SampleResult]]
    participants: Mapping[int, Participant]
    unassigned: list[SampleResult]


def sort_lines(
    table: FileTable, mapping: FileMapping, laboratory: Laboratory
) -> SortedLines:
    """Two selects, and one for each hospital number."""
    rows = list(_cells_by_column(table, mapping))
    known = _participants([cells for _line, cells in rows])
    by_participant: dict[int, list[SampleResult]] = {}
    participants: dict[int, Participant] = {}
    unassigned = []
    for line, cells in rows:
        participant = known.get(_identifiers(cells))
        if participant is None:
            unassigned.append(SampleResult(line, refused=_why_unassigned(cells)))
            continue
        participants[participant.pk] = participant
        by_participant.setdefault(participant.pk, []).append(
            _result(line, cells, mapping, laboratory)
        )
    return SortedLines(by_participant, participants, unassigned)


Cells = Mapping[str, str]


def _cells_by_column(
    table: FileTable, mapping: FileMapping
) -> Iterator[tuple[int, Cells]]:
    places = {
        name: table.heading.index(heading)
        for name, heading in mapping.columns.items()
        if heading in table.heading
    }
    for line, cells in table.rows:
        named = {
            name: cells[place] if place < len(cells) else ""
            for name, place in places.items()
        }
        is_short = max(places.values(), default=0) >= len(cells)
        if is_short or len(cells) > len(table.heading):
            named["_odd"] = str(len(cells))
        yield line, named


def _identifiers(cells: Cells) -> tuple[str, str]:
    number = person_number(cells.get(FileColumn.PARTICIPANT, ""))
    return number, "" if number else cells.get(FileColumn.HOSPITAL_NO, "")


def _participants(rows: list[Cells]) -> dict[tuple[str, str], Participant]:
    identifiers = {_identifiers(cells) for cells in rows}
    numbers = {number for number, _hospital_no in identifiers if number}
    by_number = Participant.objects.in_bulk(numbers, field_name="number")
    by_identifier = {
        (number, ""): participant for number, participant in by_number.items()
    }
    for number, hospital_no in identifiers:
        if hospital_no and (participant := participant_with_hospital_no(hospital_no)):
            by_identifier[number, hospital_no] = participant
    return by_identifier


def _why_unassigned(cells: Cells) -> Refusal:
    """The reason never repeats what may name a person."""
    number, hospital_no = _identifiers(cells)
    if hospital_no:
        return Refusal(N_("Nobody in the trial has this hospital number."))
    if not number:
        return Refusal(N_("The line names no participant."))
    if is_mistyped(number):
        message = N_("%(number)s is not a participant number: check its letter.")
        return Refusal(message, {"number": number})
    if NUMBER.fullmatch(number):
        return Refusal(
            N_("No participant has the number %(number)s."), {"number": number}
        )
    return Refusal(N_("The cell holds no participant number."))


def _result(
    line: int, cells: Cells, mapping: FileMapping, laboratory: Laboratory
) -> SampleResult:
    try:
        return _read_line(line, cells, mapping, laboratory)
    except _LineRefused as problem:
        return SampleResult(line, refused=problem.refusal)


class _LineRefused(Exception):
    def __init__(
        self, message: str, *, holds_back: bool = True, **details: Any
    ) -> None:
        self.refusal = Refusal(message, details, holds_back)


def _read_line(
    line: int, cells: Cells, mapping: FileMapping, laboratory: Laboratory
) -> SampleResult:
    if "_odd" in cells:
        message = N_(
            "The line has %(count)s cells, which are not those of the heading."
        )
        raise _LineRefused(message, count=cells["_odd"])
    analyte = _analyte(cells[FileColumn.ANALYTE], mapping)
    _require_laboratory(cells.get(FileColumn.LABORATORY, ""), laboratory)
    sampled_at = _sampled_at(cells, mapping)
    return SampleResult(
        line,
        analyte,
        sampled_at,
        _value(cells, mapping),
        _code(WordKind.PLACE, FileColumn.PLACE, cells, mapping),
        _code(WordKind.VISIT, FileColumn.VISIT, cells, mapping),
        is_midnight_24=is_midnight_24(_clock_text(cells), sampled_at),
    )


def _analyte(text: str, mapping: FileMapping) -> str:
    analyte = mapping.meaning(WordKind.ANALYTE, text)
    if analyte == NOT_COLLECTED:
        raise _LineRefused(N_("Not collected in this trial."), holds_back=False)
    if not analyte or analyte not in set(Analyte):
        message = N_("“%(text)s” is no analyte of the mapping. Add it there.")
        raise _LineRefused(message, text=text)
    return analyte


def _require_laboratory(text: str, laboratory: Laboratory) -> None:
    names = {normalized(laboratory.code), normalized(laboratory.name)}
    if normalized(text) and normalized(text) not in names:
        message = N_("“%(text)s” is not the laboratory of this source.")
        raise _LineRefused(message, text=text)


def _clock_text(cells: Cells) -> str:
    """The cell that holds the time of day."""
    return cells.get(FileColumn.SAMPLED_TIME, cells[FileColumn.SAMPLED_AT])


def _sampled_at(cells: Cells, mapping: FileMapping) -> str:
    """Where the time stands apart, the other column gives its date alone."""
    text, clock = cells[FileColumn.SAMPLED_AT], cells.get(FileColumn.SAMPLED_TIME)
    sampled_at = iso_instant(text, mapping.date_order)
    if sampled_at and clock is not None:
        day, text = sampled_at[: len("2026-03-08")], f"{text} {clock}"
        sampled_at = iso_instant(f"{day} {clock}".strip(), DateOrder.YMD)
    if sampled_at is None:
        message = N_("“%(text)s” is no date in the order that the mapping says.")
        raise _LineRefused(message, text=text)
    return sampled_at


def _value(cells: Cells, mapping: FileMapping) -> tuple[str, str] | MissingCode:
    text, unit = cells[FileColumn.VALUE], cells[FileColumn.UNIT]
    if not normalized(text):
        raise _LineRefused(N_("There is no value."))
    word = mapping.meaning(WordKind.VALUE, text)
    if word and not holds_number(text):
        return MissingCode(word)
    return text, mapping.meaning(WordKind.UNIT, unit) or unit


def _code(
    kind: WordKind, column: FileColumn, cells: Cells, mapping: FileMapping
) -> str:
    text = cells.get(column, "")
    if not normalized(text):
        return ""
    code = mapping.meaning(kind, text)
    if code is None:
        message = N_("“%(text)s” is not among the words of the mapping. Add it there.")
        raise _LineRefused(message, text=text)
    return code
