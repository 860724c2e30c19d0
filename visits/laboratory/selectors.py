"""Reads of laboratories and their reference ranges."""

from django.db.models import QuerySet

from visits.models import Laboratory


def laboratories() -> QuerySet[Laboratory]:
    return Laboratory.objects.prefetch_related(
        "ranges__entered_by", "ranges__approved_by"
    )
