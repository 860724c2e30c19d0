"""The samples that rules may use, of creatinine and of panels; pure."""

from collections import defaultdict
from collections.abc import Hashable, Iterator
from datetime import datetime
from decimal import Decimal

from record.casebook.form_data import Casebook, FormData
from record.casebook.values import DetectionLimit, Partial, Quantity, Value
from trial_edc.dates import SITE_TZ

TIMES = {"CRE": "sample_at", "LAB": "sampled_at"}
CREATININE = "value"  # the one analyte of its log


def instant_of(sample: FormData) -> datetime | None:
    """None while the time of day is not known."""
    taken_at: Value = sample.get(TIMES[sample.code])
    return taken_at.instant(SITE_TZ) if isinstance(taken_at, Partial) else taken_at


def is_same_laboratory(one: FormData, other: FormData) -> bool:
    """An unknown laboratory may be any."""
    laboratories = {one.get("laboratory"), other.get("laboratory")} - {None}
    return len(laboratories) <= 1


def contradicts(one: FormData, other: FormData, analyte: str = CREATININE) -> bool:
    """Two values of one instant and laboratory."""
    at = instant_of(one)
    if at is None or at != instant_of(other) or not is_same_laboratory(one, other):
        return False
    readings = [reading_of(row, analyte) for row in (one, other)]
    return None not in readings and readings[0] != readings[1]


def reading_of(
    sample: FormData, analyte: str = CREATININE
) -> tuple[str, Decimal] | None:
    """The value in the standard unit, whatever unit it was entered in."""
    value: Quantity | DetectionLimit | None = sample.get(analyte)
    if isinstance(value, DetectionLimit):
        return value.comparator, value.bound
    return ("=", value.standard) if value else None


def decisive_samples(
    casebook: Casebook, code: str = "CRE", analyte: str = CREATININE
) -> Iterator[FormData]:
    """Without those that contradict each other: none counts until that is settled."""
    by_instant: dict[Hashable, list[FormData]] = defaultdict(list)
    rows = casebook.rows(code)
    for row in rows:
        by_instant[instant_of(row)].append(row)
    return (
        row
        for row in rows
        if not any(contradicts(row, o, analyte) for o in by_instant[instant_of(row)])
    )
