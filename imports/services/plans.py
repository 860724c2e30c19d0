"""What the lines of a participant would change in the record, line by line."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from enrollment.consent.texts import CONSENT_FIRST
from imports.rules.mapping import FileMapping
from imports.selectors.lines import MIDNIGHT, Refusal, SampleResult
from imports.services.line_plans import (
    LinePlan,
    finding_json,
    refusal_json,
    refused_plan,
    value_text,
)
from imports.services.record_rows import (
    LOG,
    PANEL,
    RecordRow,
    at_visits,
    record_rows_of,
    source_row_of,
)
from record.audit.attribution import Actor
from record.capture.planning import Plan, PlannedRow, RowState, by_items, plan
from record.casebook.models import Participant
from record.casebook.selectors import casebook_of
from record.casebook.values import is_blank
from trial_edc.vocabulary import N_
from visits.models import Laboratory

ROW_KEYS = {LOG: by_items("sample_at"), PANEL: by_items("sampled_at")}
NO_CONSENT = Refusal(CONSENT_FIRST)
LEFT_OUT = Refusal(N_("Left out knowingly."), holds_back=False)
HELD_BACK = Refusal(
    N_("Held back: another line of this participant is refused."), holds_back=False
)
CONTRADICTION = N_("Says otherwise than line %(lines)s about the same sample.")


@dataclass(frozen=True)
class ParticipantPlan:
    """The plans of one participant, and what they do with each line."""

    plans: tuple[Plan, ...] = ()
    lines: tuple[LinePlan, ...] = ()


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
    excluded = [refused_plan(r, LEFT_OUT) for r in results if r.line in left_out]
    if not casebook.fact("consented_on"):
        refused = [refused_plan(result, NO_CONSENT) for result in remaining]
        return ParticipantPlan((), _in_order(excluded, refused))
    unread = [refused_plan(result) for result in remaining if result.refused]
    readable = [result for result in remaining if not result.refused]
    placed, without_visit = at_visits(readable, casebook)
    plans: list[Plan] = []
    rows: list[LinePlan] = []
    for code, key in ROW_KEYS.items():
        if record_rows := record_rows_of(code, placed):
            source = [source_row_of(row, mapping, laboratory) for row in record_rows]
            plans.append(plan(participant, code, source, key=key, by=by))
            rows += _line_plans(plans[-1], record_rows)
    planned = _hold_back([*unread, *without_visit, *rows])
    return ParticipantPlan(tuple(plans), _in_order(excluded, planned))


def _in_order(*lines: Iterable[LinePlan]) -> tuple[LinePlan, ...]:
    return tuple(sorted(chain(*lines), key=lambda line: line.line))


def _line_plans(plan: Plan, record_rows: Sequence[RecordRow]) -> Iterator[LinePlan]:
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
    result: SampleResult, row: PlannedRow, record_row: RecordRow
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
    result: SampleResult, row: PlannedRow, record_row: RecordRow, state: RowState
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
        value_text(old),
        value_text(new),
        (
            *([MIDNIGHT] if result.is_midnight_24 else ()),
            *(finding_json(f) for f in row.findings if f.item in ("", item)),
        ),
        row.form,
    )


def _hold_back(lines: list[LinePlan]) -> list[LinePlan]:
    if not any(line.holds_back for line in lines):
        return lines
    return [
        line
        if line.state == RowState.REFUSED
        else replace(line, state=RowState.REFUSED, findings=(refusal_json(HELD_BACK),))
        for line in lines
    ]
