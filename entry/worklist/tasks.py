"""The morning's mail."""

from celery import shared_task

from entry.worklist import services as digest


@shared_task
def write_digests() -> int:
    """Write the morning's mails; return how many."""
    return digest.write_due()
