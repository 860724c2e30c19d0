"""Dates, instants, times of day, and dates known in part."""

import re
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Model
from django.utils.dateparse import parse_date, parse_datetime, parse_time
from django.utils.translation import gettext_lazy as _

from record.casebook.items.base import Item
from record.casebook.typed import iso_date, iso_datetime, iso_time
from record.casebook.values import Partial, Value
from trial_edc.dates import SITE_TZ
from trial_edc.requirements import implements
from trial_edc.typed_text import described

AnyDate = TypeVar("AnyDate", bound=date)
FIRST_YEAR, LAST_YEAR = 1900, 2999  # beyond, arithmetic and databases have their ends
PLAIN_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}")
# A date alone is no instant: midnight is never filled in.
PLAIN_INSTANT = re.compile(
    PLAIN_DATE.pattern + r"[T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})?"
)
PLAIN_TIME = re.compile(r"[0-9]{2}:[0-9]{2}")


def checked_year(day: AnyDate, entered: Any) -> AnyDate:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        message = _("Check the year of “%(entered)s”.")
        raise ValidationError(message, "year", {"entered": described(entered)})
    return day


class Date(Item, models.DateField):  # type: ignore[misc,type-arg]
    """A full calendar date at the site."""

    base = models.DateField

    def parse_entered(self, raw: Any) -> Value:
        """Parse `YYYY-MM-DD`."""
        if isinstance(raw, date) and not isinstance(raw, datetime):
            return checked_year(raw, raw)
        text = iso_date(str(raw))
        try:
            day = parse_date(text) if PLAIN_DATE.fullmatch(text) else None
        except ValueError:
            day = None
        if day is None:
            message = _("“%(entered)s” is not a date. Enter it as 2026-03-08.")
            raise ValidationError(message, "type", {"entered": described(raw)})
        return checked_year(day, raw)

    def as_text(self, value: Value) -> str:
        return value.isoformat() if value else ""


class DateTime(Item, models.DateTimeField):  # type: ignore[misc,type-arg]
    """An instant to the minute, entered and shown in site time, stored in UTC."""

    base = models.DateTimeField

    def parse_entered(self, raw: Any) -> Value:
        """Parse `YYYY-MM-DD HH:MM` of site time to an aware instant."""
        try:
            instant = raw if isinstance(raw, datetime) else _instant(str(raw))
            local = _at_site(instant) if instant else None
        except (ValueError, OverflowError):
            local = None
        if local is None:
            message = _(
                "“%(entered)s” is not a date with time. Enter it as 2026-03-08 14:30."
            )
            raise ValidationError(message, "type", {"entered": described(raw)})
        return checked_year(local, raw).replace(second=0, microsecond=0)

    def as_text(self, value: Value) -> str:
        if value is None:
            return ""
        return f"{value.astimezone(SITE_TZ):%Y-%m-%d %H:%M}"

    def to_json(self, value: Value) -> Any:
        return value.astimezone(UTC).isoformat() if value else None


def _at_site(instant: datetime) -> datetime:
    """Convert to site time; without an offset it is site time already."""
    if instant.tzinfo is None:
        return instant.replace(tzinfo=SITE_TZ)
    return instant.astimezone(SITE_TZ)


def _instant(text: str) -> datetime | None:
    iso = iso_datetime(text)
    return parse_datetime(iso) if PLAIN_INSTANT.fullmatch(iso) else None


def _time_of_day(text: str) -> time | None:
    iso = iso_time(text)
    return parse_time(iso) if PLAIN_TIME.fullmatch(iso) else None


class Time(Item, models.TimeField):  # type: ignore[type-arg]
    """A time of day at the site."""

    base = models.TimeField

    def parse_entered(self, raw: Any) -> Value:
        """Parse `HH:MM`."""
        try:
            clock = raw if isinstance(raw, time) else _time_of_day(str(raw))
        except ValueError:
            clock = None
        if clock is None:
            message = _("“%(entered)s” is not a time. Enter it as 14:30.")
            if iso_time(str(raw)) == "24:00":
                message = _("24:00 is 00:00 of the next day. Enter 00:00 and that day.")
            raise ValidationError(message, "type", {"entered": described(raw)})
        return clock.replace(second=0, microsecond=0)

    def as_text(self, value: Value) -> str:
        return value.strftime("%H:%M") if value else ""


@implements("TIM-05")
class PartialDate(Item, models.CharField):  # type: ignore[type-arg]
    """A date or date-time known in part, kept as far as it is known."""

    base = models.CharField
    column_options = {"max_length": 16}

    def __init__(
        self,
        label: Any = "",
        *,
        with_time: bool = False,
        day_needed: bool = False,
        **options: Any,
    ) -> None:
        self.with_time, self.day_needed = with_time, day_needed
        super().__init__(label, **options)

    def value_in(self, row: Model) -> Partial | None:
        stored = getattr(row, self.attname)
        return Partial(str(stored)) if stored else None

    def store(self, row: Model, value: Value) -> None:
        setattr(row, self.attname, value.text if value else None)

    def parse_entered(self, raw: Any) -> Value:
        """Parse a partial date; a blank between date and time is accepted."""
        text = raw.text if isinstance(raw, Partial) else str(raw)
        if isinstance(raw, datetime):
            local = raw.astimezone(SITE_TZ) if raw.tzinfo else raw
            text = local.strftime("%Y-%m-%dT%H:%M")
        try:
            partial = Partial(iso_datetime(text))
        except ValueError as problem:
            example = "2026, 2026-03, 2026-03-08"
            if self.with_time:
                example += ", 2026-03-08 14:30"
            message = _(
                "“%(entered)s” is not a date. Enter what is known: %(example)s."
            )
            params = {"entered": described(raw), "example": example}
            raise ValidationError(message, "type", params) from problem
        checked_year(partial.earliest, raw)
        if partial.has_time and not self.with_time:
            raise ValidationError(_("Enter the date without a time."), "type")
        if self.day_needed and not partial.is_full_date:
            raise ValidationError(_("Enter at least the full date."), "type")
        return partial
