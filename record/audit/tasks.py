"""Periodic work on the audit trail."""

from celery import shared_task

from record.audit import heartbeats
from record.audit.floods import list_ended_windows
from record.audit.releases import record_release
from record.audit.seals import seal_finished


@shared_task
def seal_audit() -> int:
    return seal_finished()


@shared_task
def note_versions() -> bool:
    return record_release()


@shared_task
def list_counted_tries() -> int:
    return list_ended_windows()


@shared_task
def show_alive(worker: str) -> None:
    heartbeats.beat(worker)
