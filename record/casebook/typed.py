"""Dates, times and units as people type them, brought to one form; pure.

`20260308`, `2026/3/8` and `2026年3月8日` mean 2026-03-08; `1430` and `下午2:30` mean
14:30. The order is always year, month, day; times are kept to the minute. 24:00, as
wards write midnight, is 00:00 of the next day. Nothing else is guessed: twelve o'clock
in the morning, twelve and one o'clock at night are refused.
"""

import re
from collections.abc import Iterable
from datetime import date, timedelta

from trial_edc.typed_text import comparison_key, plain

_DATE = re.compile(r"(\d{4}) ?[-/.年] ?(\d{1,2}) ?[-/.月] ?(\d{1,2}) ?日?", re.ASCII)
_MONTH = re.compile(r"(\d{4}) ?[-/.年] ?(\d{1,2}) ?月?", re.ASCII)
_YEAR = re.compile(r"(\d{4}) ?年?", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_CLOCK = re.compile(
    r"((?P<part>[上中下]午|凌晨|早上|晚上)|(?P<before>[AaPp]\.?[Mm]\.?))? ?"
    r"(?P<hour>\d{1,2}) ?[:时時点點]? ?(?P<minute>\d{2}) ?分?"
    r"(?P<seconds>:\d{2}(\.\d+)?| ?\d{2} ?秒)?"
    r" ?(?P<after>[AaPp]\.?[Mm]\.?)?"
    r"(?P<zone>Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
BEFORE_CLOCK = r"[T ]+|(?<=[日\d])(?=[上中下]午|凌晨|早上|晚上)"
_DAY_AND_CLOCK = re.compile(  # a longer text is no date
    r"(?P<day>\d{8}|[^日]{1,30}日|[^ T日]{1,30})"
    rf"(?:{BEFORE_CLOCK}|(?<=日))(?P<clock>.{{0,30}}\d.{{0,30}})"
)
MIDNIGHT_CLOCK = re.compile(r"24:00(Z|[+-]\d{2}:?\d{2})?", re.ASCII)
# The hours of 24 that each part of the day may mean.
_PARTS = {
    "凌晨": range(7),
    "早上": range(1, 12),
    "上午": range(12),
    "中午": range(11, 14),
    "下午": range(12, 24),
    "晚上": range(17, 25),
}
_TWELVE, _MIDNIGHT = 12, 24


def iso_date(text: str) -> str:
    """Bring a full or partial date to ISO; other text stays as it is."""
    text = plain(text)
    for pattern in (_DATE, _COMPACT):
        if match := pattern.fullmatch(text):
            year, month, day = match.groups()
            return f"{year}-{int(month):02}-{int(day):02}"
    if match := _MONTH.fullmatch(text):
        return f"{match[1]}-{int(match[2]):02}"
    if match := _YEAR.fullmatch(text):
        return match[1]
    return text


def iso_time(text: str) -> str:
    """Bring a time to `HH:MM`, with the zone that was typed; other text stays."""
    text = plain(text)
    match = _CLOCK.fullmatch(text)
    hour = _hour(match) if match else None
    if match is None or hour is None:
        return text
    after = f"{match['minute']}{match['seconds'] or ''}"
    if hour == _MIDNIGHT and re.search("[1-9]", after):
        return text
    return f"{hour:02}:{match['minute']}{match['zone'] or ''}"


def _hour(match: re.Match[str]) -> int | None:
    """None where the part of the day contradicts the hour, or leaves two."""
    hour, part = int(match["hour"]), match["part"]
    letters = [word for word in (match["before"], match["after"]) if word]
    if part and not letters:
        return _hour_of_part(hour, part)
    if part or len(letters) > 1:
        return None
    if letters:
        half = _TWELVE if letters[0][0] in "Pp" else 0
        return hour % _TWELVE + half if 1 <= hour <= _TWELVE else None
    return hour


def _hour_of_part(hour: int, part: str) -> int | None:
    if hour == _TWELVE and part == "凌晨":
        return 0
    hours = [hour, hour + _TWELVE] if hour < _TWELVE else [hour]
    return next((hour for hour in hours if hour in _PARTS[part]), None)


def iso_datetime(text: str) -> str:
    """Bring a date with or without a time to ISO, `T` between them."""
    text = plain(text)
    match = _DAY_AND_CLOCK.fullmatch(text)
    if match is None:
        return iso_date(text)
    day, clock = iso_date(match["day"]), iso_time(match["clock"])
    return _after_midnight(day, clock) or f"{day}T{clock}"


def _after_midnight(day: str, clock: str) -> str | None:
    if not MIDNIGHT_CLOCK.fullmatch(clock):
        return None
    try:
        following = date.fromisoformat(day) + timedelta(days=1)
    except (ValueError, OverflowError):
        return None
    return f"{following.isoformat()}T00:00{clock.removeprefix('24:00')}"


def midnights(texts: Iterable[str]) -> dict[str, str]:
    """The date-times typed with 24:00, and the instants that they mean."""
    matches = {text: _DAY_AND_CLOCK.fullmatch(plain(text)) for text in texts}
    return {
        text: iso_datetime(text).replace("T", " ")
        for text, match in matches.items()
        if match and MIDNIGHT_CLOCK.fullmatch(iso_time(match["clock"]))
    }


def unit_sign(text: str) -> str:
    """What is equal for units that mean the same: any mu, with or without ^ and ×."""
    return re.sub(r"[\s^*×·()\[\]]", "", comparison_key(text).removeprefix("x"))
