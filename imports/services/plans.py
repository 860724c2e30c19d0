"""What the lines of a participant would change in the record, line by line."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from imports.facts import DATE_LENGTH, visits_on
from imports.rules.mapping import FileMapping
from imports.selectors.lines import Refusal, SampleResult
from record.audit.attribution import Actor
from record.capture.services.imports import (
    Plan,
    PlannedRow,
    RowState,
    SourceRow,
    by_items,
    plan,
    source_row,
)
from record.casebook import catalogue
from record.casebook.checks import Finding
from record.casebook.form_data import Casebook
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import casebook_of
from record.casebook.values import MissingCode, Value, is_blank
from trial_edc.vocabulary import N_
from visits.laboratory.vocabulary import Analyte
from visits.models import Laboratory

LOG, PANEL = "CRE", "LAB"
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


@dataclass(frozen=True)
class ParticipantPlan:
    """The plans of one participant, and what they do with each line."""

    plans: tuple[Plan, ...] = ()
    lines: tuple[LinePlan, ...] = ()


@dataclass(frozen=True)
class _ResultAtVisit:
    """A result, with the visit of its sample where it needs one."""

    result: SampleResult
    visit: str = ""
    visit_number: int = 0


@dataclass
class _RecordRow:
    """The results that go into one row of the record."""

    code: str
    visit: str = ""
    visit_number: int = 0
    results: list[SampleResult] = field(default_factory=list)

    def item(self, result: SampleResult) -> str:
        return "value" if self.code == LOG else result.analyte

    def same_analyte(self, result: SampleResult) -> list[SampleResult]:
        return [
            other
            for other in self.results
            if other.analyte == result.analyte and other.line != result.line
        ]


def plan_lines(
    participant: Participant,
    results: Sequence[SampleResult],
    mapping: FileMapping,
    laboratory: Laboratory,
    *,
    by: Actor,
    left_out: frozenset[int] = frozenset(),
) -> ParticipantPlan:
    """Plan the lines of one participant: all of them, or none, are to be stored.

    Lines that are `left_out` hold nobody back.
    """
    casebook = casebook_of(participant, LOG, PANEL, "CNS", "VIS", "INF", "RAN")
    remaining = [result for result in results if result.line not in left_out]
    excluded = [
        refused_plan(result, LEFT_OUT) for result in results if result.line in left_out
    ]
    if not casebook.fact("consented_on"):
        return ParticipantPlan(
            (),
            _in_order(
                excluded, [refused_plan(result, NO_CONSENT) for result in remaining]
            ),
        )
    unread = [refused_plan(result) for result in remaining if result.refused]
    readable, without_visit = _with_visits(
        [result for result in remaining if not result.refused], casebook
    )
    plans: list[Plan] = []
    rows: list[LinePlan] = []
    for code in (LOG, PANEL):
        record_rows = _record_rows(code, readable)
        if record_rows:
            source_rows = [
                _source_row(result, mapping, laboratory) for result in record_rows
            ]
            key = by_items("sample_at" if code == LOG else "sampled_at")
            plans.append(plan(participant, code, source_rows, key=key, by=by))
            rows += _line_plans(plans[-1], record_rows)
    planned = _hold_back([*unread, *without_visit, *rows])
    return ParticipantPlan(tuple(plans), _in_order(excluded, planned))


NO_CONSENT = Refusal(N_("Record the consent first; until then nothing else."))
LEFT_OUT = Refusal(N_("Left out knowingly."), holds_back=False)
HELD_BACK = Refusal(
    N_("Held back: another line of this participant is refused."), holds_back=False
)
NO_VISIT = N_("No visit took place on %(on)s. Enter the visit first, or name it.")
TWO_VISITS = N_("Several visits took place on %(on)s. Name the visit in the file.")
CONTRADICTION = N_("Says otherwise than line %(lines)s about the same sample.")


def _in_order(*lines: Iterable[LinePlan]) -> tuple[LinePlan, ...]:
    return tuple(sorted(chain(*lines), key=lambda line: line.line))


def refusal_json(refusal: Refusal) -> dict[str, Any]:
    details = {name: str(value) for name, value in refusal.details.items()}
    return {"message": refusal.message, "details": details, "severity": "hard"}


def finding_json(finding: Finding) -> dict[str, Any]:
    details = {name: str(value) for name, value in finding.details.items()}
    return {
        "message": str(finding.message),
        "details": details,
        "severity": str(finding.severity),
    }


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


def _record_rows(code: str, results: Iterable[_ResultAtVisit]) -> list[_RecordRow]:
    record_rows: list[_RecordRow] = []
    by_sample: dict[str, _RecordRow] = {}
    for placed in results:
        is_log = placed.result.analyte == Analyte.CREATININE
        if is_log != (code == LOG):
            continue
        row = None if is_log else by_sample.get(placed.result.sampled_at)
        if row is None:
            row = _RecordRow(code, placed.visit, placed.visit_number)
            record_rows.append(row)
            by_sample[placed.result.sampled_at] = row
        row.results.append(placed.result)
    return record_rows


def _with_visits(
    results: Sequence[SampleResult], casebook: Casebook
) -> tuple[list[_ResultAtVisit], list[LinePlan]]:
    as_text = catalogue.design(PANEL).items["sampled_at"].as_text
    stored_samples = {as_text(data.get("sampled_at")) for data in casebook.rows(PANEL)}
    placed, without_visit = [], []
    for result in results:
        if result.analyte == Analyte.CREATININE or result.sampled_at in stored_samples:
            placed.append(_ResultAtVisit(result))
            continue
        visits = (
            {(result.visit, 0)}
            if result.visit
            else visits_on(casebook, result.sampled_at)
        )
        if len(visits) == 1:
            placed.append(_ResultAtVisit(result, *visits.pop()))
        else:
            message = TWO_VISITS if visits else NO_VISIT
            refusal = Refusal(message, {"on": result.sampled_at[:DATE_LENGTH]})
            without_visit.append(refused_plan(result, refusal))
    return placed, without_visit


def _source_row(
    record_row: _RecordRow, mapping: FileMapping, laboratory: Laboratory
) -> SourceRow:
    first = record_row.results[0]
    answers = {name: answer for name, answer in mapping.answers.items() if answer}
    if record_row.code == LOG:
        values: dict[str, object] = {"sample_at": first.sampled_at}
        values |= {"value": first.value, "laboratory": laboratory.pk}
        values |= {"place": first.place} if first.place else {}
        names = ("place", "routine_care")
    else:
        values = {"sampled_at": first.sampled_at, "laboratory": laboratory.pk}
        values |= {result.analyte: result.value for result in record_row.results}
        names = ("routine_care", "urea_kind")
    defaults = {name: answers[name] for name in names if name in answers}
    return source_row(
        catalogue.design(record_row.code),
        first.line,
        values,
        defaults=defaults,
        visit=record_row.visit,
        visit_number=record_row.visit_number,
    )


def _line_plans(plan: Plan, record_rows: Sequence[_RecordRow]) -> Iterator[LinePlan]:
    for row, record_row in zip(plan.rows, record_rows, strict=True):
        for result in record_row.results:
            others = record_row.same_analyte(result)
            if any(other.value != result.value for other in others):
                lines = ", ".join(str(other.line) for other in others)
                yield refused_plan(result, Refusal(CONTRADICTION, {"lines": lines}))
            elif others and others[0].line < result.line:
                yield _line_plan(result, row, record_row, RowState.UNCHANGED)
            elif row.state == RowState.REFUSED:
                yield _refused_plan(result, row, record_row)
            else:
                yield _line_plan(
                    result, row, record_row, _state_of(row, record_row.item(result))
                )


def _refused_plan(
    result: SampleResult, row: PlannedRow, record_row: _RecordRow
) -> LinePlan:
    item, items = (
        record_row.item(result),
        {record_row.item(other) for other in record_row.results},
    )
    findings = [f for f in row.findings if f.item == item or f.item not in items]
    if not findings:
        return refused_plan(result, HELD_BACK)
    return replace(
        refused_plan(result, Refusal("")),
        code=record_row.code,
        findings=(*map(finding_json, findings),),
    )


def _state_of(row: PlannedRow, item: str) -> RowState:
    """By the line's own item, else by the rest of its row."""
    own = {item: row.changes[item]} if item in row.changes else row.changes
    if not own:
        return RowState.UNCHANGED
    is_new = all(is_blank(old) for old, _new in own.values())
    return RowState.NEW if is_new else RowState.CHANGED


def _line_plan(
    result: SampleResult, row: PlannedRow, record_row: _RecordRow, state: RowState
) -> LinePlan:
    item = record_row.item(result)
    old, new = row.changes.get(item, (None, None))
    if item not in row.changes and row.data is not None:
        old = new = row.data.values.get(item)
    return LinePlan(
        result.line,
        state,
        record_row.code,
        result.analyte,
        result.sampled_at,
        _text(old),
        _text(new),
        tuple(finding_json(f) for f in row.findings if f.item in ("", item)),
        row.form,
    )


def _text(value: Value) -> str:
    """Without words, so that it reads the same in each language."""
    if is_blank(value):
        return ""
    text = value.value if isinstance(value, MissingCode) else str(value)
    return text[:MAX_TEXT_LENGTH]


def _hold_back(lines: list[LinePlan]) -> list[LinePlan]:
    if not any(line.holds_back for line in lines):
        return lines
    return [
        line
        if line.state == RowState.REFUSED
        else replace(line, state=RowState.REFUSED, findings=(refusal_json(HELD_BACK),))
        for line in lines
    ]
