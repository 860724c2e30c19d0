"""Deviations that rules find, and queries when their condition no longer holds."""

from collections.abc import Iterable

from record.audit.attribution import Actor, Process, Source, attributed
from record.audit.events import announce
from record.capture.events import DeviationFound
from record.capture.save_hooks import Saved
from record.capture.services import forms as capture
from record.capture.services.check_queries import recheck
from record.casebook.form_data import Casebook
from record.casebook.models import FormInstance, Participant
from record.casebook.services import form_instances
from record.review.models import Query, QueryState
from record.review.services import standing_places
from trial_edc import clock
from trial_edc.requirements import implements
from trial_edc.vocabulary import VisitStatus
from visits.deviations.facts import condition_no_longer_holds
from visits.deviations.vocabulary import (
    DeviationCategory,
    DeviationRule,
    Importance,
    RaisedBy,
)
from visits.models import ProtocolDeviation
from visits.schedule import selectors
from visits.schedule.facts import (
    Visit,
)
from visits.schedule.rules import StatusReason

FINDER = Process("deviations")
WINDOW_WATCH = Process("missed-visits")
CONDITION_QUERY = ("rule", "DEV-03")  # item and check of the query


def missed_visit(record: FormInstance, visit: Visit) -> DeviationFound:
    return DeviationFound(
        record.participant,
        DeviationCategory.MISSED_VISIT.value,
        DeviationRule.VISIT_MISSED.value,
        visit.closes_on or clock.today(),
        f"{visit.code.label} was missed.",
        form=record,
    )


def late_or_early_visit(record: FormInstance, visit: Visit) -> DeviationFound | None:
    """None when the visit took place inside its window."""
    window = visit.state.window
    if not visit.state.out_of_window or visit.done_on is None or window is None:
        return None
    return DeviationFound(
        record.participant,
        DeviationCategory.VISIT_WINDOW.value,
        DeviationRule.OUTSIDE_WINDOW.value,
        visit.done_on,
        f"{visit.code.label} took place on {visit.done_on}, outside its window "
        f"({window.opens} to {window.closes}).",
        form=record,
    )


def occasion_of(event: DeviationFound) -> str:
    return f"{event.rule} {event.form}" if event.form else event.rule


@implements("WIN-08")
def recorded_occasions(
    participants: Iterable[Participant], rule: str
) -> set[tuple[int, str]]:
    """Key of the participant and occasion of each deviation that needs no second row.

    A deviation that somebody struck out is not recorded again, unless it was struck out
    while its condition did not hold: it is recorded again when the condition is back.
    """
    deviations = ProtocolDeviation.objects.filter(
        form__participant__in=participants, rule__startswith=rule
    )
    return {
        (deviation.form.participant_id, str(deviation.rule))
        for deviation in deviations.select_related("form")
        if deviation.form.struck_at is None
        or CONDITION_QUERY not in standing_places(deviation.form)
    }


@implements("WIN-04")
def record_deviation(event: DeviationFound, *, via: Source) -> FormInstance | None:
    """Enter a deviation once for each occasion; people assess and resolve it."""
    occasion = occasion_of(event)
    recorded = recorded_occasions([event.participant], occasion)
    if (event.participant.pk, occasion) in recorded:
        return None
    today = clock.today()
    form = form_instances.add_row(event.participant, "DEV", by=FINDER, via=via)
    values: dict[str, object] = {
        "category": event.category,
        "raised_by": RaisedBy.SYSTEM.value,
        "rule": occasion,
        "occurred_on": min(event.occurred_on, today),
        "found_on": today,
        "description": event.description,
    }
    if event.important:
        values["importance"] = Importance.IMPORTANT.value
    capture.save(form, values, by=FINDER, via=via)
    return form


@implements("WIN-08")
def sync_condition_queries(
    participant: Participant, casebook: Casebook, *, by: Actor
) -> None:
    """Raise a query on each deviation whose condition no longer holds; strike none.

    The query is automatic: it stands in the work lists of the site and of the monitor,
    and closes when the condition holds again. Words, class, resolution and signature
    stay as they are.
    """
    deviations = casebook.rows("DEV")
    if not deviations:
        return
    item, check_id = CONDITION_QUERY
    queries = Query.objects.filter(
        form__participant=participant, item=item, check_id=check_id
    ).exclude(state=QueryState.CLOSED)
    queried = set(queries.values_list("form_id", flat=True))
    changed = [
        deviation.form_id
        for deviation in deviations
        if deviation.form_id
        and condition_no_longer_holds(deviation, casebook)
        != (deviation.form_id in queried)
    ]
    for form in FormInstance.objects.filter(pk__in=changed) if changed else ():
        form.participant = participant
        recheck(form, casebook, by=by)


def announce_deviation(event: DeviationFound | None, saved: Saved) -> None:
    if event:
        announce(event, by=saved.by, via=saved.via)


def raise_missed_visits_of(participants: list[Participant]) -> int:
    missed = DeviationRule.VISIT_MISSED.value
    recorded = recorded_occasions(participants, missed)
    records = FormInstance.objects.filter(
        participant__in=participants, code="VIS", struck_at=None
    ).select_related("participant")
    record_at = {(form.participant_id, form.visit): form for form in records}
    raised = 0
    for pk, schedule in selectors.schedules(participants).items():
        for visit in schedule.visits:
            form = record_at.get((pk, visit.code.value))
            is_recorded = (pk, f"{missed} {form}") in recorded
            if form and _missed_by_window(visit) and not is_recorded:
                _raise_missed_visit(form, visit)
                raised += 1
    return raised


def _missed_by_window(visit: Visit) -> bool:
    """Whether the window closed before anything ended the visit.

    A visit that staff marked as missed was recorded then.
    """
    marked = visit.state.reason == StatusReason.MARKED
    return visit.status == VisitStatus.MISSED and not marked


def _raise_missed_visit(form: FormInstance, visit: Visit) -> None:
    with attributed(by=WINDOW_WATCH, via=Source.TASK):
        form_instances.lock(form.participant)
        announce(missed_visit(form, visit), by=WINDOW_WATCH, via=Source.TASK)
