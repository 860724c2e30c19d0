"""Instants at the site, to the minute."""

from datetime import date, datetime, timedelta

from trial_edc.dates import SITE_TZ

OPENS_MINUTE, CLOSES_MINUTE = 8 * 60, 18 * 60


def at(day: date, minute: int) -> datetime:
    """Instant so many minutes after midnight at the site."""
    start = datetime(day.year, day.month, day.day, tzinfo=SITE_TZ)
    return start + timedelta(minutes=minute)


def minute_of(instant: datetime) -> int:
    return instant.hour * 60 + instant.minute


def in_office_hours(instant: datetime) -> datetime:
    """The instant itself in office hours, else the next one inside them."""
    minute = minute_of(instant)
    if minute < OPENS_MINUTE:
        return at(instant.date(), OPENS_MINUTE + minute % 50)
    if minute >= CLOSES_MINUTE:
        return at(instant.date() + timedelta(days=1), OPENS_MINUTE + minute % 50)
    return instant


def days_after(day: date, days: int, minute: int) -> datetime:
    return at(day + timedelta(days=days), minute)
