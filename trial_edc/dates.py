"""Calendar arithmetic of the protocol: months, ages, dates known only in part."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

SITE_TZ = ZoneInfo("Asia/Shanghai")  # every "date" in a rule is a date here

MONTHS_A_YEAR = 12
YEAR_ONLY, YEAR_AND_MONTH = 4, 7  # lengths of ISO 8601 partial dates


def site_date(instant: datetime) -> date:
    if instant.tzinfo is None:
        message = f"an instant needs a time zone: {instant.isoformat()}"
        raise ValueError(message)
    return instant.astimezone(SITE_TZ).date()


def site_midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SITE_TZ)


def whole_seconds(duration: timedelta) -> Decimal:
    return Decimal(duration // timedelta(seconds=1))


def add_months(day: date, months: int) -> date:
    """Same day of the month so many months later, or that month's last day."""
    index = day.year * MONTHS_A_YEAR + day.month - 1 + months
    year, month = index // MONTHS_A_YEAR, index % MONTHS_A_YEAR + 1
    last = calendar.monthrange(year, month)[1]
    return date(year, month, min(day.day, last))


def completed_years(born_on: date, on: date) -> int:
    """Count completed years; for 29 Feb the birthday in other years is 1 Mar."""
    before_birthday = (on.month, on.day) < (born_on.month, born_on.day)
    return on.year - born_on.year - before_birthday


@dataclass(frozen=True, slots=True)
class PartialDateText:
    """A date as far as it is known: the first and the last day that it may be."""

    earliest: date
    latest: date

    @property
    def is_exact(self) -> bool:
        return self.earliest == self.latest

    @classmethod
    def parse(cls, text: str) -> "PartialDateText":
        """Read `2022`, `2022-03`, `2022-03-01` or a date-time of the site.

        A date-time with an offset counts on its site date.
        """
        if len(text) == YEAR_ONLY:
            return cls(date(int(text), 1, 1), date(int(text), 12, 31))
        if len(text) == YEAR_AND_MONTH:
            first = date.fromisoformat(f"{text}-01")
            return cls(first, add_months(first, 1) - timedelta(days=1))
        moment = datetime.fromisoformat(text)
        day = moment.date() if moment.tzinfo is None else site_date(moment)
        return cls(day, day)
