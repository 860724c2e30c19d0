"""A worker reads the files of laboratories and stores what people confirmed."""

from celery import shared_task

from imports.services import worker as working


@shared_task
def plan_import(file_id: int) -> None:
    working.plan(file_id)


@shared_task
def store_import(file_id: int) -> None:
    """Store a laboratory's file that a person confirmed."""
    working.store(file_id)
