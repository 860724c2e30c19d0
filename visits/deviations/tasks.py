"""Periodic work: visits that passed unseen."""

from celery import shared_task

from record.audit.attribution import Process, Via, attributed
from record.capture.save_hooks import announce
from record.casebook import services as casebook
from record.casebook.models import FormInstance, Participant
from trial_edc.requirements import implements
from trial_edc.vocabulary import VisitStatus
from visits.deviations.services import missed_visit, told_occasions
from visits.deviations.vocabulary import DeviationRule
from visits.schedule import selectors
from visits.schedule.facts import Visit
from visits.schedule.rules import StatusReason

WATCH = Process("missed-visits")
BATCH = 200


@shared_task
@implements("WIN-03")
def raise_missed_visits() -> int:
    """Tell each visit that passed unseen as a deviation; run daily, safe to repeat."""
    randomised = Participant.objects.filter(forms__code="RAN").distinct()
    raised, batch = 0, []
    for participant in randomised.iterator(chunk_size=BATCH):
        batch.append(participant)
        if len(batch) == BATCH:
            raised += _raise_in(batch)
            batch = []
    return raised + (_raise_in(batch) if batch else 0)


def _raise_in(people: list[Participant]) -> int:
    missed = DeviationRule.VISIT_MISSED.value
    told = told_occasions(people, missed)
    records = FormInstance.objects.filter(
        participant__in=people, code="VIS", struck_at=None
    ).select_related("participant")
    at = {(form.participant_id, form.visit): form for form in records}
    raised = 0
    for pk, schedule in selectors.schedules(people).items():
        for visit in schedule.visits:
            form = at.get((pk, visit.code.value))
            if form and _passed_unseen(visit) and (pk, f"{missed} {form}") not in told:
                _raise(form, visit)
                raised += 1
    return raised


def _passed_unseen(visit: Visit) -> bool:
    """Tell whether the window closed before anything ended the visit.

    What staff marked was told when they did.
    """
    marked = visit.state.reason == StatusReason.MARKED
    return visit.status == VisitStatus.MISSED and not marked


def _raise(form: FormInstance, visit: Visit) -> None:
    with attributed(by=WATCH, via=Via.TASK):
        casebook.lock(form.participant)
        announce(missed_visit(form, visit), by=WATCH, via=Via.TASK)
