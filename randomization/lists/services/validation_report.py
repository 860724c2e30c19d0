"""The validation report of a draft list, which tells no arm."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from django.utils.translation import gettext as _

from randomization.arms import ListContent, content_of, regenerated_list
from randomization.lists.rules.predictability import (
    Predictability,
    predictability_of_rows,
    predictability_of_scheme,
)
from randomization.lists.rules.validation import validate_list
from randomization.lists.services.verification import ARMS
from randomization.models import AllocationList
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements


class ValidationLine(NamedTuple):
    """One line of a validation report."""

    text: str
    state: str  # met or not_met


class ValidationReport(NamedTuple):
    """What a list must be, and how much of it can be foreseen."""

    rules: list[ValidationLine]
    foreseeable: ValidationLine  # not met: the approver must confirm it in words

    @property
    def lines(self) -> list[ValidationLine]:
        return [*self.rules, self.foreseeable]

    @property
    def needs_confirmation(self) -> bool:
        return self.foreseeable.state == "not_met"


@implements("RAN-02", "RND-04")
def validation_report(draft: AllocationList) -> ValidationReport:
    content = content_of(draft)
    validation = validate_list(content.text, arms=ARMS, size=draft.size)
    text = _(
        "Rows are numbered 1 to %(size)s; each block is as long as declared; each arm "
        "stands equally often in each block and in all"
    )
    rules = [_line(text % {"size": draft.size}, holds=not validation.faults)]
    if content.seed:
        same = regenerated_list(content, draft.size) == content.text
        rules.append(_line(_("The recorded seed gives this very list"), holds=same))
    predictability = _predictability(content, draft.size)
    return ValidationReport(
        rules,
        _line(
            predictability_text(predictability),
            holds=not is_predictable(predictability),
        ),
    )


def _line(text: str, *, holds: bool) -> ValidationLine:
    return ValidationLine(text, "met" if holds else "not_met")


def _predictability(content: ListContent, size: int) -> Predictability:
    """A drawn list is one of its scheme; of an imported one nobody can know that."""
    if content.seed:
        return predictability_with(content.block_sizes, size)
    return predictability_of_rows(list(content.rows), arms=ARMS)


def predictability_with(block_sizes: Iterable[int], size: int) -> Predictability:
    sizes = tuple(sorted(set(block_sizes)))
    return predictability_of_scheme(sizes, arms=ARMS, size=size)


def is_predictable(predictability: Predictability) -> bool:
    limits = PROTOCOL.randomization
    return predictability.certain > Fraction(
        limits.largest_certain_share
    ) or predictability.right > Fraction(limits.largest_rightly_guessed_share)


def predictability_text(predictability: Predictability) -> str:
    limits = PROTOCOL.randomization
    return _(
        "Who knows all earlier arms is certain of the next one in %(certain)s %% of "
        "the allocations (limit %(certain_limit)s %%), and guesses %(right)s %% of "
        "all rightly (limit %(right_limit)s %%)"
    ) % {
        "certain": _percent(predictability.certain),
        "certain_limit": _percent(limits.largest_certain_share),
        "right": _percent(predictability.right),
        "right_limit": _percent(limits.largest_rightly_guessed_share),
    }


def _percent(share: Fraction | Decimal) -> str:
    return f"{float(share * 100):.1f}"
