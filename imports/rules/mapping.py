"""How the columns and words of a laboratory's files are read.

One mapping a source. Nothing is guessed: the order of day and month, what each analyte
of the laboratory is here, how it writes units and a missing result.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from record.casebook.typed import BEFORE_CLOCK, iso_datetime
from record.casebook.values import Partial
from trial_edc.typed_text import plain
from trial_edc.vocabulary import N_, Codelist

NOT_COLLECTED = "-"  # an analyte that the trial does not collect


class FileColumn(Codelist):
    """What a column of a file may hold."""

    PARTICIPANT = "participant", N_("Participant number")
    HOSPITAL_NO = "hospital_no", N_("Hospital number")
    ANALYTE = "analyte", N_("Analyte")
    SAMPLED_AT = "sampled_at", N_("Sampled at: date, or date and time")
    SAMPLED_TIME = "sampled_time", N_("Sampled at: time, if apart")
    VALUE = "value", N_("Value")
    UNIT = "unit", N_("Unit")
    LABORATORY = "laboratory", N_("Laboratory")
    PLACE = "place", N_("Place")
    VISIT = "visit", N_("Visit")


REQUIRED_COLUMNS = (
    FileColumn.ANALYTE,
    FileColumn.SAMPLED_AT,
    FileColumn.VALUE,
    FileColumn.UNIT,
)


class DateOrder(Codelist):
    """In which order a file writes its dates; never guessed."""

    YMD = "ymd", N_("year, month, day: 2026-03-08")
    DMY = "dmy", N_("day, month, year: 08/03/2026")
    MDY = "mdy", N_("month, day, year: 03/08/2026")
    COMPACT = "compact", N_("without marks: 202603081430")


class WordKind(Codelist):
    """The columns whose words are translated into those of the trial."""

    ANALYTE = "analyte", N_("Analytes")
    UNIT = "unit", N_("Units")
    VALUE = "value", N_("Words instead of a number")
    PLACE = "place", N_("Places")
    VISIT = "visit", N_("Visits")


@dataclass(frozen=True)
class FileMapping:
    """The mapping of one source.

    `words` are by column: the laboratory's word to ours. `answers` are the items that
    a file does not contain; they fill only what is empty in the record.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    date_order: str = ""
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "columns": dict(self.columns),
            "date_order": self.date_order,
            "words": {kind: dict(words) for kind, words in self.words.items()},
            "answers": dict(self.answers),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "FileMapping":
        return cls(**stored)

    def meaning(self, kind: WordKind, text: str) -> str | None:
        return self.words.get(kind, {}).get(normalized(text))

    def missing_columns(self, heading: tuple[str, ...]) -> list[FileColumn]:
        """Columns that are needed, or mapped, and not in a file of this heading."""
        present = {
            name
            for name, heading_name in self.columns.items()
            if heading_name in heading
        }
        missing = [
            column
            for column in FileColumn
            if column in REQUIRED_COLUMNS and column not in present
        ]
        if not present & {FileColumn.PARTICIPANT, FileColumn.HOSPITAL_NO}:
            missing.insert(0, FileColumn.PARTICIPANT)
        absent = [
            column
            for column in FileColumn
            if column not in REQUIRED_COLUMNS
            and self.columns.get(column)
            and column not in present
        ]
        return missing + [column for column in absent if column not in missing]


def normalized(text: str) -> str:
    """A word as words are compared: without width, case and outer blanks."""
    return plain(text).casefold()


def holds_number(text: str) -> bool:
    """Such a text is a result, or a mistake: never a word for “not done”."""
    return any(character.isdigit() for character in plain(text))


_CLOCK = rf"(?:(?:{BEFORE_CLOCK})(.+))?"
_PATTERNS = {
    DateOrder.YMD: (
        r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})"
        rf"(?:日 ?(.+)|日|{_CLOCK})"
    ),
    DateOrder.DMY: rf"(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}}){_CLOCK}",
    DateOrder.MDY: rf"(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}}){_CLOCK}",
    DateOrder.COMPACT: r"(\d{4})(\d{2})(\d{2})(?:[ T]?(.+))?",
}
_YEAR_MONTH_DAY = {
    DateOrder.YMD: (0, 1, 2),
    DateOrder.DMY: (2, 1, 0),
    DateOrder.MDY: (2, 0, 1),
    DateOrder.COMPACT: (0, 1, 2),
}


def iso_instant(text: str, order: str) -> str | None:
    """A date, with its time if it has one, as ISO; None for text that is neither.

    Site time, to the minute, as on a form page; a text with an offset is refused.
    """
    match = re.fullmatch(_PATTERNS[DateOrder(order)], plain(text), re.ASCII)
    if match is None:
        return None
    year, month, day = (
        int(match[place + 1]) for place in _YEAR_MONTH_DAY[DateOrder(order)]
    )
    clock = next(filter(None, match.groups()[3:]), "")
    instant = iso_datetime(f"{year:04}-{month:02}-{day:02} {_with_colon(clock)}")
    try:
        known = Partial(instant)
    except ValueError:
        return None
    is_whole = known.has_time == bool(clock)
    return known.text.replace("T", " ") if is_whole else None


def is_midnight_24(text: str, instant: str) -> bool:
    """Whether the instant of a text was written as 24:00 of the day before."""
    is_24 = re.search(r"24 ?[:时]? ?00", plain(text))
    return instant.endswith(" 00:00") and is_24 is not None


def _with_colon(clock: str) -> str:
    """A time without marks, with its seconds, such as 143000."""
    return re.sub(r"^(\d{2})(\d{2})(\d{2})$", r"\1:\2:\3", clock, flags=re.ASCII)
