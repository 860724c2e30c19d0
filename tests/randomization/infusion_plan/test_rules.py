"""Which plan an infusion goes by, and the limits of a plan."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from randomization.infusion_plan.rules import PlanInForce, plan_at, plan_problems
from trial_edc.protocol import InfusionPlan

SINCE = datetime(2026, 3, 1, tzinfo=UTC)
PLAN = InfusionPlan(Decimal(1), Decimal(100), Decimal(2), "none")
LARGER = replace(PLAN, planned_volume_ml=Decimal(250))
PLANS = (PlanInForce(PLAN, SINCE), PlanInForce(LARGER, SINCE + timedelta(days=9)))


@pytest.mark.parametrize(
    ("at", "plan"),
    [
        (SINCE - timedelta(days=1), PLAN),
        (SINCE, PLAN),
        (SINCE + timedelta(days=9, microseconds=-1), PLAN),
        (SINCE + timedelta(days=9), LARGER),
        (None, LARGER),
    ],
)
def test_an_infusion_goes_by_the_plan_of_its_time(at, plan):
    assert plan_at(PLANS, at) == plan


def test_without_a_plan_in_force_there_is_none():
    assert plan_at((), SINCE) is None


@pytest.mark.verifies("INF-05")
@pytest.mark.parametrize(
    ("item", "least", "most"),
    [
        ("planned_dose_e6_per_kg", "0.1", "10"),
        ("planned_volume_ml", "1", "500"),
        ("planned_rate_ml_min", "0.1", "5"),
    ],
)
def test_a_number_of_the_plan_lies_within_its_limits(item, least, most):
    step = Decimal("0.01")
    for number, is_fit in (
        (Decimal(least), True),
        (Decimal(most), True),
        (Decimal(least) - step, False),
        (Decimal(most) + step, False),
    ):
        problems = plan_problems(replace(PLAN, **{item: number}))

        assert [problem.item for problem in problems] == ([] if is_fit else [item])


def test_no_premedication_is_an_answer_and_must_be_given():
    [problem] = plan_problems(replace(PLAN, premedication=""))

    assert problem.item == "premedication"
