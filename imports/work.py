"""Laboratory files on the page “My work”."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from imports.models import ImportedFile, ImportState
from record.accounts.models import User
from record.accounts.roles import Permission
from record.notices.work_items import DUE, WAITING, WorkGroup, WorkItem, work_of

MAX_FILES = 20
TO_DECIDE = (ImportState.READY, ImportState.RECEIVED, ImportState.FAILED)


@work_of(WorkGroup.REVIEW, Permission.IMPORT_LAB)
def files_to_decide(user: User) -> Iterator[WorkItem]:
    """Files to map, to confirm or to discard, the oldest first; one select."""
    del user  # every role that may import sees each file
    files = ImportedFile.objects.filter(state__in=TO_DECIDE).select_related("source")
    for file in files.order_by("id")[:MAX_FILES]:
        yield WorkItem(
            WAITING if file.received_by_id else DUE,
            _("Laboratory files"),
            "",
            f"{file.source} · {file.get_state_display()}",
            reverse("imports:file", args=[file.pk]),
            "due",
        )
