"""Periodic work on the audit trail."""

from celery import shared_task

from record.audit.releases import note_release
from record.audit.seals import seal_finished


@shared_task
def seal_audit() -> int:
    """Seal what is finished; return how many entries came under the seal."""
    seal = seal_finished()
    return seal.count if seal else 0


@shared_task
def note_versions() -> bool:
    """Note the versions that run; tell whether they are new."""
    return note_release()
