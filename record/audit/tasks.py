"""Periodic work on the audit trail."""

from celery import shared_task

from record.audit.releases import record_release
from record.audit.seals import seal_finished


@shared_task
def seal_audit() -> int:
    seal = seal_finished()
    return seal.count if seal else 0


@shared_task
def note_versions() -> bool:
    return record_release()
