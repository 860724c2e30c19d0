"""Background work on laboratory files: preview and storing."""

from celery import shared_task

from imports.services import worker


@shared_task
def resume_waiting() -> int:
    return worker.resume_waiting()


@shared_task
def plan_import(file_id: int) -> None:
    worker.plan(file_id)


@shared_task
def store_import(file_id: int) -> None:
    worker.store(file_id)
