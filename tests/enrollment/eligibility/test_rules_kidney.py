"""Kidney rules beyond the reference cases: laws, mixed units, unknowns."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrollment.eligibility.rules import KdigoStage, egfr, kdigo, mdrd_baseline_umol_l
from tests.enrollment.candidates import at, hourly, sample
from trial_edc.units import CREATININE, UnknownUnit, rounded, standard
from trial_edc.vocabulary import Sex

creatinines = st.decimals(20, 1500, places=1)
ages = st.integers(18, 90)
sexes = st.sampled_from(Sex)


@pytest.mark.verifies("KID-01")
@given(creatinines, ages, sexes)
def test_egfr_falls_as_creatinine_or_age_rises(
    umol_l: Decimal, age: int, sex: Sex
) -> None:
    value = egfr(creatinine_umol_l=umol_l, age_years=age, sex=sex)

    assert egfr(creatinine_umol_l=umol_l + 1, age_years=age, sex=sex) < value
    assert egfr(creatinine_umol_l=umol_l, age_years=age + 1, sex=sex) < value


@pytest.mark.verifies("KID-02")
@given(ages, sexes)
def test_a_higher_assumed_egfr_gives_a_lower_baseline(age: int, sex: Sex) -> None:
    at_75 = mdrd_baseline_umol_l(age_years=age, sex=sex)
    at_90 = mdrd_baseline_umol_l(age_years=age, sex=sex, egfr_ml_min_1_73m2=Decimal(90))

    assert at_90 < at_75


@pytest.mark.verifies("KID-03")
def test_mixed_units_compare_in_umol_l() -> None:
    samples = (
        sample("2023-05-08T08:00", "88.4"),
        sample("2023-05-09T08:00", "1.3", "mg/dL"),  # a rise of 26.52 umol/L
    )

    stage = kdigo(samples=samples, baseline_umol_l=None, rrt_started=False)

    assert stage == KdigoStage(creatinine=1, urine=None)


@pytest.mark.verifies("KID-03")
def test_without_any_evidence_there_is_no_stage() -> None:
    stage = kdigo(samples=(), baseline_umol_l=Decimal(80), rrt_started=False)

    assert (stage, stage.stage) == (KdigoStage(None, None), None)


@pytest.mark.verifies("KID-03")
def test_overlapping_collections_cannot_be_staged() -> None:
    urine = hourly(at("2023-05-08T08:00"), "10") * 2

    stage = kdigo(
        samples=(),
        baseline_umol_l=None,
        rrt_started=False,
        urine=urine,
        weight_kg=Decimal(70),
    )

    assert stage.urine is None


@pytest.mark.verifies("KID-03")
@given(st.lists(st.decimals(0, 100, places=1), min_size=6, max_size=12))
def test_less_urine_never_lowers_the_stage(volumes: list[Decimal]) -> None:
    start = at("2023-05-08T08:00")

    def stage(factor: Decimal) -> int:
        urine = hourly(start, *(str(volume * factor) for volume in volumes))
        stage = kdigo(
            samples=(),
            baseline_umol_l=None,
            rrt_started=False,
            urine=urine,
            weight_kg=Decimal(70),
        )
        assert stage.urine is not None
        return stage.urine

    assert stage(Decimal("0.5")) >= stage(Decimal(1))


@pytest.mark.verifies("UNI-01")
def test_units_are_exact_and_known() -> None:
    assert standard(Decimal("1.5"), "mg/dL", CREATININE) == Decimal("132.60")
    assert rounded(Decimal("59.95"), 1) == Decimal("60.0")
    assert rounded(Decimal("0.125"), 2) == Decimal("0.13")
    with pytest.raises(UnknownUnit, match="'mg' is not one of umol/L, mg/dL"):
        standard(Decimal(1), "mg", CREATININE)
