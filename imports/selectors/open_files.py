"""Files that came and of which nobody has decided, or that are not stored yet."""

from collections.abc import Iterator

from django.urls import reverse

from imports.models import ImportedFile, ImportState
from record.lock.readiness import OpenLine

ENDED = (ImportState.DONE, ImportState.DISCARDED)


def files_before_lock() -> Iterator[OpenLine]:
    """By source and number: the name of a file may tell more than should be stored."""
    files = ImportedFile.objects.exclude(state__in=ENDED).select_related("source")
    for file in files.order_by("pk"):
        address = reverse("imports:file", args=[file.pk])
        words = str(file.get_state_display())
        yield OpenLine("", f"{file.source.code} #{file.pk}", address, words)
