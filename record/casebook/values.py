"""Values that an item can hold beside plain numbers, texts and dates; pure."""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any

from trial_edc.vocabulary import MissingCode

Value = Any  # what an item holds: None, a plain value, or one of the types below

__all__ = [
    "DetectionLimit",
    "MissingCode",
    "Partial",
    "Quantity",
    "Row",
    "Value",
    "is_blank",
    "is_same",
]

Row = dict[str, Any]  # one row of a small table inside a form

_PARTIAL = re.compile(
    r"(?P<year>\d{4})(-(?P<month>\d{2})(-(?P<day>\d{2})"
    r"(T(?P<hour>\d{2}):(?P<minute>\d{2}))?)?)?",
    re.ASCII,
)


@dataclass(frozen=True)
class Quantity:
    """A laboratory value as entered, and the same in the standard unit."""

    value: Decimal
    unit: str
    standard: Decimal

    def __str__(self) -> str:
        return f"{self.value} {self.unit}"

    def lies_below(self, limit: Decimal) -> bool:
        return self.standard < limit

    def lies_above(self, limit: Decimal) -> bool:
        return self.standard > limit


@dataclass(frozen=True)
class DetectionLimit:
    """A laboratory value known only to lie below or above a limit, such as `<18`.

    It is no number: whoever asks learns what is certain, or None. `bound` is the limit
    in the standard unit.
    """

    comparator: str  # < or >
    value: Decimal
    unit: str
    bound: Decimal

    def __str__(self) -> str:
        return f"{self.comparator}{self.value} {self.unit}"

    def lies_below(self, limit: Decimal) -> bool | None:
        if self.comparator == "<":
            return True if self.bound <= limit else None
        return False if self.bound >= limit else None

    def lies_above(self, limit: Decimal) -> bool | None:
        if self.comparator == ">":
            return True if self.bound >= limit else None
        return False if self.bound <= limit else None


@dataclass(frozen=True)
class Partial:
    """A date or date-time known in part, in site time, never filled up.

    `text` is ISO 8601 to the precision known: year, month, day or minute.
    """

    text: str

    def __post_init__(self) -> None:
        match = _PARTIAL.fullmatch(self.text)
        if match is None:
            message = f"{self.text!r} is no (partial) date."
            raise ValueError(message)
        _ = self.earliest, self.latest, self.instant(UTC)  # may raise: 02-30, 25:00

    def __str__(self) -> str:
        return self.text

    @property
    def _parts(self) -> tuple[int, ...]:
        return tuple(int(part) for part in re.split(r"[-T:]", self.text))

    @property
    def is_full_date(self) -> bool:
        return len(self.text) >= len("2023-01-01")

    @property
    def has_time(self) -> bool:
        return "T" in self.text

    @property
    def earliest(self) -> date:
        year, month, day = (*self._parts, 1, 1)[:3]
        return date(year, month, day)

    @property
    def latest(self) -> date:
        parts = self._parts
        year = parts[0]
        month = parts[1] if len(parts) > 1 else 12
        last = calendar.monthrange(year, month)[1]
        return date(year, month, parts[2] if len(parts) > 2 else last)  # noqa: PLR2004

    def instant(self, zone: tzinfo) -> datetime | None:
        """None when the time is not known."""
        return _instant(self.text, zone) if self.has_time else None


@lru_cache(maxsize=4096)  # a long log compares each row with each other
def _instant(text: str, zone: tzinfo) -> datetime:
    day, _t, of_day = text.partition("T")
    hour, minute = of_day.split(":")
    return datetime.combine(date.fromisoformat(day), time(int(hour), int(minute)), zone)


def is_blank(value: Value) -> bool:
    """A missing code is an entry."""
    return value is None or value in ("", [], ())


def is_same(value: Value, other: Value) -> bool:
    """The text "NA" is not the missing code NA."""
    are_codes = isinstance(value, MissingCode), isinstance(other, MissingCode)
    return bool(value == other) and are_codes[0] == are_codes[1]
