"""Periodic work on the audit trail."""

from celery import shared_task

from record.audit.releases import record_release
from record.audit.seals import seal_finished


@shared_task
def seal_audit() -> int:
    return seal_finished()


@shared_task
def note_versions() -> bool:
    return record_release()
