"""Dates and times as people type them, brought to ISO 8601; pure.

`20260308`, `2026/3/8` and `2026.3.8` mean 2026-03-08; `1430` and `14：30` mean 14:30.
The order is always year, month, day: nothing else is guessed.
"""

import re
import unicodedata

_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_TIME = re.compile(r"(\d{1,2}):?(\d{2})(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?")


def iso_date(text: str) -> str:
    """Bring a full or partial date to ISO; other text stays as it is."""
    text = unicodedata.normalize("NFKC", text).strip()
    for pattern in (_DATE, _COMPACT):
        if match := pattern.fullmatch(text):
            year, month, day = match.groups()
            return f"{year}-{int(month):02}-{int(day):02}"
    if match := _MONTH.fullmatch(text):
        return f"{match[1]}-{int(match[2]):02}"
    return text


def iso_time(text: str) -> str:
    """Bring a time to `HH:MM`, with the seconds and zone that were typed."""
    text = unicodedata.normalize("NFKC", text).strip()
    if match := _TIME.fullmatch(text):
        hour, minute, seconds, _fraction, zone = match.groups()
        return f"{int(hour):02}:{minute}{seconds or ''}{zone or ''}"
    return text


def iso_datetime(text: str) -> str:
    """Bring a date with or without a time to ISO, `T` between them."""
    text = unicodedata.normalize("NFKC", text).strip()
    day, _gap, clock = text.replace("T", " ").partition(" ")
    return f"{iso_date(day)}T{iso_time(clock)}" if clock.strip() else iso_date(day)
