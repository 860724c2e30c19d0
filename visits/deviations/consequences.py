"""Deviations that are recorded, found from a visit, or checked again after a change."""

from collections.abc import Sequence

from record.audit.attribution import Actor, Source
from record.capture.events import DeviationFound, RowStruck
from record.capture.save_hooks import Saved
from record.casebook.selectors import casebook_of
from trial_edc import clock
from trial_edc.requirements import implements
from trial_edc.vocabulary import VisitCode, VisitStatus, YesNo
from visits.deviations import services as deviations
from visits.deviations.services import announce_deviation
from visits.schedule import rules, selectors, services
from visits.schedule.consequences import SCHEDULE_FORMS


def enter_deviation(event: DeviationFound, by: Actor, via: Source) -> None:
    del by
    deviations.record_deviation(event, via=via)


@implements("WIN-03", "WIN-04")
def find_visit_deviations(saved: Saved) -> None:
    services.mark_examinations(saved)
    if saved.form.visit in (VisitCode.SCREENING, VisitCode.UNSCHEDULED):
        return
    schedule = selectors.schedule_by_dates(saved.participant)
    services.recalculate_due_dates(saved.participant, schedule)
    visit = schedule.visit(saved.form.visit)
    announce_deviation(deviations.late_or_early_visit(saved.form, visit), saved)
    unmarked = rules.visit_status(visit.code, schedule.course, now=clock.now())
    if saved.data.get("performed") == YesNo.NO and _was_awaited(unmarked):
        announce_deviation(deviations.missed_visit(saved.form, visit), saved)


def _was_awaited(unmarked: rules.VisitState) -> bool:
    idle = (VisitStatus.NOT_REQUIRED, VisitStatus.NOT_SCHEDULED)
    return unmarked.status not in idle


@implements("WIN-08")
def review_deviations(saves: Sequence[Saved]) -> None:
    saved = saves[-1]
    deviations.sync_condition_queries(saved.participant, saved.casebook, by=saved.by)


def review_deviations_after_strike(event: RowStruck, by: Actor, via: Source) -> None:
    del via
    participant = event.form.participant
    if event.form.code in SCHEDULE_FORMS:
        deviations.sync_condition_queries(participant, casebook_of(participant), by=by)
