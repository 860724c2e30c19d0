"""Pages of the trail: from one instant to another, so that no id and no total shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise

from django.db.models import QuerySet

from record.audit.models import Entry

PER_PAGE = 100
MOST_PAGES = 10  # that one statement makes of one
PER_BATCH = 2_000  # entries of a file that are in memory at a time


@dataclass(frozen=True)
class Stretch:
    """Entries of one page; `until` is where the next one begins, None at the end."""

    entries: list[Entry]
    until: datetime | None = None


def stretch(
    entries: QuerySet[Entry],
    *,
    after: datetime | None = None,
    oldest_first: bool = False,
    size: int = PER_PAGE,
) -> Stretch:
    """The entries beyond an instant, in either direction, newest first as a rule.

    A page ends between two writes: what one statement wrote stands together, in the
    order of participants and forms, since the database wrote it in any order.
    """
    beyond = "at__gt" if oldest_first else "at__lt"
    order = ("at", "id") if oldest_first else ("-at", "-id")
    ordered = entries.order_by(*order)
    rest = ordered.filter(**{beyond: after}) if after else ordered
    rows = list(rest[: size + 1])
    if len(rows) <= size:
        return Stretch(_in_order(rows))
    if whole := _whole_writes(rows):
        return _part(whole)
    return _longer(rest, size * MOST_PAGES)


def _part(whole: list[Entry]) -> Stretch:
    return Stretch(_in_order(whole), whole[-1].at)


def _longer(rest: QuerySet[Entry], size: int) -> Stretch:
    """One statement that wrote more than a page; what is longer still is cut."""
    rows = list(rest[: size + 1])
    if len(rows) <= size:
        return Stretch(_in_order(rows))
    ends = [n for n, (a, b) in enumerate(pairwise(rows), 1) if a.at != b.at]
    whole = _whole_writes(rows) or rows[: ends[-1] if ends else 0]
    return _part(whole or list(rest.filter(at=rows[0].at)))


def _whole_writes(rows: list[Entry]) -> list[Entry]:
    """The rows before the last place that lies between two writes."""
    ends = [
        n
        for n, (a, b) in enumerate(pairwise(rows), 1)
        if _write(a) != _write(b) and a.at != b.at
    ]
    return rows[: ends[-1]] if ends else []


def _write(entry: Entry) -> tuple[object, ...]:
    return (entry.transaction_id, entry.table_name, entry.operation, entry.act)


def _in_order(rows: list[Entry]) -> list[Entry]:
    writes = (list(own) for _key, own in groupby(rows, key=_write))
    return [entry for own in writes for entry in sorted(own, key=_place)]


def _place(entry: Entry) -> tuple[int, int, int]:
    return (entry.participant_id or 0, entry.form_id or 0, entry.row_id or 0)


def batches(entries: QuerySet[Entry], size: int = PER_BATCH) -> Iterator[list[Entry]]:
    """All of them, oldest first; what one statement wrote is not divided.

    Each batch is a select of its own: neither the database nor this process holds the
    whole answer, and no transaction stays open while somebody downloads.
    """
    after: datetime | None = None
    while True:
        part = stretch(entries, after=after, oldest_first=True, size=size)
        if part.entries:
            yield part.entries
        if part.until is None:
            return
        after = part.until
