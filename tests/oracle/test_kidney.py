"""Published equations and KDIGO stages."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from enrollment.eligibility.rules import (
    Sample,
    TimedCollection,
    egfr,
    kdigo,
    mdrd_baseline_umol_l,
)
from tests.oracle.cases import Case, at_site, compare, each_case, number, yes
from trial_edc.protocol import PROTOCOL, EgfrEquation
from trial_edc.units import CREATININE, standard
from trial_edc.vocabulary import Sex

TOLERANCE = Decimal("1e-6")
START = at_site("2023-03-01T00:00")


@pytest.mark.verifies("KID-01")
@each_case("egfr_reference.csv")
def test_egfr(case: Case) -> None:
    columns = {
        "egfr_ckdepi2021": EgfrEquation.CKD_EPI_2021,
        "egfr_ckdepi2009_nonblack": EgfrEquation.CKD_EPI_2009,
    }
    creatinine = Decimal(case["scr_mg_dl"]) * CREATININE["mg/dL"]
    result = {
        column: egfr(
            creatinine_umol_l=creatinine,
            age_years=int(case["age_years"]),
            sex=Sex(case["sex"]),
            equation=equation,
        )
        for column, equation in columns.items()
    }

    for column, value in result.items():
        if case[column]:
            assert abs(value - Decimal(case[column])) < TOLERANCE
    excludes = e9(int(case["age_years"]), result["egfr_ckdepi2021"])
    assert case["e9_excludes"] in {"", "NA", excludes}


def e9(age_years: int, egfr_ml_min_1_73m2: Decimal) -> str:
    """Say whether E9 excludes, in the words of the reference."""
    settings = PROTOCOL.eligibility
    if age_years >= settings.e9_applies_below_years:
        return "not_applicable"
    return "yes" if egfr_ml_min_1_73m2 < settings.e9_egfr else "no"


@pytest.mark.verifies("UNI-01")
@each_case("egfr_reference.csv")
def test_creatinine_units(case: Case) -> None:
    result = standard(Decimal(case["scr_mg_dl"]), "mg/dL", CREATININE)

    assert result == Decimal(case["scr_umol_l"])


@pytest.mark.verifies("KID-02")
@each_case("mdrd_backcalc_reference.csv", key="age_years")
def test_mdrd_baseline(case: Case) -> None:
    result = mdrd_baseline_umol_l(
        age_years=int(case["age_years"]),
        sex=Sex(case["sex"]),
        egfr_ml_min_1_73m2=Decimal(case["assumed_egfr"]),
    )

    assert abs(result - Decimal(case["baseline_scr_umol_l"])) < Decimal("5.1e-5")
    mg_dl = result / CREATININE["mg/dL"]
    assert abs(mg_dl - Decimal(case["baseline_scr_mg_dl"])) < TOLERANCE


@pytest.mark.verifies("KID-03")
@each_case("kdigo_cases.csv")
def test_kdigo_stage(case: Case) -> None:
    unit, baseline = case["unit"], number(case["baseline"])
    samples = tuple(
        Sample(START + timedelta(hours=float(hour)), Decimal(str(value)), unit)
        for hour, value in json.loads(case["scr_series_h_value"] or "[]")
    )
    urine = tuple(
        TimedCollection(
            START + timedelta(hours=float(start)),
            START + timedelta(hours=float(end)),
            Decimal(str(ml)),
        )
        for start, end, ml in json.loads(case["urine_start_h_end_h_ml"] or "[]")
    )

    result = kdigo(
        samples=samples,
        baseline_umol_l=standard(baseline, unit, CREATININE) if baseline else None,
        rrt_started=yes(case["rrt_initiated"]),
        urine=urine,
        weight_kg=number(case["weight_kg"]),
    )

    stages = (result.creatinine, result.urine, result.stage)
    words = ("NA" if stage is None else str(stage) for stage in stages)
    names = ("expected_scr_stage", "expected_uo_stage", "expected_stage")
    compare(case, dict(zip(names, words, strict=True)))
