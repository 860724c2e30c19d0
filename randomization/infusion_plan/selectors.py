"""Reads of the planned infusion."""

from django.db.models import QuerySet

from randomization.infusion_plan.rules import PlanInForce, plan_at
from randomization.models import Allocation, InfusionPlanVersion
from record.accounts.models import User
from record.casebook.form_data import Casebook, fact
from trial_edc.protocol import InfusionPlan


def versions() -> QuerySet[InfusionPlanVersion]:
    people = InfusionPlanVersion.objects.select_related("entered_by", "approved_by")
    return people.order_by("-id")


def plans_to_approve(user: User) -> QuerySet[InfusionPlanVersion]:
    """Those of the other of the two who must agree."""
    waiting = InfusionPlanVersion.objects.filter(approved_at=None)
    return waiting.exclude(entered_by__blinding=user.blinding)


def plans_in_force() -> tuple[PlanInForce, ...]:
    names = tuple(InfusionPlan.__dataclass_fields__)
    approved = InfusionPlanVersion.objects.exclude(approved_at=None)
    return tuple(
        PlanInForce(InfusionPlan(*values), since)
        for *values, since in approved.order_by("id").values_list(*names, "approved_at")
    )


def present_plan() -> InfusionPlan | None:
    """The plan of the next infusion."""
    return plan_at(plans_in_force(), None)


def needs_amendment() -> bool:
    """From the first randomization on the plan changes by an amendment alone."""
    return Allocation.objects.exists()


@fact("infusion_plans")
def infusion_plans(_casebook: Casebook) -> tuple[PlanInForce, ...]:
    """For the rules of every participant alike: the plan is that of the study."""
    return plans_in_force()
