"""The versions of the plan as their page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from randomization.infusion_plan.selectors import versions
from randomization.models import InfusionPlanVersion


@dataclass(frozen=True)
class PlanLine:
    """A version, and its state as word and tone."""

    version: InfusionPlanVersion
    word: str
    tone: str


@dataclass(frozen=True)
class PlanPage:
    """Newest first."""

    lines: Sequence[PlanLine]
    is_any_in_force: bool


def plan_page() -> PlanPage:
    every = list(versions())
    in_force = next((one for one in every if one.approved_at), None)
    lines = [PlanLine(one, *_state(one, in_force)) for one in every]
    return PlanPage(lines, is_any_in_force=in_force is not None)


def _state(
    version: InfusionPlanVersion, in_force: InfusionPlanVersion | None
) -> tuple[str, str]:
    if version == in_force:
        return _("in force"), "good"
    if version.approved_at:
        return _("replaced"), "muted"
    return _("proposed"), "attention"
