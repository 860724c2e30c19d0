"""ICU and hospital days within 3 months."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from outcomes.rules.observed_course import Interval, Record
from trial_edc.dates import site_midnight, whole_seconds
from trial_edc.requirements import implements

SECONDS_A_DAY = 86_400


@implements("OUT-07")
def days_in(record: Record, intervals: Iterable[Interval]) -> Decimal:
    """Days of the union of stays, clipped to the observed part of the 3 months.

    Units: hours / 24, unrounded. A stay that ends before it begins is left out; an edit
    check asks about it.
    """
    opens, closes = record.starts_at, clip(record)
    total, reached = timedelta(0), opens
    for start, end in sorted((i.start, i.end or closes) for i in intervals):
        begin, finish = max(start, reached), min(end, closes)
        if finish > begin:
            total += finish - begin
            reached = finish
    return whole_seconds(total) / SECONDS_A_DAY


def clip(record: Record) -> datetime:
    """End (24:00) of the month-3 date, of death, withdrawal or cut-off."""
    ends = (record.month3, record.died_on, record.withdrawn_on, record.cutoff)
    return site_midnight(min(day for day in ends if day) + timedelta(days=1))
