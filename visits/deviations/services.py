"""Deviations that rules find, and queries when their condition no longer holds."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy

from record.audit.attribution import Actor, Process, Source, attributed
from record.audit.events import announce
from record.capture.events import DeviationFound
from record.capture.save_hooks import Saved
from record.capture.services import forms as capture
from record.capture.services.check_queries import recheck
from record.casebook.form_data import Casebook
from record.casebook.models import FormInstance, Participant
from record.casebook.services import form_instances
from record.review.models import WAITING, Query
from record.review.services import standing_places
from trial_edc import clock
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_, VisitCode, VisitStatus
from trial_edc.wording import Wording
from visits.deviations.facts import condition_no_longer_holds
from visits.deviations.vocabulary import (
    DeviationCategory,
    DeviationRule,
    Importance,
    RaisedBy,
)
from visits.models import DeviationFinding
from visits.schedule import selectors
from visits.schedule.facts import (
    Visit,
)
from visits.schedule.rules import StatusReason

FINDER = Process("deviations")
WINDOW_WATCH = Process("missed-visits")
MISSED = N_("%(visit)s was missed.")
OUTSIDE = N_(
    "%(visit)s took place on %(on)s, outside its window (%(opens)s to %(closes)s)."
)
CONDITION_QUERY = ("rule", "DEV-03")  # item and check of the query


def missed_visit(record: FormInstance, visit: Visit) -> DeviationFound:
    return DeviationFound(
        record.participant,
        DeviationCategory.MISSED_VISIT.value,
        DeviationRule.VISIT_MISSED.value,
        visit.closes_on or clock.today(),
        (Wording(MISSED, {"visit": gettext_lazy(visit.code.label)}),),
        form=record,
    )


def late_or_early_visit(record: FormInstance, visit: Visit) -> DeviationFound | None:
    """None when the visit took place inside its window."""
    window = visit.state.window
    if not visit.state.out_of_window or visit.done_on is None or window is None:
        return None
    details = {
        "visit": gettext_lazy(visit.code.label),
        "on": visit.done_on,
        "opens": window.opens,
        "closes": window.closes,
    }
    return DeviationFound(
        record.participant,
        DeviationCategory.VISIT_WINDOW.value,
        DeviationRule.OUTSIDE_WINDOW.value,
        visit.done_on,
        (Wording(OUTSIDE, details),),
        form=record,
    )


@implements("WIN-08")
def recorded_findings(
    participants: Iterable[Participant], rule: str
) -> set[tuple[int, int | None]]:
    """Keys of participant and form of what a rule found that needs no second row.

    A deviation that somebody struck out is not recorded again, unless it was struck out
    while its condition did not hold: it is recorded again when the condition is back.
    """
    findings = DeviationFinding.objects.filter(
        deviation__participant__in=participants, rule=rule
    )
    return {
        (finding.deviation.participant_id, finding.about_id)
        for finding in findings.select_related("deviation")
        if finding.deviation.struck_at is None
        or CONDITION_QUERY not in standing_places(finding.deviation)
    }


@implements("WIN-04")
def record_deviation(event: DeviationFound, *, via: Source) -> FormInstance | None:
    """Enter a deviation once for each rule and form; people assess and resolve it."""
    about = event.form.pk if event.form else None
    recorded = recorded_findings([event.participant], event.rule)
    if (event.participant.pk, about) in recorded:
        return None
    today = clock.today()
    form = form_instances.add_row(event.participant, "DEV", by=FINDER, via=via)
    values: dict[str, object] = {
        "category": event.category,
        "raised_by": RaisedBy.SYSTEM.value,
        "rule": event.rule,
        "visit_concerned": _visit_of(event),
        "occurred_on": min(event.occurred_on, today),
        "found_on": today,
        "description": " ".join(one.in_source_language for one in event.description),
    }
    if event.important:
        values["importance"] = Importance.IMPORTANT.value
    with attributed(by=FINDER, via=via):
        DeviationFinding.objects.create(
            deviation=form,
            rule=event.rule,
            about_id=about,
            sentences=[one.stored for one in event.description],
        )
        capture.save(form, values, by=FINDER, via=via, complete=False)
    return form


def _visit_of(event: DeviationFound) -> str | None:
    """The visit of the form; what concerns infusion 2 as such belongs to day 7."""
    if event.form:
        return event.form.visit or None
    is_infusion_2 = event.rule == DeviationRule.SECOND_NOT_GIVEN
    return VisitCode.DAY_7.value if is_infusion_2 else None


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
        form__participant=participant,
        item=item,
        check_id=check_id,
        state__in=WAITING,
    )
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
    recorded = recorded_findings(participants, missed)
    records = FormInstance.objects.filter(
        participant__in=participants, code="VIS", struck_at=None
    ).select_related("participant")
    record_at = {(form.participant_id, form.visit): form for form in records}
    raised = 0
    for pk, schedule in selectors.schedules(participants).items():
        for visit in schedule.visits:
            form = record_at.get((pk, visit.code.value))
            if form is None or (pk, form.pk) in recorded:
                continue
            if _missed_by_window(visit):
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
