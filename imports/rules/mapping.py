"""How the columns and words of a laboratory's files are to be read; pure.

One mapping a source. Nothing is guessed: the order of day and month, what each analyte
of the laboratory is here, how it writes units and how it says that there is no result.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

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


NEEDED = (FileColumn.ANALYTE, FileColumn.SAMPLED_AT, FileColumn.VALUE, FileColumn.UNIT)


class DateOrder(Codelist):
    """In which order a file writes its dates; never guessed."""

    YMD = "ymd", N_("year, month, day: 2026-03-08")
    DMY = "dmy", N_("day, month, year: 08/03/2026")
    MDY = "mdy", N_("month, day, year: 03/08/2026")
    COMPACT = "compact", N_("without marks: 202603081430")


class Words(Codelist):
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
    a file does not tell; they fill only what is empty in the record.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    date_order: str = ""
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {
            "columns": dict(self.columns),
            "date_order": self.date_order,
            "words": {kind: dict(words) for kind, words in self.words.items()},
            "answers": dict(self.answers),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "FileMapping":
        """Return what was stored; an empty one where there is none yet."""
        return cls(**stored) if stored else cls()

    def word(self, kind: Words, text: str) -> str | None:
        """Return what a word of the laboratory means here; None when unknown."""
        return self.words.get(kind, {}).get(plain(text))

    def lacking(self, heading: tuple[str, ...]) -> list[FileColumn]:
        """Return the columns that are needed and not in a file of this heading."""
        held = {name for name, told in self.columns.items() if told in heading}
        lacking = [one for one in FileColumn if one in NEEDED and one not in held]
        if not held & {FileColumn.PARTICIPANT, FileColumn.HOSPITAL_NO}:
            lacking.insert(0, FileColumn.PARTICIPANT)
        gone = [
            one
            for one in FileColumn
            if one not in NEEDED and self.columns.get(one) and one not in held
        ]
        return lacking + [one for one in gone if one not in lacking]


def plain(text: str) -> str:
    """Return a word as words are compared: without width, case and outer blanks."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


_CLOCK = r"(?:[ T]+(\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?)?)?"
_MARKED = r"[-/.]"
_PATTERNS = {
    DateOrder.YMD: rf"(\d{{4}})[-/.年](\d{{1,2}})[-/.月](\d{{1,2}})日?{_CLOCK}",
    DateOrder.DMY: rf"(\d{{1,2}}){_MARKED}(\d{{1,2}}){_MARKED}(\d{{4}}){_CLOCK}",
    DateOrder.MDY: rf"(\d{{1,2}}){_MARKED}(\d{{1,2}}){_MARKED}(\d{{4}}){_CLOCK}",
    DateOrder.COMPACT: r"(\d{4})(\d{2})(\d{2})(?:[ T]?(\d{2}):?(\d{2})(?::?\d{2})?)?",
}
_PLACES = {
    DateOrder.YMD: (0, 1, 2),
    DateOrder.DMY: (2, 1, 0),
    DateOrder.MDY: (2, 0, 1),
    DateOrder.COMPACT: (0, 1, 2),
}


def instant(text: str, order: str) -> str | None:
    """Return a date, with its time if it has one, as ISO; None for what is none.

    Site time, to the minute, as on a form page; an offset behind it is refused.
    """
    said = unicodedata.normalize("NFKC", text).strip()
    match = re.fullmatch(_PATTERNS[DateOrder(order)], said, re.ASCII)
    if match is None:
        return None
    year, month, day = (int(match[place + 1]) for place in _PLACES[DateOrder(order)])
    try:
        told = date(year, month, day).isoformat()
        if match[4] is None:
            return told
        return f"{told} {time(int(match[4]), int(match[5])):%H:%M}"
    except ValueError:
        return None
