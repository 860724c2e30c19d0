"""Which plan an infusion goes by, and what a plan may say; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from trial_edc.protocol import PROTOCOL, InfusionPlan, InfusionSettings
from trial_edc.vocabulary import N_

AMENDMENT_NEEDED = N_(
    "Somebody is randomized already: name the amendment of the protocol."
)


@dataclass(frozen=True, slots=True)
class PlanInForce:
    """A plan that two persons entered, and since when it is in force."""

    plan: InfusionPlan
    since: datetime


def plan_at(plans: Sequence[PlanInForce], at: datetime | None) -> InfusionPlan | None:
    """The plan of an infusion at that time, of the next infusion without one.

    `plans` in their order. An infusion that is dated before the first plan goes by it;
    None: no plan is in force.
    """
    if not plans:
        return None
    earlier = [version for version in plans if at is None or version.since <= at]
    return (earlier[-1] if earlier else plans[0]).plan


@dataclass(frozen=True, slots=True)
class PlanProblem:
    """Why a plan cannot be: its item, a text, and the limits that the text names."""

    item: str
    message: str
    least: Decimal = Decimal(0)
    most: Decimal = Decimal(0)


def plan_problems(
    plan: InfusionPlan, settings: InfusionSettings = PROTOCOL.infusion
) -> Iterator[PlanProblem]:
    limits = (
        (
            "planned_dose_e6_per_kg",
            settings.plan_dose_min_e6_per_kg,
            settings.plan_dose_max_e6_per_kg,
        ),
        ("planned_volume_ml", Decimal(1), settings.plan_volume_max_ml),
        ("planned_rate_ml_min", Decimal("0.1"), settings.rate_max_ml_min),
    )
    for item, least, most in limits:
        if not least <= getattr(plan, item) <= most:
            message = N_("Enter a number from %(least)s to %(most)s.")
            yield PlanProblem(item, message, least, most)
    if not plan.premedication:
        message = N_("Enter the premedication, or “none”: it is the same in both arms.")
        yield PlanProblem("premedication", message)
