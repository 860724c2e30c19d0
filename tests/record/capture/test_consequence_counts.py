"""What each consequence of a save takes: its own statements, stated one by one.

Counted as `tests/entry/test_statement_counts.py` counts; what it saves in its own
turn is counted with it. The same for one participant and for thirty, and where the log
that was written to holds one row and thirty.
"""

from collections.abc import Callable
from typing import Any

import pytest

from enrollment.screening import services as screening
from randomization.arms import arm_of
from randomization.product.checks import CELL_ITEMS
from randomization.product.services.preparing import confirm_preparation
from record.audit.attribution import Reason, Source, attributed
from record.capture import events, save_hooks
from record.capture.save_hooks import SaveHook, announce
from record.capture.services.forms import save, strike_row
from record.casebook.models import FormInstance, Participant
from record.casebook.values import MissingCode
from tests.entry.test_statement_counts import counted
from tests.outcomes import course
from tests.people import STAGE, person
from tests.randomization import stage
from trial_edc import clock

MISTAKE = Reason("error", "wrong person")
Key = tuple[str, str]  # form or event, and the consequence

# The most statements that each consequence takes on the way below.
STATEMENTS: dict[Key, int] = {
    ("AE", "expect_death_form"): 3,
    ("AE", "expect_pregnancy_form"): 11,
    ("AE", "open_report"): 20,
    ("CAL", "expect_death_form"): 2,
    ("CNS", "open_or_end_screening"): 25,
    ("CNS", "require_delegation"): 1,
    ("CNS", "require_version_in_force"): 1,
    ("CNS", "recheck_messages"): 1,
    ("CNS", "report_correction"): 1,
    ("CRE", "report_correction"): 23,
    ("CTC", "keep_person_key"): 3,
    ("CTC", "recheck_messages"): 1,
    ("DEM", "report_correction"): 1,
    ("DTH", "review_deviations"): 7,
    ("DTH", "report_death"): 2,
    ("DTH", "recalculate_due_dates"): 3,
    ("DTH", "recheck_messages"): 1,
    ("DeviationFound", "enter_deviation"): 11,
    ("ELG", "report_correction"): 1,
    ("FormSigned", "expect_signed_product"): 6,
    ("FormSigned", "recalculate_after_signature"): 2,
    ("INF", "anchor_schedule"): 20,
    ("INF", "review_deviations"): 3,
    ("INF", "find_blinding_at_risk"): 20,
    ("INF", "find_second_infusion_not_given"): 1,
    ("INF", "open_reaction"): 13,
    ("INF", "enter_accidental_code_break"): 2,
    ("INF", "mark_unneeded_time_points"): 2,
    ("IRQ", "review_deviations"): 3,
    ("IRQ", "find_second_infusion_refused"): 13,
    ("IRQ", "release_unwanted_product"): 1,
    ("IRQ", "recalculate_due_dates"): 2,
    ("IRQ", "mark_unneeded_time_points"): 5,
    ("IST", "report_correction"): 1,
    ("LAB", "report_correction"): 1,
    ("OM3", "propose_end_of_study"): 2,
    ("PRD", "take_containers"): 3,
    ("PRD", "require_handover"): 3,
    ("PRD", "compare_product"): 2,
    ("PRG", "report_anomaly"): 33,
    ("RAN", "keep_randomization_record"): 1,
    ("Randomized", "create_visit_forms"): 4,
    ("RowStruck", "review_deviations_after_strike"): 7,
    ("RowStruck", "keep_sent_reports"): 0,
    ("RowStruck", "require_nothing_begun"): 0,
    ("RowStruck", "reopen_after_strike"): 58,
    ("RowStruck", "recalculate_after_strike"): 4,
    ("RowStruck", "undo_struck_row"): 10,
    ("RowStruck", "report_struck_row"): 24,
    ("SAE", "restart_clock"): 2,
    ("SCN", "freeze_failed_criteria"): 19,
    ("SCN", "keep_failed_criteria"): 0,
    ("STY", "review_deviations"): 7,
    ("SPA", "require_reason_for_later_awareness"): 2,
    ("STY", "recalculate_due_dates"): 3,
    ("URI", "report_correction"): 1,
    ("VIS", "review_deviations"): 7,
    ("VIS", "recheck_messages"): 1,
    ("VIS", "find_visit_deviations"): 14,
    ("VIT", "report_correction"): 1,
    ("WDR", "review_deviations"): 7,
    ("WDR", "recalculate_due_dates"): 3,
    ("WDR", "recheck_messages"): 1,
    ("WDR", "end_what_was_withdrawn"): 2,
}


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> dict[Key, int]:
    """Return the most statements that each consequence took; all run as ever."""
    most: dict[Key, int] = {}

    def counting(what: str, consequence: Callable[..., None]) -> Callable[..., None]:
        def run(*told: Any) -> None:
            with counted() as statements:
                consequence(*told)
            key = what, consequence.__name__
            most[key] = max(most.get(key, 0), len(statements))

        return run

    listed = save_hooks.hooks()
    on_save = {
        code: tuple(SaveHook(one.items, counting(code, one.run)) for one in found)
        for code, found in listed.on_save.items()
    }
    on_event = {
        kind: tuple(counting(kind.__name__, run) for run in found)
        for kind, found in listed.on_event.items()
    }
    counted_hooks = save_hooks.Hooks(on_save, on_event)
    monkeypatch.setattr(save_hooks, "hooks", lambda: counted_hooks)
    return most


def screened_and_randomised() -> None:
    """Go from consent to the product and correct what was used on the way."""
    stage.open_study()
    who = stage.randomised()
    coordinator, pharmacist = stage.colleague("CO"), stage.colleague("UP")
    contact = {"name": "王小明", "hospital_no": "H-1", "email": "li@example.org"}
    save(stage.form_of(who, "CTC"), contact, by=coordinator, complete=False)
    stage.requested(who)
    arm, now = arm_of(who), clock.now()
    stage.stocked(arm)
    product = {"product": arm, "lot": f"{arm}-7", "as_allocated": "Y"}
    taken_out = {"containers": 1, "out_of_storage_at": now, "handed_to": pharmacist.pk}
    record = FormInstance.objects.get(participant=who, code="PRD", visit="D0")
    second = person("UP", username="up-second")
    told = {
        **dict.fromkeys(CELL_ITEMS, MissingCode.NOT_DONE),
        "prepared_at": now,
        "storage_temp_c": 4,
        "diluent": "saline_0_9",
        "final_volume_ml": 100,
        "cover_applied": "Y",
        "prepared_by": pharmacist.pk,
        "checked_by": second.pk,
    }
    save(record, {**product, **taken_out, **told}, by=pharmacist, complete=False)
    for one in (pharmacist, second):
        confirm_preparation(record, proof=stage.proof_of(one), by=one)
    handed = {"handed_over_at": clock.now()}
    save(record, handed, by=pharmacist, complete=False)
    used = FormInstance.objects.filter(participant=who, code="CRE").latest("pk")
    why = {"value": MISTAKE}
    save(used, {"value": (190, "umol/L")}, by=coordinator, reasons=why)
    strike_row(used, by=coordinator, reason=MISTAKE, via=Source.PAGE)


def not_randomised() -> None:
    """Close a screening in which a criterion failed."""
    who, now = stage.eligible(), clock.now()
    failed = {"i4_can_comply": "N"}
    why = {"i4_can_comply": MISTAKE}
    save(stage.form_of(who, "ELG"), failed, by=STAGE, via=Source.COMMAND, reasons=why)
    screening.close_screening(who, reason="criteria_failed", closed_at=now, by=STAGE)


def infused(rows: int) -> Participant:
    """Return somebody with so many rows in the logs."""
    who = course.randomised(1000, infused=20)
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


def followed_up(who: Participant) -> None:
    """Have events, visits, stays and calls, withdraw, and be told to have died."""
    late = {"performed": "Y", "mode": "in_person", "visit_date": course.day(1)}
    course.enter(who, "VIS", late, "D14")
    stay = {"kind": "hospital", "hospital": "ours", "in_at": course.days_ago(21)}
    course.row(who, "STY", {**stay, "out_at": course.days_ago(2)})
    for code in ("URI", "VIT"):
        course.enter(who, code, {}, "SCR")
    save(course.forms(who, "DEM")[0], {"sex": "F"}, by=STAGE, via=Source.COMMAND)
    course.row(who, "AE", {"term": "Embolism", "serious": "Y", "pregnancy": "Y"})
    report = course.forms(who, "SAE")[0]
    save(report, {"aware_at": course.days_ago(1)}, by=STAGE, via=Source.COMMAND)
    course.enter(who, "SPA", {"sponsor_aware_at": course.days_ago(1)})
    course.row(who, "PRG", {"outcome": "live_birth", "anomaly": "Y"})
    course.row(who, "CAL", {"at": course.days_ago(1), "result": "death_reported"})
    outcome = stage.form_of(who, "OM3", "M3")
    stage.enter(outcome, STAGE, {"vital_status": "alive"})
    withdrawal = {"kind": "everything", "on": course.day(1)}
    struck = course.row(who, "WDR", withdrawal)
    strike_row(struck, by=STAGE, reason=MISTAKE, via=Source.COMMAND)
    course.row(who, "AE", {"term": "Sepsis", "grade": "5", "outcome": "fatal"})
    death = course.enter(who, "DTH", {"death_on": course.day(1).isoformat()})
    strike_row(death, by=STAGE, reason=MISTAKE, via=Source.COMMAND)


@pytest.mark.django_db
@pytest.mark.parametrize("many", [1, 30])
def test_each_consequence_takes_the_statements_it_states(
    taken: dict[Key, int], many: int
) -> None:
    for number in range(many - 1):
        course.participant(500 + number)
    screened_and_randomised()
    not_randomised()
    who = infused(many)
    at_the_bedside(who)
    followed_up(who)

    assert taken == STATEMENTS


def test_no_consequence_is_left_out() -> None:
    listed = save_hooks.hooks()
    of_forms = {
        (code, one.run.__name__)
        for code, found in listed.on_save.items()
        for one in found
    }
    of_events = {
        (kind.__name__, run.__name__)
        for kind, found in listed.on_event.items()
        for run in found
    }

    assert set(STATEMENTS) == of_forms | of_events
