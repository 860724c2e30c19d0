"""Outlooks are kept in step with the forms."""

from collections.abc import Collection

from visits.models import VisitOutlook
from visits.outlooks.selectors import (
    KEY,
    Row,
    derived_rows,
    key_of,
    stored_outlooks,
)


def store_outlooks_of(participant_id: int) -> None:
    """Write what differs: two selects more than the schedule has, and one write."""
    store_outlooks([participant_id])


def store_outlooks(people: Collection[int]) -> None:
    stored = stored_outlooks(people)
    derived = {key_of(row): row for row in derived_rows(people)}
    rows = [row for key, row in derived.items() if _differs(stored.get(key), row)]
    if rows:
        VisitOutlook.objects.bulk_create(
            [VisitOutlook(**row) for row in rows],
            update_conflicts=True,
            unique_fields=KEY,
            update_fields=[name for name in rows[0] if name not in KEY],
        )
    gone = [outlook.pk for key, outlook in stored.items() if key not in derived]
    if gone:
        VisitOutlook.objects.filter(pk__in=gone).delete()


def _differs(stored: VisitOutlook | None, row: Row) -> bool:
    return stored is None or any(getattr(stored, n) != v for n, v in row.items())
