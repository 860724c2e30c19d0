"""Consequences of an infusion: the schedule is anchored, deviations are recorded."""

from datetime import date, datetime

from django.utils.translation import gettext_lazy

from randomization.study.selectors import were_infusions_paused
from record.capture.events import DeviationFound
from record.capture.save_hooks import Saved
from record.casebook.models import FormInstance
from trial_edc import clock
from trial_edc.dates import site_date
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements
from trial_edc.vocabulary import INFUSION_VISITS, N_, VisitCode, YesNo
from trial_edc.wording import Wording
from visits.deviations import services as deviations
from visits.deviations.facts import (
    is_after_last_day,
    is_after_withdrawal,
    is_late_after_randomization,
    is_without_go,
)
from visits.deviations.services import announce_deviation
from visits.deviations.vocabulary import DeviationCategory
from visits.deviations.vocabulary import DeviationRule as Rule
from visits.infusions.facts.stop_rules import reasons_against_second
from visits.infusions.rules import StopReason
from visits.infusions.services import vital_signs
from visits.infusions.vocabulary import Given, NoGoReason
from visits.schedule import selectors, services
from visits.schedule.facts import STARTED, is_refused_for_good

GIVEN_WITHOUT_GO = N_("Infusion %(number)s was given without a go.")
GIVEN_AGAINST_RULE = N_("Infusion 2 was given against a stop rule.")
GIVEN_TOO_LATE = N_("Infusion 2 was given after day %(day)s.")
GIVEN_AFTER_WITHDRAWAL = N_("Infusion %(number)s was given after a withdrawal.")
GIVEN_IN_PAUSE = N_("Infusion %(number)s was given while infusions were paused.")
STARTED_LATE = N_("Infusion 1 started more than %(hours)s hours after randomization.")


@implements("WIN-01")
def anchor_schedule(saved: Saved) -> None:
    if saved.form.visit == VisitCode.DAY_0:
        schedule = selectors.schedule(saved.participant)
        services.recalculate_due_dates(saved.participant, schedule)
        for visit in schedule.visits:
            if visit.state.out_of_window:
                record = selectors.visit_record(
                    saved.participant, visit.code, visit.number
                )
                announce_deviation(deviations.late_or_early_visit(record, visit), saved)
    _find_infusion_deviations(saved)
    _find_second_not_given(saved)


def mark_unneeded_time_points(saved: Saved) -> None:
    vital_signs.mark_unneeded_time_points(
        saved.participant, saved.form.visit, saved.casebook
    )


@implements("INF-04")
def _find_infusion_deviations(saved: Saved) -> None:
    """What was given against a rule is saved, and recorded as a deviation."""
    data, casebook = saved.data, saved.casebook
    number = INFUSION_VISITS.get(saved.form.visit)
    started_at = data.get("started_at")
    if number is None or started_at is None or data.get("given") not in STARTED:
        return
    on = site_date(started_at)
    for rule, text in _broken_rules(saved, number, started_at).items():
        event = DeviationFound(
            saved.participant,
            DeviationCategory.INFUSION.value,
            rule.value,
            on,
            (text,),
            saved.form,
            important=True,
        )
        announce_deviation(event, saved)
    if number == 1 and is_late_after_randomization(casebook):
        announce_deviation(_first_infusion_late(saved.form, on), saved)


def _broken_rules(
    saved: Saved, number: int, started_at: datetime
) -> dict[Rule, Wording]:
    casebook, texts, which = saved.casebook, {}, {"number": number}
    if is_without_go(casebook, saved.form.visit):
        texts[Rule.WITHOUT_GO] = Wording(GIVEN_WITHOUT_GO, which)
    against = set(reasons_against_second(casebook, started_at)) if number > 1 else set()
    if against - {StopReason.TOO_LATE}:
        texts[Rule.AGAINST_STOP_RULE] = Wording(GIVEN_AGAINST_RULE)
    if number > 1 and is_after_last_day(casebook):
        last = {"day": PROTOCOL.schedule.infusion_2_last_day}
        texts[Rule.SECOND_INFUSION_LATE] = Wording(GIVEN_TOO_LATE, last)
    if is_after_withdrawal(casebook, saved.form.visit):
        texts[Rule.AFTER_WITHDRAWAL] = Wording(GIVEN_AFTER_WITHDRAWAL, which)
    if were_infusions_paused(started_at):
        texts[Rule.IN_PAUSE] = Wording(GIVEN_IN_PAUSE, which)
    return texts


def _first_infusion_late(form: FormInstance, on: date) -> DeviationFound:
    hours = PROTOCOL.schedule.day0_hours_after_randomization
    return DeviationFound(
        form.participant,
        DeviationCategory.INFUSION.value,
        Rule.FIRST_INFUSION_LATE.value,
        on,
        (Wording(STARTED_LATE, {"hours": hours}),),
        form,
    )


def find_second_infusion_refused(saved: Saved) -> None:
    """An infusion 2 that will not be given is a deviation unless a rule stops it."""
    _find_second_not_given(saved)


def find_second_infusion_not_given(saved: Saved) -> None:
    _find_second_not_given(saved)


def _find_second_not_given(saved: Saved) -> None:
    casebook = saved.casebook
    refused = is_refused_for_good(casebook, 2)
    missed = casebook.value("INF", "given", VisitCode.DAY_7) == Given.NOT_GIVEN
    if saved.form.visit != VisitCode.DAY_7 or not (refused or missed):
        return
    answers = (
        (refused, casebook.value("IRQ", "reason", VisitCode.DAY_7)),
        (missed, casebook.value("INF", "not_given_reason", VisitCode.DAY_7)),
    )
    reasons = {NoGoReason(reason) for holds, reason in answers if holds and reason}
    excused = NoGoReason.DEATH in reasons or casebook.value("DTH", "death_on")
    if not reasons or excused or casebook.fact("stop_rule_met"):
        return
    labels = sorted(reason.label for reason in reasons)
    sentences = [Wording(N_("Infusion 2 was not given."))]
    sentences += [
        Wording(N_("Reason: %(reason)s."), {"reason": gettext_lazy(label)})
        for label in labels
    ]
    event = DeviationFound(
        saved.participant,
        DeviationCategory.INFUSION.value,
        Rule.SECOND_NOT_GIVEN.value,
        clock.today(),
        tuple(sentences),
    )
    announce_deviation(event, saved)


def find_blinding_at_risk(saved: Saved) -> None:
    data = saved.data
    risks = {
        Rule.COVER_FAILED: (
            data.get("cover_intact") == YesNo.NO,
            N_("The cover of the infusion did not stay intact."),
        ),
        Rule.SEEN: (
            data.get("participant_saw") == YesNo.YES,
            N_("The participant saw the content of the infusion."),
        ),
    }
    started_at = data.get("started_at")
    on = site_date(started_at) if started_at else clock.today()
    category = DeviationCategory.BLINDING.value
    for rule, (holds, text) in risks.items():
        if holds:
            sentences = (Wording(text),)
            event = DeviationFound(
                saved.participant, category, rule.value, on, sentences, saved.form
            )
            announce_deviation(event, saved)
