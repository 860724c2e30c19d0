"""The rows of the creatinine log that rules may use; pure."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from datetime import datetime
from decimal import Decimal

from record.casebook.form_data import Casebook, FormData
from record.casebook.values import DetectionLimit, Partial, Quantity
from trial_edc.dates import SITE_TZ


def instant_of(sample: FormData) -> datetime | None:
    """None while the time of day is not known."""
    sample_at = sample.get("sample_at")
    return sample_at.instant(SITE_TZ) if isinstance(sample_at, Partial) else sample_at


def is_same_laboratory(one: FormData, other: FormData) -> bool:
    """An unknown laboratory may be any."""
    laboratories = {one.get("laboratory"), other.get("laboratory")} - {None}
    return len(laboratories) <= 1


def contradicts(one: FormData, other: FormData) -> bool:
    """Two values of one instant and laboratory."""
    at, readings = instant_of(one), [reading_of(one), reading_of(other)]
    if at is None or at != instant_of(other) or not is_same_laboratory(one, other):
        return False
    return None not in readings and readings[0] != readings[1]


def reading_of(sample: FormData) -> tuple[str, Decimal] | None:
    """The value in the standard unit, whatever unit it was entered in."""
    value: Quantity | DetectionLimit | None = sample.get("value")
    if isinstance(value, DetectionLimit):
        return value.comparator, value.bound
    return ("=", value.standard) if value else None


def decisive_samples(casebook: Casebook) -> Iterator[FormData]:
    """Without those that contradict each other: none counts until that is settled."""
    by_instant: dict[Hashable, list[FormData]] = defaultdict(list)
    rows = casebook.rows("CRE")
    for row in rows:
        by_instant[instant_of(row)].append(row)
    return (row for row in rows if not _is_contested(row, by_instant[instant_of(row)]))


def _is_contested(sample: FormData, others: Iterable[FormData]) -> bool:
    return any(contradicts(sample, other) for other in others)
