"""KDIGO stages on either side of their limits."""

from datetime import timedelta
from decimal import Decimal

import pytest

from enrollment.eligibility.rules import KdigoStage, TimedCollection, kdigo
from tests.enrollment.candidates import at, hourly, sample

pytestmark = pytest.mark.verifies("KID-03")

START = at("2023-05-08T08:00")


def stage_by_creatinine(*samples, baseline_umol_l=None):
    return kdigo(
        samples=samples, baseline_umol_l=baseline_umol_l, rrt_started=False
    ).creatinine


def stage_by_urine(*urine):
    """Stage one person of 100 kg, for whom 50 ml/h are 0.5 ml/kg/h."""
    return kdigo(
        samples=(),
        baseline_umol_l=None,
        rrt_started=False,
        urine=urine,
        weight_kg=Decimal(100),
    ).urine


@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        ("79.58", "1.2", 1),  # 106.08 - 79.58 is 26.5 umol/L
        ("79.59", "1.2", 0),
    ],
)
def test_a_rise_between_two_units_is_measured_in_umol_l(earlier, later, expected):
    samples = (
        sample("2023-05-08T08:00", earlier),
        sample("2023-05-09T08:00", later, "mg/dL"),
    )

    assert stage_by_creatinine(*samples, baseline_umol_l=Decimal(100)) == expected


@pytest.mark.parametrize(
    ("hours", "ml_an_hour", "expected"),
    [
        (5, "49", 0),
        (6, "49", 1),
        (6, "50", 0),
        (11, "49", 1),
        (12, "49", 2),
        (23, "29", 2),
        (24, "29", 3),
        (24, "30", 2),
        (11, "0", 1),
        (12, "0", 3),
    ],
)
def test_the_stage_by_urine_changes_at_its_hours_and_its_rates(
    hours, ml_an_hour, expected
):
    assert stage_by_urine(*hourly(START, *[ml_an_hour] * hours)) == expected


def test_a_low_stretch_counts_also_beside_much_urine():
    noon = START + timedelta(hours=12)
    low = TimedCollection(START, noon, Decimal(500))
    much = TimedCollection(noon, noon + timedelta(hours=12), Decimal(3000))

    assert stage_by_urine(low, much) == 2
    assert stage_by_urine(low) == 2
    assert stage_by_urine(much) == 0


def test_urine_that_nobody_measured_cannot_be_staged():
    urine = hourly(START, None, None)

    assert kdigo(
        samples=(),
        baseline_umol_l=None,
        rrt_started=False,
        urine=urine,
        weight_kg=Decimal(100),
    ) == KdigoStage(None, None)
