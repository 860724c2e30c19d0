"""Runs of the edit checks, in the background and each night."""

from celery import shared_task

from record.audit.attribution import Source
from record.capture.problems import CheckRunRefused
from record.capture.services import check_runs


@shared_task
def run_checks(key: int) -> None:
    check_runs.run_checks(key)


@shared_task
def go_on_with_runs() -> int:
    return check_runs.run_waiting()


@shared_task
def run_approved_checks() -> int:
    """The number of queries that changed; none before the checks are approved."""
    try:
        outcome = check_runs.run_as_approved(via=Source.TASK)
    except CheckRunRefused:
        return 0
    return outcome.counts.total()
