"""Reads of laboratories and their reference ranges."""

from django.db.models import QuerySet

from visits.models import Laboratory


def laboratories() -> QuerySet[Laboratory]:
    """Return the laboratories by name, with their ranges."""
    return Laboratory.objects.prefetch_related(
        "ranges__entered_by", "ranges__approved_by"
    )
