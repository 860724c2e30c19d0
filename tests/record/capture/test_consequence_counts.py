"""What each consequence of a save may take, in statements.

Counted as `tests/entry/test_statement_counts.py` counts; what it saves in its own
turn is counted with it. The same for two participants and for thirty, and where the log
that was written to holds one row and thirty.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from django.db import transaction

from enrollment.consent import consequences as consent
from enrollment.contact import consequences as contact
from enrollment.eligibility import consequences as eligibility
from enrollment.identity import consequences as identity
from enrollment.screening import consequences as screening
from enrollment.screening.services import close_screening
from enrollment.standing import consequences as standing
from exports import consequences as exports
from outcomes import consequences as outcomes
from randomization.allocation import consequences as allocation
from randomization.arms import arm_of
from randomization.code_breaks import consequences as code_breaks
from randomization.product import consequences as product
from randomization.product.checks import CELL_ITEMS
from record.accounts.services import accounts
from record.audit import events as audit_events
from record.audit.attribution import Reason, Source, attributed
from record.audit.events import announce
from record.audit.floods import TriesFlooded
from record.audit.vault import forget_keys
from record.capture import events, save_hooks
from record.capture.services.form_status import return_to_draft, strike_row
from record.capture.services.forms import save
from record.casebook.models import FormInstance, Participant
from record.casebook.values import MissingCode
from record.notices import consequences as notices
from safety.deaths import consequences as deaths
from safety.events import consequences as adverse_events
from safety.pregnancy import consequences as pregnancy
from safety.reports import consequences as reports
from tests.entry.test_statement_counts import counted
from tests.outcomes import course
from tests.people import STAGE, person
from tests.randomization import stage
from trial_edc import clock
from trial_edc.consequences import ON_EVENT, ON_SAVE
from visits.calendar import consequences as calendar
from visits.deviations import consequences as deviations
from visits.infusions import consequences as infusions
from visits.judgements import consequences as judgements
from visits.outlooks import consequences as outlooks
from visits.reminders import consequences as reminders
from visits.schedule import consequences as schedule

MISTAKE = Reason("error", "wrong person")
Hook = tuple[str, Callable[..., None]]  # form or event, and the consequence


class Class(NamedTuple):
    """Consequences that do about as much, and the most statements one may take."""

    what: str
    most: int
    consequences: tuple[Callable[..., None], ...]


CLASSES = (
    Class(
        "asks for what is done once, at the end of the act",
        1,
        (
            judgements.keep_values_to_judge,
            judgements.keep_values_to_judge_after,
            outlooks.keep_outlooks,
            outlooks.keep_outlooks_after,
            outlooks.keep_outlooks_of_begun_visit,
            outlooks.keep_outlooks_of_randomized,
            standing.keep_standing,
            standing.keep_standing_after,
            standing.keep_standing_of_confirmed,
            standing.keep_standing_of_participant,
        ),
    ),
    Class(
        "looks, and changes a row at most",
        3,
        (
            allocation.keep_randomization_record,
            calendar.end_feed,
            code_breaks.enter_accidental_code_break,
            consent.require_delegation,
            consent.require_version_in_force,
            deaths.report_death,
            eligibility.withdraw_confirmation,
            exports.keep_reader_of_site,
            infusions.find_second_infusion_not_given,
            outcomes.apply_withdrawal,
            product.check_product,
            product.clear_due_date_of_withdrawn_request,
            product.require_handover,
            product.dispense_containers,
            reminders.recheck_messages,
            reports.refuse_returning_sent_reports,
            reports.refuse_striking_sent_reports,
            reports.require_reason_for_later_awareness,
            reports.restart_clock,
            schedule.recalculate_after_signature,
            schedule.recalculate_due_dates,
            screening.protect_failed_criteria,
            screening.require_unused_screening,
        ),
    ),
    Class(
        "writes a mail to a few people",
        12,
        (
            notices.mail_password_link,
            notices.notify_of_empty_role,
            notices.notify_of_flood,
            notices.notify_of_lockout,
        ),
    ),
    Class(
        "writes a mail to whoever watches over accounts",
        24,
        (notices.notify_of_account_change, notices.notify_of_account_proposal),
    ),
    Class(
        "looks through the forms of a participant",
        8,
        (
            contact.store_person_key,
            deviations.review_deviations,
            deviations.review_deviations_after_strike,
            identity.ask_about_birth,
            infusions.mark_unneeded_time_points,
            product.create_record_of_signed_request,
            schedule.create_visit_forms,
            screening.recheck_demographics,
            schedule.recalculate_after_strike,
        ),
    ),
    Class(
        "opens a form, or closes one",
        15,
        (
            adverse_events.open_reaction_event,
            adverse_events.undo_struck_row,
            deaths.ensure_death_form,
            deviations.enter_deviation,
            deviations.find_visit_deviations,
            infusions.find_second_infusion_refused,
            outcomes.ensure_end_of_study,
            pregnancy.ensure_pregnancy_form,
        ),
    ),
    Class(
        "opens, freezes or reports more than one form",
        25,
        (
            consent.open_or_end_screening,
            eligibility.report_correction,
            eligibility.report_struck_row,
            infusions.anchor_schedule,
            infusions.find_blinding_at_risk,
            reports.open_report,
            screening.freeze_failed_criteria,
        ),
    ),
    Class("opens an event with its report", 35, (pregnancy.report_anomaly,)),
    Class("takes a withdrawal or a death back", 75, (outcomes.reapply_after_strike,)),
)
MOST = {consequence: one.most for one in CLASSES for consequence in one.consequences}


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> dict[Hook, int]:
    """Return the most statements that each consequence took; all run as ever."""
    most: dict[Hook, int] = {}

    def counting(what: str, consequence: Callable[..., None]) -> Callable[..., None]:
        def run(*context: Any) -> None:
            with counted() as statements:
                consequence(*context)
            hook = what, consequence
            most[hook] = max(most.get(hook, 0), len(statements))

        return run

    on_save = {
        code: tuple(replace(one, run=counting(code, one.run)) for one in found)
        for code, found in save_hooks.save_hooks().items()
    }
    on_event = {
        kind: tuple(counting(kind.__name__, run) for run in found)
        for kind, found in audit_events.event_hooks().items()
    }
    monkeypatch.setattr(save_hooks, "save_hooks", lambda: on_save)
    monkeypatch.setattr(audit_events, "event_hooks", lambda: on_event)
    return most


def screened_and_randomized() -> None:
    """Go from consent to the product and correct what was used on the way."""
    stage.open_study()
    who = stage.randomized_participant()
    coordinator, pharmacist = stage.colleague("CO"), stage.colleague("UP")
    contact = {"name": "王小明", "hospital_no": "H-1", "email": "li@example.org"}
    save(stage.form_of(who, "CTC"), contact, by=coordinator)
    request = stage.requested(who)
    arm, now = arm_of(who), clock.now()
    stage.stocked(arm)
    received = {"product": arm, "lot": f"{arm}-7", "as_allocated": "Y"}
    taken_out = {"containers": 1, "out_of_storage_at": now, "handed_to": pharmacist.pk}
    record = FormInstance.objects.get(participant=who, code="PRD", visit="D0")
    second = person("UP", username="up-second")
    preparation = {
        **dict.fromkeys(CELL_ITEMS, MissingCode.NOT_DONE),
        "prepared_at": now,
        "storage_temp_c": 4,
        "diluent": "saline_0_9",
        "final_volume_ml": 100,
        "cover_applied": "Y",
        "prepared_by": pharmacist.pk,
        "checked_by": second.pk,
    }
    save(record, {**received, **taken_out, **preparation}, by=pharmacist)
    for one in (pharmacist, second):
        stage.confirm_preparation(record, proof=stage.proof_of(one), by=one)
    handed = {"handed_over_at": clock.now()}
    save(record, handed, by=pharmacist)
    used = FormInstance.objects.filter(participant=who, code="CRE").latest("pk")
    why = {"value": MISTAKE}
    save(used, {"value": (190, "umol/L")}, by=coordinator, reasons=why)
    strike_row(used, by=coordinator, reason=MISTAKE, via=Source.PAGE)
    return_to_draft(request, by=coordinator, reason=MISTAKE, via=Source.PAGE)


def not_randomized() -> None:
    """Close a screening in which a criterion failed."""
    who, now = stage.ready(), clock.now()
    criteria = stage.form_of(who, "ELG")
    return_to_draft(criteria, by=STAGE, reason=MISTAKE, via=Source.COMMAND)
    failed = {"i4_can_comply": "N"}
    why = {"i4_can_comply": MISTAKE}
    save(criteria, failed, by=STAGE, via=Source.COMMAND, reasons=why)
    close_screening(who, reason="criteria_failed", closed_at=now, by=STAGE)


def infused(rows: int) -> Participant:
    """Return somebody with so many rows in the logs."""
    who = course.randomized(1000, infused=20)
    with attributed(by=STAGE, via=Source.COMMAND):
        announce(events.Randomized(who), by=STAGE, via=Source.COMMAND)
    for number in range(rows):
        course.row(who, "AE", {"term": f"Nausea {number}", "grade": "1"})
        course.row(who, "CAL", {"result": "no_answer"})
    return who


def at_the_bedside(who: Participant) -> None:
    """Have a reaction, see the product, and get no second infusion."""
    (bedside,) = course.forms(who, "INF")[:1]
    seen = {"reaction": "Y", "cover_intact": "N", "participant_saw": "Y"}
    moved = {"started_at": course.days_ago(19), "stopped_at": course.days_ago(18.9)}
    save(bedside, {**seen, **moved}, by=STAGE, via=Source.COMMAND)
    refusal = {"decision": "no_go_final", "reason": "product"}
    course.enter(who, "IRQ", refusal, "D7")
    missed = {"given": "not_given", "not_given_reason": "product"}
    course.enter(who, "INF", missed, "D7")
    not_taken = {"taken_at": MissingCode.NOT_DONE, "not_done_reason": "died"}
    course.enter(who, "VSI", not_taken, "D0")


def followed_up(who: Participant) -> None:
    """Have events, visits, stays and calls, withdraw, and be told to have died."""
    late = {"performed": "Y", "mode": "in_person", "visit_date": course.day(1)}
    course.enter(who, "VIS", late, "D14")
    stay = {"kind": "hospital", "hospital": "ours", "in_at": course.days_ago(21)}
    course.row(who, "STY", {**stay, "out_at": course.days_ago(2), "out_to": "died"})
    dialysis = {"row_kind": "course", "started_at": "2026", "ongoing": "N"}
    ended = {"ended_at": "2026", "stop_reason": "died"}
    course.row(who, "RRT", {**dialysis, **ended})
    for code in ("URI", "VIT"):
        course.enter(who, code, {}, "SCR")
    save(course.forms(who, "DEM")[0], {"sex": "F"}, by=STAGE, via=Source.COMMAND)
    course.row(who, "AE", {"term": "Embolism", "serious": "Y", "pregnancy": "Y"})
    report = course.forms(who, "SAE")[0]
    save(report, {"aware_at": course.days_ago(1)}, by=STAGE, via=Source.COMMAND)
    course.enter(who, "SPA", {"sponsor_aware_at": course.days_ago(1)})
    course.row(who, "PRG", {"outcome": "live_birth", "anomaly": "Y"})
    course.row(who, "CAL", {"at": course.days_ago(1), "result": "death_reported"})
    course.enter(who, "O28", {"vital_status": "alive"}, "D28")
    outcome = stage.form_of(who, "OM3", "M3")
    stage.enter(outcome, STAGE, {"vital_status": "alive"})
    withdrawal = {"kind": "everything", "on": course.day(1)}
    struck = course.row(who, "WDR", withdrawal)
    strike_row(struck, by=STAGE, reason=MISTAKE, via=Source.COMMAND)
    course.row(who, "AE", {"term": "Sepsis", "grade": "5", "outcome": "fatal"})
    death = course.enter(who, "DTH", {"death_on": course.day(1).isoformat()})
    course.enter(who, "EOS", {"reason": "died"})
    strike_row(death, by=STAGE, reason=MISTAKE, via=Source.COMMAND)


def accounts_come_and_go() -> None:
    administrator = person("AD")
    reader = person("BR")
    accounts.set_role(user=reader, role="IN", by=administrator, reason="moved")
    accounts.reset_password(user=reader, by=STAGE, reason="lost")
    accounts.deactivate(user=reader, by=STAGE, reason="left")
    with attributed(by=STAGE, via=Source.PAGE):
        accounts.record_lockout(username=reader.username, by=STAGE)
        announce(TriesFlooded("sign_in_refused"), by=STAGE, via=Source.PAGE)


def whole_trial(many: int) -> None:
    """Let every consequence happen, with so many participants and rows in a log."""
    for number in range(many - 1):
        course.participant(500 + number)
    screened_and_randomized()
    not_randomized()
    who = infused(many)
    at_the_bedside(who)
    followed_up(who)
    accounts_come_and_go()


def hooks() -> set[Hook]:
    after_save = ((code, hook.run) for code, many in ON_SAVE.items() for hook in many)
    after_event = (
        (kind.__name__, run) for kind, many in ON_EVENT.items() for run in many
    )
    return {*after_save, *after_event}


@pytest.mark.slow
@pytest.mark.django_db
def test_each_consequence_keeps_to_the_limit_of_its_class(
    taken: dict[Hook, int],
) -> None:
    with transaction.atomic():
        whole_trial(2)  # of one birth date and sex, which asks who they are
        transaction.set_rollback(True)
    two = dict(taken)
    taken.clear()
    forget_keys()
    whole_trial(30)

    assert two == taken
    assert set(taken) == hooks()  # the way above leaves none out
    above = {
        (what, consequence.__name__): statements
        for (what, consequence), statements in taken.items()
        if statements > MOST[consequence]
    }
    assert above == {}


def test_each_consequence_has_a_class() -> None:
    assert set(MOST) == {consequence for _what, consequence in hooks()}
