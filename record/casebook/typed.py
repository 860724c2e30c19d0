"""Dates, times and units as people type them, brought to one form; pure.

`20260308`, `2026/3/8` and `2026年3月8日` mean 2026-03-08; `1430` and `下午2:30` mean
14:30. The order is always year, month, day; times are kept to the minute. 24:00, as
wards write midnight, is 00:00 of the next day. Nothing else is guessed: twelve o'clock
in the morning or at night is refused.
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
    r"(?P<before>[上下]午|凌晨|早上|晚上)? ?"
    r"(?P<hour>\d{1,2}) ?[:时時点點]? ?(?P<minute>\d{2}) ?分?"
    r"(:\d{2}(\.\d+)?| ?\d{2} ?秒)?"
    r" ?(?P<after>[AaPp]\.?[Mm]\.?)?"
    r"(?P<zone>Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
_DAY_AND_CLOCK = re.compile(
    r"(?P<day>\d{8}|.*?日|[^ T日]+)(?:[T ]+|(?<=日))(?P<clock>.*\d.*)"
)
_HALVES = {"上午": 0, "凌晨": 0, "早上": 0, "下午": 12, "晚上": 12}
_TWELVE = 12


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
    return f"{hour:02}:{match['minute']}{match['zone'] or ''}"


def _hour(match: re.Match[str]) -> int | None:
    """None where morning and afternoon contradict the hour, or could mean either."""
    hour, word, letters = int(match["hour"]), match["before"], match["after"]
    if word and letters:
        return None
    if letters:
        half = _TWELVE if letters[0] in "Pp" else 0
        return hour % _TWELVE + half if 1 <= hour <= _TWELVE else None
    if not word:
        return hour
    if hour == _TWELVE:
        return {"下午": 12, "凌晨": 0}.get(word)
    half = _HALVES[word]
    if hour > _TWELVE:
        return hour if half else None
    return hour + half


def iso_datetime(text: str) -> str:
    """Bring a date with or without a time to ISO, `T` between them."""
    text = plain(text)
    match = _DAY_AND_CLOCK.fullmatch(text)
    if match is None:
        return iso_date(text)
    day, clock = iso_date(match["day"]), iso_time(match["clock"])
    return _after_midnight(day, clock) or f"{day}T{clock}"


def _after_midnight(day: str, clock: str) -> str | None:
    if not clock.startswith("24:00"):
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
        if match and iso_time(match["clock"]).startswith("24:00")
    }


def unit_sign(text: str) -> str:
    """What is equal for units that mean the same: any mu, with or without ^ and ×."""
    return re.sub(r"[\s^*×·()\[\]]", "", comparison_key(text).removeprefix("x"))
