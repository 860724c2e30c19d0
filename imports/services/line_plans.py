"""What is to become of a line of a file, as the preview and the report keep it."""

from dataclasses import dataclass
from typing import Any

from imports.selectors.lines import Refusal, SampleResult
from record.capture.planning import RowState
from record.casebook.checks import Finding
from record.casebook.models import FormInstance
from record.casebook.values import MissingCode, Value, is_blank
from trial_edc.wording import Wording

MAX_TEXT_LENGTH = 200  # of a value in the preview


@dataclass(frozen=True)
class LinePlan:
    """What is to become of a line."""

    line: int
    state: RowState
    code: str = ""
    item: str = ""
    sampled_at: str = ""
    old: str = ""
    new: str = ""
    findings: tuple[dict[str, Any], ...] = ()
    form: FormInstance | None = None
    holds_back: bool = False  # all lines of the participant are refused, too

    @property
    def effect(self) -> tuple[str, str, str]:
        return self.state.value, self.old, self.new


def refused_plan(result: SampleResult, refusal: Refusal | None = None) -> LinePlan:
    refusal = refusal or result.refused or Refusal("")
    value = result.value
    return LinePlan(
        result.line,
        RowState.REFUSED,
        item=result.analyte,
        sampled_at=result.sampled_at,
        new=" ".join(value)[:MAX_TEXT_LENGTH]
        if isinstance(value, tuple)
        else value or "",
        findings=(refusal_json(refusal),),
        holds_back=refusal.holds_back,
    )


def refusal_json(refusal: Refusal) -> dict[str, Any]:
    wording = Wording(refusal.message, refusal.details)
    return {**wording.stored, "severity": "hard"}


def finding_json(finding: Finding) -> dict[str, Any]:
    wording = Wording(finding.message, finding.details)
    return {**wording.stored, "severity": str(finding.severity)}


def value_text(value: Value) -> str:
    """Without words, so that it reads the same in each language."""
    if is_blank(value):
        return ""
    text = value.value if isinstance(value, MissingCode) else str(value)
    return text[:MAX_TEXT_LENGTH]
