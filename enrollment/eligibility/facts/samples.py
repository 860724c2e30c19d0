"""The rows of the creatinine log that rules may use; pure."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from datetime import datetime

from record.casebook.form_data import Casebook, FormData
from record.casebook.values import Partial, Quantity
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
    at, values = instant_of(one), (one.get("value"), other.get("value"))
    if at is None or at != instant_of(other) or not is_same_laboratory(one, other):
        return False
    known = [value.standard for value in values if isinstance(value, Quantity)]
    return len(known) == len(values) and known[0] != known[1]


def decisive_samples(casebook: Casebook) -> Iterator[FormData]:
    """Without those that contradict each other: none counts until that is settled."""
    by_instant: dict[Hashable, list[FormData]] = defaultdict(list)
    rows = casebook.rows("CRE")
    for row in rows:
        by_instant[instant_of(row)].append(row)
    return (row for row in rows if not _is_contested(row, by_instant[instant_of(row)]))


def _is_contested(sample: FormData, others: Iterable[FormData]) -> bool:
    return any(contradicts(sample, other) for other in others)
