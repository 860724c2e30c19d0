"""The page of backups: when the last one was made, and the button for the next."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from record.audit.models import Entry
from record.backup import selectors
from record.backup.services.requests import request_backup
from record.backup.tables import BackupTable


@permitted(Permission.BACKUP)
def backups(request: StaffRequest) -> HttpResponse:
    if request.method == "POST":
        request_backup(by=request.user)
        messages.success(request, _("A backup is being made. Open this page again."))
        return redirect("backup:backups")
    context = {
        "table": BackupTable(selectors.backup_acts(), request, lines_of=_events),
        "last_made_at": selectors.last_made_at(),
        "is_late": selectors.is_late(),
        "age_hours": settings.BACKUP_AGE_HOURS,
        "has_recipients": bool(settings.BACKUP_RECIPIENTS),
    }
    return render(request, "record/backup/backups.html", context)


def _events(entries: list[Entry]) -> list[selectors.BackupEvent]:
    return [selectors.BackupEvent(entry) for entry in entries]
