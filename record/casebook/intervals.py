"""Times known in part, compared without filling in what is not known; pure."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any

from record.casebook.form_data import Casebook, FormData
from record.casebook.values import Partial, is_same
from trial_edc.dates import SITE_TZ

FIRST = datetime.min.replace(tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)
Bounds = tuple[datetime, datetime]


@lru_cache(maxsize=4096)  # a long log compares each row with each other
def bounds(value: Any) -> Bounds:
    """The first and the last instant that an entered time can mean."""
    if isinstance(value, datetime):
        return value, value
    if isinstance(value, Partial):
        instant = value.instant(SITE_TZ)
        if instant:
            return instant, instant
        return _midnight(value.earliest), _midnight(value.latest) + timedelta(days=1)
    return _midnight(value), _midnight(value) + timedelta(days=1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), SITE_TZ)


def ends_before_start(start: Any, end: Any) -> bool:
    if start is None or end is None:
        return False
    return bounds(end)[1] < bounds(start)[0]


def overlap(a: tuple[Any, Any], b: tuple[Any, Any]) -> bool:
    """The intervals overlap for certain; an end of None is open."""
    if a[0] is None or b[0] is None:
        return False
    a_end = LAST if a[1] is None else bounds(a[1])[0]
    b_end = LAST if b[1] is None else bounds(b[1])[0]
    return bounds(a[0])[1] < b_end and bounds(b[0])[1] < a_end


def is_on(value: Any, day: date) -> bool:
    """The time may lie on the date."""
    if value is None:
        return False
    begins_by_its_end = bounds(value)[0] < _midnight(day) + timedelta(days=1)
    return begins_by_its_end and is_since(value, day)


def is_since(value: Any, day: date | None) -> bool:
    """The time may lie on the date or later."""
    if value is None or day is None:
        return value is not None
    first, last = bounds(value)
    # The midnight that ends a day is the next day's, unless it is the instant meant.
    return last > _midnight(day) or first == _midnight(day)


def others(data: FormData, casebook: Casebook) -> Iterator[FormData]:
    own_key = data.key
    return (row for row in casebook.rows(data.code) if row.key != own_key)


def repeated_row(data: FormData, casebook: Casebook, *definite: str) -> FormData | None:
    """Another row, of the same visit if any, that says the same in every item.

    None while one of the `definite` items is missing, or a time among them is not known
    to the day: then two rows may be two things.
    """
    values = [data.get(item) for item in definite]
    if any(
        v is None or (isinstance(v, Partial) and not v.is_full_date) for v in values
    ):
        return None
    # One value of a row says already of most that they are another.
    rows = (
        row
        for row in others(data, casebook)
        if row.values.get(definite[-1]) == values[-1] and _is_same(row, data)
    )
    return next(rows, None)


def _is_same(one: FormData, other: FormData) -> bool:
    places = ((row.visit, row.visit_number) for row in (one, other))
    if len(set(places)) > 1:
        return False
    names = one.values.keys() | other.values.keys()
    return all(is_same(one.values.get(n), other.values.get(n)) for n in names)


def in_order(*dates: Partial | None) -> bool:
    """The dates may follow each other; an unknown one may stand anywhere."""
    present = [day for day in dates if day is not None]
    return all(earlier.earliest <= later.latest for earlier, later in pairwise(present))
