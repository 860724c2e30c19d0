"""Fields of plain forms that take dates and times as people type them."""

from datetime import date, datetime
from typing import Any

from django import forms

from record.casebook import items
from trial_edc import dates


def _control(kind: str, example: str) -> forms.TextInput:
    attributes = {
        "class": "date-input",
        "placeholder": example,
        "autocomplete": "off",
        "data-now": kind,
    }
    return forms.TextInput(attributes)


class SiteTimeField(forms.Field):
    """An instant typed in site time, to the minute, such as `2026-03-08 14:30`."""

    item = items.DateTime()

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=_control("datetime", "2026-03-08 14:30"), **options)

    def prepare_value(self, value: Any) -> Any:
        """An instant in site time; what was typed stays as it was typed."""
        if not isinstance(value, datetime):
            return value
        return value.astimezone(dates.SITE_TZ).strftime("%Y-%m-%d %H:%M")

    def to_python(self, value: Any) -> datetime | None:
        return None if value in self.empty_values else self.item.parse(value)


class SiteDateField(forms.Field):
    """A date, such as `2026-03-08`."""

    item = items.Date()

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=_control("date", "2026-03-08"), **options)

    def prepare_value(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else value

    def to_python(self, value: Any) -> date | None:
        return None if value in self.empty_values else self.item.parse(value)
