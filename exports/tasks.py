"""Background work of exports: the largest takes longer than a page may."""

from celery import shared_task

from exports.services import jobs as services


@shared_task
def make_waiting() -> int:
    return services.make_waiting()


@shared_task
def make_export(key: str) -> None:
    services.make_export(key)
