"""What each consequence of a save takes: its own statements, stated one by one.

Counted as `tests/entry/test_statement_counts.py` counts; what it saves in its own
turn is counted with it. The same for one participant and for thirty, and where the log
that was written to holds one row and thirty.
"""

from collections.abc import Callable
from typing import Any

import pytest

from enrollment import services as enrollment
from randomization.arms import arm_of
from randomization.product.checks import CELL_ITEMS
from randomization.product.services.preparing import confirm_preparation
from record.audit.attribution import Reason, Via, attributed
from record.capture import save_hooks as following
from record.capture.save_hooks import announce, events
from record.capture.services import save, strike_row
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
    ("AE", "start_clock"): 20,
    ("CAL", "expect_death_form"): 2,
    ("CNS", "consent_decided"): 25,
    ("CNS", "require_delegation"): 1,
    ("CNS", "require_version_in_force"): 1,
    ("CNS", "stop_messages"): 1,
    ("CNS", "tell_save"): 1,
    ("CRE", "tell_save"): 23,
    ("CTC", "keep_person_key"): 3,
    ("CTC", "stop_messages"): 1,
    ("DEM", "tell_save"): 1,
    ("DTH", "ask_about_grounds"): 7,
    ("DTH", "report_death"): 2,
    ("DTH", "settle"): 3,
    ("DTH", "stop_messages"): 1,
    ("DeviationFound", "record"): 11,
    ("ELG", "tell_save"): 1,
    ("FormSigned", "request_signed"): 6,
    ("FormSigned", "settle_signed"): 2,
    ("INF", "anchor"): 20,
    ("INF", "ask_about_grounds"): 3,
    ("INF", "blinding_at_risk"): 20,
    ("INF", "not_given"): 1,
    ("INF", "open_reaction"): 13,
    ("INF", "product_seen"): 2,
    ("INF", "settle_bedside"): 2,
    ("IRQ", "ask_about_grounds"): 3,
    ("IRQ", "refused_for_good"): 13,
    ("IRQ", "request_changed"): 1,
    ("IRQ", "settle"): 2,
    ("IRQ", "settle_bedside"): 5,
    ("IST", "tell_save"): 1,
    ("LAB", "tell_save"): 1,
    ("OM3", "propose_end"): 2,
    ("PRD", "containers_taken"): 3,
    ("PRD", "handed_over"): 3,
    ("PRD", "product_entered"): 2,
    ("PRG", "report_anomaly"): 33,
    ("RAN", "keep_randomisation_record"): 1,
    ("Randomized", "hang"): 4,
    ("RowStruck", "ask_about_grounds_struck"): 7,
    ("RowStruck", "keep_reports"): 0,
    ("RowStruck", "require_nothing_begun"): 0,
    ("RowStruck", "revoke"): 58,
    ("RowStruck", "settle_struck"): 4,
    ("RowStruck", "undo"): 10,
    ("RowStruck", "used_row_struck"): 24,
    ("SAE", "restart_clock"): 2,
    ("SCN", "freeze_failed_criteria"): 19,
    ("SCN", "keep_failed_criteria"): 0,
    ("STY", "ask_about_grounds"): 7,
    ("SPA", "require_reason_for_later_awareness"): 2,
    ("STY", "settle"): 3,
    ("URI", "tell_save"): 1,
    ("VIS", "ask_about_grounds"): 7,
    ("VIS", "stop_messages"): 1,
    ("VIS", "visit_told"): 14,
    ("VIT", "tell_save"): 1,
    ("WDR", "ask_about_grounds"): 7,
    ("WDR", "settle"): 3,
    ("WDR", "stop_messages"): 1,
    ("WDR", "withdraw"): 2,
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

    forms = [(code, items, counting(code, c)) for code, items, c in following._of_forms]
    told = [(kind, counting(kind.__name__, c)) for kind, c in following._of_events]
    monkeypatch.setattr(following, "_of_forms", forms)
    monkeypatch.setattr(following, "_of_events", told)
    return most


def screened_and_randomised() -> None:
    """Go from consent to the product and correct what was used on the way."""
    stage.open_study()
    who = stage.randomised()
    coordinator, pharmacist = stage.colleague("CO"), stage.colleague("UP")
    contact = {"name": "王小明", "hospital_no": "H-1", "email": "li@example.org"}
    save(stage.sheet(who, "CTC"), contact, by=coordinator, complete=False)
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
    strike_row(used, by=coordinator, reason=MISTAKE, via=Via.PAGE)


def not_randomised() -> None:
    """Close a screening in which a criterion failed."""
    who, now = stage.eligible(), clock.now()
    failed = {"i4_can_comply": "N"}
    why = {"i4_can_comply": MISTAKE}
    save(stage.sheet(who, "ELG"), failed, by=STAGE, via=Via.COMMAND, reasons=why)
    enrollment.close_screening(who, reason="criteria_failed", closed_at=now, by=STAGE)


def infused(rows: int) -> Participant:
    """Return somebody with so many rows in the logs."""
    who = course.randomised(1000, infused=20)
    with attributed(by=STAGE, via=Via.COMMAND):
        announce(events.Randomized(who), by=STAGE, via=Via.COMMAND)
    for number in range(rows):
        course.row(who, "AE", {"term": f"Nausea {number}", "grade": "1"})
        course.row(who, "CAL", {"result": "no_answer"})
    return who


def at_the_bedside(who: Participant) -> None:
    """Have a reaction, see the product, and get no second infusion."""
    (bedside,) = course.forms(who, "INF")[:1]
    seen = {"reaction": "Y", "cover_intact": "N", "participant_saw": "Y"}
    moved = {"started_at": course.days_ago(19), "stopped_at": course.days_ago(18.9)}
    save(bedside, {**seen, **moved}, by=STAGE, via=Via.COMMAND)
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
    save(course.forms(who, "DEM")[0], {"sex": "F"}, by=STAGE, via=Via.COMMAND)
    course.row(who, "AE", {"term": "Embolism", "serious": "Y", "pregnancy": "Y"})
    report = course.forms(who, "SAE")[0]
    save(report, {"aware_at": course.days_ago(1)}, by=STAGE, via=Via.COMMAND)
    course.enter(who, "SPA", {"sponsor_aware_at": course.days_ago(1)})
    course.row(who, "PRG", {"outcome": "live_birth", "anomaly": "Y"})
    course.row(who, "CAL", {"at": course.days_ago(1), "result": "death_reported"})
    outcome = stage.sheet(who, "OM3", "M3")
    stage.enter(outcome, STAGE, {"vital_status": "alive"})
    withdrawal = {"kind": "everything", "on": course.day(1)}
    struck = course.row(who, "WDR", withdrawal)
    strike_row(struck, by=STAGE, reason=MISTAKE, via=Via.COMMAND)
    course.row(who, "AE", {"term": "Sepsis", "grade": "5", "outcome": "fatal"})
    death = course.enter(who, "DTH", {"death_on": course.day(1).isoformat()})
    strike_row(death, by=STAGE, reason=MISTAKE, via=Via.COMMAND)


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
    of_forms = {(code, act.__name__) for code, _items, act in following._of_forms}
    of_events = {(kind.__name__, act.__name__) for kind, act in following._of_events}

    assert set(STATEMENTS) == of_forms | of_events
