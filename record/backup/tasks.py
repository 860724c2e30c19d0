"""The nightly backup, and the watch over it."""

from celery import shared_task
from django.conf import settings

from record.audit.attribution import Source
from record.backup.services import making, watch


@shared_task
def make_backup() -> str:
    """Name of the file; empty in a demo without recipients, which makes none."""
    if settings.DEMO and not settings.BACKUP_RECIPIENTS:
        return ""
    return making.make_backup(via=Source.TASK).path.name


@shared_task
def watch_backups() -> bool:
    if settings.DEMO and not settings.BACKUP_RECIPIENTS:
        return False
    return watch.notify_of_problems()
