"""Periodic work: visits whose window closed."""

from celery import shared_task

from record.casebook.models import Participant
from record.lock.selectors import present_lock
from trial_edc.requirements import implements
from visits.deviations.services import (
    raise_missed_visits_of,
)

BATCH = 200


@shared_task
@implements("WIN-03")
def raise_missed_visits() -> int:
    """Record each visit whose window closed as a deviation; daily, safe to repeat.

    In a locked database nothing is recorded, and nothing fails each night.
    """
    if present_lock() is not None:
        return 0
    randomized = Participant.objects.filter(forms__code="RAN").distinct()
    raised, batch = 0, []
    for participant in randomized.iterator(chunk_size=BATCH):
        batch.append(participant)
        if len(batch) == BATCH:
            raised += raise_missed_visits_of(batch)
            batch = []
    return raised + (raise_missed_visits_of(batch) if batch else 0)
