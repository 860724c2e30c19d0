"""What follows for the schedule, and which deviations are found on the way.

Nothing is stored that the schedule derives; only due dates, sheets that no longer
apply, and deviations.
"""

from datetime import date

from django.utils.translation import gettext as _

from randomization.selectors import were_infusions_paused
from record.audit.attribution import Actor, Via
from record.capture.events import DeviationFound, FormSigned, Randomized, RowStruck
from record.capture.save_hooks import Saved, announce, follows
from record.capture.impact_previews import Foretold, foretells
from record.casebook.models import FormInstance
from record.casebook.selectors import binder_of
from record.casebook.sheets import Binder
from record.notices.services import look_again
from trial_edc import clock
from trial_edc.dates import site_date
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements
from trial_edc.vocabulary import VisitCode, VisitStatus, YesNo
from visits.deviations import services as deviations
from visits.schedule import rules, selectors, services
from visits.deviations.facts import (
    is_after_last_day,
    is_after_withdrawal,
    is_late_after_randomisation,
)
from visits.infusions.rules import StopReason
from visits.schedule.facts import (
    INFUSION_VISITS,
    STARTED,
    infusion_started_at,
    is_refused_for_good,
)
from visits.infusions.facts.stop_rules import reasons_against_second
from visits.infusions.vocabulary import Decision, Given, NoGoReason
from visits.schedule.vocabulary import DeviationCategory
from visits.schedule.vocabulary import DeviationRule as Rule

MESSAGE_FORMS = ("CNS", "DTH", "WDR")  # struck out, they may stop a message
MOVING_FORMS = ("DTH", "WDR", "STY", "INF", "IRQ")  # besides the visit records


@follows(DeviationFound)
def record(event: DeviationFound, by: Actor, via: Via) -> None:
    """Enter what was found into the deviation log."""
    del by
    deviations.record_deviation(event, via=via)


@follows(Randomized)
def hang(event: Randomized, by: Actor, via: Via) -> None:
    """Hang the sheets of all visits."""
    del by, via
    services.hang_visits(event.participant)


@follows("INF", "started_at", "given")
@implements("WIN-01")
def anchor(saved: Saved) -> None:
    """Anchor the schedule on the start of infusion 1, or move it."""
    if saved.form.visit == VisitCode.DAY_0:
        schedule = selectors.schedule(saved.participant)
        services.settle_due_dates(saved.participant, schedule)
        for visit in schedule.visits:
            if visit.state.out_of_window:
                record = selectors.visit_record(
                    saved.participant, visit.code, visit.number
                )
                _tell(deviations.late_or_early_visit(record, visit), saved)
    _infused_against_the_rule(saved)
    _second_not_given(saved)


@foretells("INF")
def moved_windows(form: FormInstance, before: Binder, after: Binder) -> Foretold | None:
    """Tell which windows another start of infusion 1 moves."""
    was, will_be = (infusion_started_at(binder, 1) for binder in (before, after))
    if form.visit != VisitCode.DAY_0 or was is None:
        return None
    if will_be and site_date(was) == site_date(will_be):
        return None
    text = _("Another start of infusion 1 moves every window.")
    columns = (
        _("Visit"),
        _("Window now"),
        _("Window then"),
        _("Done on"),
        _("Deviations"),
    )
    changes = selectors.preview_day0_change(form.participant, will_be)
    return Foretold(text, columns, tuple(_window_row(change) for change in changes))


def _window_row(change: selectors.WindowChange) -> tuple[str, ...]:
    done_on = change.done_on.isoformat() if change.done_on else "—"
    if change.falls_out:
        done_on += " · " + _("outside its window")
    windows = map(_span, (change.before, change.after))
    return (_(change.code.label), *windows, done_on, change.deviations)


def _span(window: rules.Window | None) -> str:
    return f"{window.opens} – {window.closes}" if window else "—"


@follows("INF", "started_at", "stopped_at", "given")
@follows("IRQ", "decision")
def settle_bedside(saved: Saved) -> None:
    """Time points after the stop, or of an infusion not given, do not apply."""
    services.settle_bedside(saved.participant, saved.form.visit, saved.binder)


@implements("INF-04")
def _infused_against_the_rule(saved: Saved) -> None:
    """Reality is never refused: what was given against the rule is told."""
    sheet, binder = saved.sheet, saved.binder
    number = INFUSION_VISITS.get(saved.form.visit)
    started_at = sheet.get("started_at")
    if number is None or started_at is None or sheet.get("given") not in STARTED:
        return
    on = site_date(started_at)
    found = {}
    if binder.value("IRQ", "decision", saved.form.visit) != Decision.GO:
        found[Rule.WITHOUT_GO] = f"Infusion {number} was given without a go."
    against = set(reasons_against_second(binder, started_at)) if number > 1 else set()
    if against - {StopReason.TOO_LATE}:
        found[Rule.AGAINST_STOP_RULE] = "Infusion 2 was given against a stop rule."
    if number > 1 and is_after_last_day(binder):
        last = PROTOCOL.schedule.infusion_2_last_day
        found[Rule.SECOND_INFUSION_LATE] = f"Infusion 2 was given after day {last}."
    if is_after_withdrawal(binder, saved.form.visit):
        found[Rule.AFTER_WITHDRAWAL] = (
            f"Infusion {number} was given after a withdrawal."
        )
    if were_infusions_paused(started_at):
        found[Rule.IN_PAUSE] = (
            f"Infusion {number} was given while infusions were paused."
        )
    category = DeviationCategory.INFUSION.value
    for rule, text in found.items():
        event = DeviationFound(
            saved.participant,
            category,
            rule.value,
            on,
            text,
            saved.form,
            important=True,
        )
        _tell(event, saved)
    if number == 1 and is_late_after_randomisation(binder):
        _tell(_first_infusion_late(saved.form, on), saved)


def _first_infusion_late(form: FormInstance, on: date) -> DeviationFound:
    hours = PROTOCOL.schedule.day0_hours_after_randomisation
    return DeviationFound(
        form.participant,
        DeviationCategory.INFUSION.value,
        Rule.FIRST_INFUSION_LATE.value,
        on,
        f"Infusion 1 started more than {hours} hours after randomisation.",
        form,
    )


@follows("IRQ", "decision", "reason")
def refused_for_good(saved: Saved) -> None:
    """An infusion 2 that will not be given is a deviation unless a rule stops it."""
    _second_not_given(saved)


@follows("INF", "not_given_reason")
def not_given(saved: Saved) -> None:
    """So is one that was not given."""
    _second_not_given(saved)


def _second_not_given(saved: Saved) -> None:
    binder = saved.binder
    refused = is_refused_for_good(binder, 2)
    missed = binder.value("INF", "given", VisitCode.DAY_7) == Given.NOT_GIVEN
    if saved.form.visit != VisitCode.DAY_7 or not (refused or missed):
        return
    told = (
        (refused, binder.value("IRQ", "reason", VisitCode.DAY_7)),
        (missed, binder.value("INF", "not_given_reason", VisitCode.DAY_7)),
    )
    reasons = {NoGoReason(reason) for holds, reason in told if holds and reason}
    excused = NoGoReason.DEATH in reasons or binder.value("DTH", "death_on")
    if not reasons or excused or binder.fact("stop_rule_met"):
        return
    why = ", ".join(sorted(reason.label for reason in reasons))
    event = DeviationFound(
        saved.participant,
        DeviationCategory.INFUSION.value,
        Rule.SECOND_NOT_GIVEN.value,
        clock.today(),
        f"Infusion 2 was not given: {why}.",
    )
    _tell(event, saved)


@follows("INF", "cover_intact", "participant_saw")
def blinding_at_risk(saved: Saved) -> None:
    """A cover that failed, or a product that was seen, may have unblinded."""
    sheet = saved.sheet
    found = {
        Rule.COVER_FAILED: (
            sheet.get("cover_intact") == YesNo.NO,
            "The cover of the infusion did not stay intact.",
        ),
        Rule.SEEN: (
            sheet.get("participant_saw") == YesNo.YES,
            "The participant saw the content of the infusion.",
        ),
    }
    started_at = sheet.get("started_at")
    on = site_date(started_at) if started_at else clock.today()
    category = DeviationCategory.BLINDING.value
    for rule, (holds, text) in found.items():
        if holds:
            event = DeviationFound(
                saved.participant, category, rule.value, on, text, saved.form
            )
            _tell(event, saved)


@follows("VIS", "performed", "visit_date", "mode")
@implements("WIN-03", "WIN-04")
def visit_told(saved: Saved) -> None:
    """A visit done late, or not at all, is a deviation; its other sheets follow it."""
    services.settle_examinations(saved)
    if saved.form.visit in (VisitCode.SCREENING, VisitCode.UNSCHEDULED):
        return
    schedule = selectors.schedule(saved.participant)
    services.settle_due_dates(saved.participant, schedule)
    visit = schedule.visit(saved.form.visit)
    _tell(deviations.late_or_early_visit(saved.form, visit), saved)
    unmarked = rules.visit_status(visit.code, schedule.course, now=clock.now())
    if saved.sheet.get("performed") == YesNo.NO and _was_awaited(unmarked):
        _tell(deviations.missed_visit(saved.form, visit), saved)


def _was_awaited(unmarked: rules.VisitState) -> bool:
    idle = (VisitStatus.NOT_REQUIRED, VisitStatus.NOT_SCHEDULED)
    return unmarked.status not in idle


def _tell(event: DeviationFound | None, saved: Saved) -> None:
    if event:
        announce(event, by=saved.by, via=saved.via)


@follows("IRQ", "decision")
@follows("DTH", "death_on")
@follows("WDR", "kind", "on")
@follows("STY", "hospital", "in_at", "out_at")
def settle(saved: Saved) -> None:
    """Due dates follow what the schedule derives."""
    services.settle_due_dates(saved.participant, selectors.schedule(saved.participant))


@follows("DTH", "death_on")
@follows("WDR", "kind", "on")
@follows("CTC", "opted_out_at", "phones", "email")
@follows("CNS", "kind", "decision", "decided_at", "channel", "recipient")
@follows("VIS", "appointment_at", "performed", "visit_date")
@implements("REM-01")
def stop_messages(saved: Saved) -> None:
    """What waits to be sent to the participant and is no longer right is stopped."""
    look_again(saved.participant)


@follows(FormSigned)
def settle_signed(event: FormSigned, by: Actor, via: Via) -> None:
    """A signed refusal of infusion 1 anchors the schedule on randomisation."""
    del by, via
    if event.form.code == "IRQ":
        services.settle_due_dates(event.form.participant)


@follows(RowStruck)
def settle_struck(event: RowStruck, by: Actor, via: Via) -> None:
    """A death, withdrawal or stay struck out no longer moves the schedule."""
    del by, via
    if event.form.code in MOVING_FORMS:
        services.settle_due_dates(event.form.participant)
    if event.form.code in MESSAGE_FORMS:
        look_again(event.form.participant)


@follows("INF", "given", "started_at", "cover_intact", "participant_saw")
@follows("VIS", "performed", "visit_date")
@follows("IRQ", "decision")
@follows("DTH", "death_on")
@follows("WDR", "kind", "on")
@follows("STY", "hospital", "in_at", "out_at")
@implements("WIN-08")
def ask_about_grounds(saved: Saved) -> None:
    """People decide on deviations whose ground fell away, or came back."""
    deviations.ask_about_grounds(saved.participant, saved.binder, by=saved.by)


@follows(RowStruck)
def ask_about_grounds_struck(event: RowStruck, by: Actor, via: Via) -> None:
    """The same after a death, withdrawal or stay was struck out or restored."""
    del via
    participant = event.form.participant
    if event.form.code in MOVING_FORMS:
        deviations.ask_about_grounds(participant, binder_of(participant), by=by)
