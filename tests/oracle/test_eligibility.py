"""Screening inputs: verdict, reasons and derived numbers."""

import json
from collections.abc import Callable
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any, TypeVar

import pytest

from enrollment.eligibility.rules import (
    BurstDecision,
    CriterionAnswer,
    Evidence,
    Immunosuppressant,
    Sample,
    SteroidCourse,
    TimedCollection,
    assess,
)
from tests.oracle.cases import Case, at_site, compare, day, each_case, number
from trial_edc.protocol import PROTOCOL, EgfrEquation, EligibilitySettings
from trial_edc.vocabulary import Sex

ANSWERS = {
    "yes": CriterionAnswer.YES,
    "no": CriterionAnswer.NO,
    "na": CriterionAnswer.NOT_APPLICABLE,
    "not_applicable": CriterionAnswer.NOT_APPLICABLE,
}
DATE_LENGTH = 10
T = TypeVar("T")


def settings(cell: str) -> EligibilitySettings:
    """Apply the settings that a case changes; an unknown one is an error."""
    changes: dict[str, Any] = {}
    names = {field.name for field in fields(EligibilitySettings)}
    for name, value in json.loads(cell or "{}").items():
        assert name.lower() in names, f"no setting {name}"
        changes[name.lower()] = value
    if "egfr_equation" in changes:
        changes["egfr_equation"] = EgfrEquation(changes["egfr_equation"])
    return replace(PROTOCOL.eligibility, **changes)


def rows(cell: str) -> list[dict[str, str]] | None:
    """Read a list; an empty cell was never asked for."""
    return None if not cell else json.loads(cell)


def sample(row: dict[str, str]) -> Sample:
    """Read one creatinine."""
    return Sample(
        at=at_site(row["at"]),
        value=Decimal(str(row["value"])),
        unit=row["unit"],
        date_only=len(row["at"]) == DATE_LENGTH,
    )


def collection(row: dict[str, str]) -> TimedCollection:
    """Read one urine collection."""
    return TimedCollection(
        at_site(row["start"]), at_site(row["end"]), number(str(row["ml"]))
    )


def steroid(row: dict[str, str]) -> SteroidCourse:
    """Read one steroid course; an empty end is still taken."""
    return SteroidCourse(
        drug=row["drug"],
        mg_per_day=number(str(row["mg_per_day"])),
        start=row["start"] or None,
        stop=row["end"] or None,
        ongoing=not row["end"],
        route=row["route"],
    )


def immunosuppressant(row: dict[str, str]) -> Immunosuppressant:
    """Read one immunosuppressant."""
    changes = (row["last_change"] or None,)
    return Immunosuppressant(row["drug"], changes, row.get("stop") or None)


def optional(cell: str, read: Callable[[dict[str, str]], T]) -> tuple[T, ...] | None:
    """Read a list of rows that may never have been asked for."""
    values = rows(cell)
    return None if values is None else tuple(read(row) for row in values)


def burst_decision(judgement: dict[str, str]) -> BurstDecision | None:
    """Read the investigator's decision on a short burst, where a case gives one."""
    word = judgement.pop("E17_burst", "")
    return BurstDecision(word) if word else None


def evidence(case: Case) -> Evidence:
    """Read one candidate."""
    judgement = json.loads(case["judgement"] or "{}")
    organs = rows(case["nonrenal_failed_organs"])
    return Evidence(
        consent_on=day(case["consent_date"]),
        birth_on=day(case["birth_date"]),
        sex=Sex(case["sex"]) if case["sex"] else None,
        samples=tuple(sample(row) for row in rows(case["scr_series"]) or ()),
        urine=tuple(collection(row) for row in rows(case["urine_collections"]) or ()),
        weight_kg=number(case["weight_kg"]),
        onset_attested=ANSWERS.get(case["onset_within_48h_attested"]),
        lvef_pct=number(case["lvef_pct"]),
        platelets=number(case["platelets_value"]),
        platelets_unit=case["platelets_unit"],
        steroids=optional(case["steroid_courses"], steroid),
        immunosuppressants=optional(case["immunosuppressants"], immunosuppressant),
        burst_decision=burst_decision(judgement),
        failed_organs=None if organs is None else frozenset(map(str, organs)),
        answers={key: ANSWERS.get(word or "") for key, word in judgement.items()},
        settings=settings(case["settings"]),
    )


@pytest.mark.verifies("ELG-VERDICT")
@each_case("eligibility_cases.csv")
def test_verdict_and_reasons(case: Case) -> None:
    result = assess(evidence(case))

    derived = {
        "expected_verdict": result.verdict,
        "expected_reasons": result.reasons,
        "expected_age": result.age,
        "expected_baseline_umol_l": result.baseline.umol_l,
        "expected_ratio_48h": result.ratio_48h,
        "expected_egfr": result.egfr,
        "expected_uo_low_hours": result.uo_low_hours,
        "expected_max_pred_mg": result.max_pred,
    }
    compare(case, derived, always="expected_verdict expected_reasons")
