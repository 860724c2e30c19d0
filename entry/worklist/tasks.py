"""The morning's mail."""

from celery import shared_task

from entry.worklist import services as digest


@shared_task
def write_digests() -> int:
    return digest.write_due()
