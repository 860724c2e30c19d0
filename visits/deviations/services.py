"""Deviations that rules find, and ask about again when their ground falls away."""

from collections.abc import Iterable

from record.audit.attribution import Actor, Process, Source, attributed
from record.capture.events import DeviationFound
from record.capture.save_hooks import Saved, announce
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
from visits.deviations.facts import fell_away
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
GROUND = ("rule", "DEV-03")  # the item and the check that asks about the ground


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
    """Return the deviation of a visit outside its window; None when it was inside."""
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
    """Return what tells this occasion from others: the rule and the form."""
    return f"{event.rule} {event.form}" if event.form else event.rule


@implements("WIN-08")
def told_occasions(
    participants: Iterable[Participant], rule: str
) -> set[tuple[int, str]]:
    """Return participant and occasion of what was found and needs no second row.

    What somebody struck out stays struck out, except where it was struck because its
    ground had fallen away: should that come back, it is found again.
    """
    found = ProtocolDeviation.objects.filter(
        form__participant__in=participants, rule__startswith=rule
    )
    return {
        (one.form.participant_id, str(one.rule))
        for one in found.select_related("form")
        if one.form.struck_at is None or GROUND not in standing_places(one.form)
    }


@implements("WIN-04")
def record_deviation(event: DeviationFound, *, via: Source) -> FormInstance | None:
    """Enter a found deviation, once for each occasion; people assess and resolve it."""
    occasion = occasion_of(event)
    told = told_occasions([event.participant], occasion)
    if (event.participant.pk, occasion) in told:
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
    capture.save(form, values, by=FINDER, via=via, complete=False)
    return form


@implements("WIN-08")
def ask_about_grounds(
    participant: Participant, casebook: Casebook, *, by: Actor
) -> None:
    """Ask people about each deviation whose ground fell away; strike none.

    The question is an automatic query: it stands in the work lists of the site and of
    the monitor, and closes by itself when the ground is back. Words, class, resolution
    and signature stay as they are.
    """
    found = casebook.rows("DEV")
    if not found:
        return
    item, check_id = GROUND
    asked = Query.objects.filter(
        form__participant=participant, item=item, check_id=check_id
    ).exclude(state=QueryState.CLOSED)
    waiting = set(asked.values_list("form_id", flat=True))
    turned = [
        row.form_id
        for row in found
        if row.form_id and fell_away(row, casebook) != (row.form_id in waiting)
    ]
    for form in FormInstance.objects.filter(pk__in=turned) if turned else ():
        form.participant = participant
        recheck(form, casebook, by=by)


def announce_found(event: DeviationFound | None, saved: Saved) -> None:
    if event:
        announce(event, by=saved.by, via=saved.via)


WATCH = Process("missed-visits")


def raise_missed_visits_of(people: list[Participant]) -> int:
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
                _raise_missed_visit(form, visit)
                raised += 1
    return raised


def _passed_unseen(visit: Visit) -> bool:
    """Tell whether the window closed before anything ended the visit.

    What staff marked was told when they did.
    """
    marked = visit.state.reason == StatusReason.MARKED
    return visit.status == VisitStatus.MISSED and not marked


def _raise_missed_visit(form: FormInstance, visit: Visit) -> None:
    with attributed(by=WATCH, via=Source.TASK):
        form_instances.lock(form.participant)
        announce(missed_visit(form, visit), by=WATCH, via=Source.TASK)
