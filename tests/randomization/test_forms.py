"""Forms, edit checks and the pure rules of the room."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from randomization.allocation.rules.readiness import RandomizationState, obstacles
from randomization.study import rules as study
from randomization.vocabulary import StudyStatus
from record.casebook import catalogue
from record.casebook.checks import CHECKS
from record.casebook.derived import derived_values
from record.casebook.form_data import Casebook, FormData
from trial_edc.protocol import PROTOCOL

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLANNED_ML = PROTOCOL.infusion.precedent.planned_volume_ml


def minutes(count):
    return NOON + timedelta(minutes=count)


def planned_in(minutes_after_noon):
    return {"IRQ": {"planned_start_at": minutes(minutes_after_noon)}}


def others_of(forms):
    return [FormData(code, values, visit="D0") for code, values in forms.items()]


def fires(check_id, values, **forms):
    data = FormData("PRD", values, visit="D0")
    result = CHECKS[check_id].run(data, Casebook.of([*others_of(forms), data]))
    return None if result is None else result.item


CASES = [
    ("PRD-01", {"prepared_by": 1, "checked_by": 1}, {}, "checked_by"),
    ("PRD-01", {"prepared_by": 1, "checked_by": 2}, {}, None),
    ("PRD-01", {}, {}, None),
    (
        "PRD-02",
        {"out_of_storage_at": NOON, "prepared_at": minutes(-1)},
        {},
        "prepared_at",
    ),
    (
        "PRD-02",
        {"out_of_storage_at": NOON, "thawed_at": NOON, "prepared_at": minutes(1)},
        {},
        None,
    ),
    ("PRD-03", {"final_volume_ml": PLANNED_ML + 1}, {}, "final_volume_ml"),
    ("PRD-03", {"final_volume_ml": PLANNED_ML}, {}, None),
    ("PRD-04", {"product": "SALINE", "passage": Decimal(3)}, {}, "product"),
    ("PRD-04", {"product": "MSC", "passage": Decimal(3)}, {}, None),
    ("PRD-04", {"product": "SALINE"}, {}, None),
    (
        "PRD-05",
        {
            "final_volume_ml": Decimal(100),
            "returned_ml": Decimal(60),
            "destroyed_ml": Decimal(41),
        },
        {},
        "destroyed_ml",
    ),
    (
        "PRD-06",
        {"final_volume_ml": Decimal(100), "destroyed_ml": Decimal(19)},
        {"INF": {"given": "partly", "volume_ml": Decimal(80)}},
        "destroyed_ml",
    ),
    (
        "PRD-06",
        {"final_volume_ml": Decimal(100), "destroyed_ml": Decimal(20)},
        {"INF": {"given": "partly", "volume_ml": Decimal(80)}},
        None,
    ),
    (
        "PRD-06",
        {"final_volume_ml": Decimal(100)},
        {"INF": {"given": "not_given"}},
        "destroyed_ml",
    ),
    ("PRD-06", {"final_volume_ml": Decimal(100)}, {}, None),
    (
        "PRD-07",
        {"thawed_at": NOON},
        {"INF": {"started_at": minutes(-1)}},
        "thawed_at",
    ),
    ("PRD-07", {"thawed_at": NOON}, {"INF": {"started_at": minutes(1440)}}, None),
    (
        "PRD-07",
        {"thawed_at": NOON},
        {"INF": {"started_at": minutes(1441)}},
        "thawed_at",
    ),
    ("PRD-08", {"thawed_at": NOON}, {"INF": {"started_at": minutes(120)}}, None),
    (
        "PRD-08",
        {"thawed_at": NOON},
        {"INF": {"started_at": minutes(121)}},
        "thawed_at",
    ),
    ("PRD-18", {"handed_over_at": NOON}, planned_in(20), None),
    ("PRD-18", {"handed_over_at": NOON}, planned_in(21), "handed_over_at"),
    ("PRD-18", {"handed_over_at": NOON}, {}, None),
    ("PRD-19", {"out_of_storage_at": NOON}, planned_in(90), None),
    ("PRD-19", {"out_of_storage_at": NOON}, planned_in(91), "out_of_storage_at"),
    ("PRD-19", {}, planned_in(91), None),
    (
        "PRD-05",
        {"final_volume_ml": Decimal(100), "destroyed_ml": Decimal(100)},
        {},
        None,
    ),
]
FIRES, QUIET = (
    [
        (check_id, FormData("PRD", values, visit="D0"), others_of(forms))
        for check_id, values, forms, item in CASES
        if (item is not None) is fired
    ]
    for fired in (True, False)
)


@pytest.mark.django_db
@pytest.mark.usefixtures("opened")  # with the planned volume
@pytest.mark.parametrize(("check_id", "values", "forms", "item"), CASES)
def test_check_of_the_product_record(check_id, values, forms, item):
    assert fires(check_id, values, **forms) == item


@pytest.mark.verifies("INF-01")
def test_dose_is_derived_from_product_request_and_bedside_record():
    data = FormData(
        "PRD",
        {
            "cells_per_ml_e6": Decimal("0.75"),
            "viability_pct": Decimal(95),
            "planned_dose_e6_kg": Decimal(1),
            "thawed_at": NOON,
        },
        visit="D0",
    )
    request = FormData("IRQ", {"dosing_weight_kg": Decimal(70)}, visit="D0")
    bedside = FormData(
        "INF",
        {"given": "given", "volume_ml": Decimal(100), "started_at": minutes(30)},
        visit="D0",
    )
    record = FormData("RAN", {"randomisation_no": "R-0413Z"})

    result = derived_values(data, Casebook.of([request, bedside, record, data]))

    values = {row.derivation.name: row.value for row in result}
    assert round(values.pop("dose_e6_kg"), 3) == Decimal("1.018")
    assert round(values.pop("pct_of_planned"), 1) == Decimal("101.8")
    assert values == {
        "infusion_number": 1,
        "randomisation_no": "R-0413Z",
        "viable_cells_e6": Decimal("71.25"),
        "thaw_to_start_min": 30,
        "flags": None,
    }


def test_product_record_is_restricted_and_alike_in_both_arms():
    design = catalogue.design("PRD")

    assert design.is_restricted
    assert design.collected.visits == ("D0", "D7")
    assert [str(row.title) for row in design.sections] == [
        "Product",
        "Cells",
        "Preparation",
        "Hand-over and remains",
    ]
    assert not any(item.facts.only_if for item in list(design.items.values())[:-2])


def test_randomization_record_names_no_product():
    design = catalogue.design("RAN")

    assert design.system_made
    assert list(design.items) == [
        "randomised_at",
        "randomised_by",
        "randomisation_no",
        "baseline_source",
        "baseline_umol_l",
        "baseline_sample",
        "screening_digest",
        "in_error",
        "in_error_reason",
    ]


READY = {
    "study_status": "open",
    "missing": (),
    "is_consented": True,
    "is_screening_open": True,
    "verdict": "eligible",
    "reasons": (),
    "confirmed_at": NOON,
    "was_confirmed": True,
    "has_person_key": True,
    "undecided": (),
    "same": (),
}


@pytest.mark.verifies("RND-01")
@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({}, []),
        ({"study_status": "setup"}, ["study"]),
        ({"study_status": "paused_infusion"}, ["study"]),
        ({"is_consented": False}, ["consent"]),
        ({"is_screening_open": False}, ["screening"]),
        (
            {"verdict": "indeterminate", "reasons": ("I1:unknown",)},
            ["verdict", "criterion"],
        ),
        ({"confirmed_at": None}, ["confirmation"]),
        ({"confirmed_at": None, "was_confirmed": False}, ["confirmation"]),
        ({"confirmed_at": NOON - timedelta(hours=24)}, []),
        ({"confirmed_at": NOON - timedelta(hours=24, seconds=1)}, ["confirmation"]),
    ],
)
def test_each_obstacle_alone(changed, codes):
    state = RandomizationState(**{**READY, **changed})

    result = obstacles(state, now=NOON, hours=24)

    assert [row.code for row in result] == codes


@pytest.mark.parametrize(
    ("before", "after", "two"),
    [
        ("setup", "open", True),
        ("open", "paused_randomisation", False),
        ("open", "paused_infusion", False),
        ("paused_randomisation", "paused_infusion", False),
        ("paused_infusion", "paused_randomisation", True),
        ("paused_infusion", "open", True),
        ("open", "closed", False),
        ("closed", "open", True),
    ],
)
def test_one_person_restricts_and_two_allow(before, after, two):
    assert after in study.next_steps(before)
    assert study.needs_second_person(before, after) is two


def test_locked_study_takes_no_step():
    assert study.next_steps(StudyStatus.LOCKED) == ()
    assert StudyStatus.PAUSED_INFUSION not in study.next_steps(StudyStatus.SETUP)
