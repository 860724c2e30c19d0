"""The validation report of a draft list, which tells no arm."""

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import gettext as _

from randomization.arms import content_of, regenerated_list
from randomization.lists.rules.predictability import Predictability, predictability
from randomization.lists.rules.validation import validate_list
from randomization.lists.services.verification import ARMS
from randomization.models import AllocationList
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements


class ValidationLine(NamedTuple):
    """One line of a validation report."""

    text: str
    state: str  # met, not_met, or unknown: a warning, no obstacle


@implements("RAN-02", "RND-04")
def validation_report(draft: AllocationList) -> list[ValidationLine]:
    content = content_of(draft)
    validation = validate_list(content.text, arms=ARMS, size=draft.size)
    rules = _(
        "Rows are numbered 1 to %(size)s; each block is as long as declared; each arm "
        "stands equally often in each block and in all"
    )
    lines = [
        ValidationLine(
            rules % {"size": draft.size}, _state(holds=not validation.faults)
        )
    ]
    if content.seed:
        same = regenerated_list(content, draft.size) == content.text
        text = _("The recorded seed gives this very list")
        lines.append(ValidationLine(text, _state(holds=same)))
    if is_predictable(predictability_with(content.sizes, draft.size)):
        text = _("Who knows the earlier arms foresees many places of this list")
        lines.append(ValidationLine(text, "unknown"))
    else:
        text = _("Who knows the earlier arms foresees few places of this list")
        lines.append(ValidationLine(text, "met"))
    return lines


def _state(*, holds: bool) -> str:
    return "met" if holds else "not_met"


def predictability_with(block_sizes: Iterable[int], size: int) -> Predictability:
    return predictability(tuple(sorted(set(block_sizes))), arms=ARMS, size=size)


def is_predictable(predictability: Predictability) -> bool:
    return predictability.certain > PROTOCOL.randomization.certain_share_to_warn
