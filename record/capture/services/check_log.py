"""What edit checks found, on which value, and what became of it, in the audit trail.

Also what was refused is kept, though it never came into the record. Words that were
refused may have been refused because they name a product: they are kept sealed.
"""

import json
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from record.audit.attribution import FormAct, act_on_forms
from record.audit.models import Confidentiality
from record.audit.pseudonyms import pseudonym_of
from record.audit.vault import Purpose, seal
from record.capture.problems import ExplanationNeeded, SaveRefused
from record.casebook.checks import Finding
from record.casebook.design import FormDesign
from record.casebook.items import ItemGroup, Text
from record.casebook.models import FormInstance, SealedCRF
from trial_edc.requirements import implements

ACT = "checks_fired"
SEALED_BYTES = (8_000, 64_000)  # padded to the first that fits; the last always does
LONGEST = 200  # characters of a value; a longer one is cut


class CheckOutcome(StrEnum):
    """What was done with a finding."""

    REFUSED = "refused"  # nothing was stored
    ASKED = "explanation_asked"  # nothing was stored, yet
    EXPLAINED = "explained"  # stored; its query is born answered
    QUERIED = "queried"  # stored; its query is open


@dataclass(frozen=True)
class FiredChecks:
    """The checks that fired on a form, and the values that they found."""

    form: FormInstance
    outcomes: Sequence[tuple[Finding, CheckOutcome]]
    values: Mapping[str, object]


@implements("AUD-12")
def note(design: FormDesign, fired: Iterable[FiredChecks]) -> None:
    """For an attributed transaction."""
    acts = [_act(design, one) for one in fired if one.outcomes]
    act_on_forms(ACT, acts)


def _act(design: FormDesign, fired: FiredChecks) -> FormAct:
    form, details = fired.form, _details(design, fired)
    whose = form.participant_id
    if not form.pk:  # no form says it: as sealed as its row would be
        details["confidentiality"] = design.confidentiality
        if design.confidentiality == Confidentiality.RESTRICTED:
            whose = pseudonym_of(whose)
    return FormAct(whose, form.pk, details)


def _details(design: FormDesign, fired: FiredChecks) -> dict[str, Any]:
    lines = [
        {
            "check": finding.check_id,
            "item": finding.item,
            "severity": finding.severity,
            "outcome": outcome,
            **_value(design, finding, fired.values.get(finding.item)),
        }
        for finding, outcome in fired.outcomes
    ]
    if not issubclass(design.model, SealedCRF):
        return {"findings": lines}
    text = json.dumps(lines, ensure_ascii=False)
    length = len(text.encode())
    padded_to = next((n for n in SEALED_BYTES if length <= n), SEALED_BYTES[-1])
    return {"sealed": seal(design.model.purpose, text, padded_to=padded_to)}


def outcomes_of_refusal(
    problem: SaveRefused | ExplanationNeeded,
) -> list[tuple[Finding, CheckOutcome]]:
    was_refused = isinstance(problem, SaveRefused)
    outcome = CheckOutcome.REFUSED if was_refused else CheckOutcome.ASKED
    return [(finding, outcome) for finding in problem.findings]


def outcomes_of_save(
    soft: list[Finding],
    explanations: Mapping[str, str],
    altered: Container[str],
    standing: Container[tuple[str, str]],
) -> list[tuple[Finding, CheckOutcome]]:
    """What fired anew on stored values; `standing` are the places of before."""
    outcomes = []
    for finding in soft:
        explained = bool(explanations.get(finding.check_id, ""))
        is_old = (finding.item, finding.check_id) in standing
        if explained or not is_old or finding.item in altered:
            outcome = CheckOutcome.EXPLAINED if explained else CheckOutcome.QUERIED
            outcomes.append((finding, outcome))
    return outcomes


def _value(design: FormDesign, finding: Finding, value: object) -> dict[str, str]:
    if value is None:
        return {"value": ""}
    text = str(value).replace("\0", "")[:LONGEST]
    item = design.items.get(finding.item)
    model = design.model
    if issubclass(model, SealedCRF) and model.purpose == Purpose.PRODUCT:
        return {"value": text}  # all of it is sealed so
    is_read = not finding.check_id.endswith((".type", ".unknown"))
    if not is_read or isinstance(item, Text | ItemGroup):
        return {"sealed_value": seal(Purpose.PRODUCT, text, padded_to=4 * LONGEST)}
    return {"value": text}
