"""What a participant's lines would do to the record, line by line."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from imports.facts import DATE_LENGTH, visits_on
from imports.rules.mapping import FileMapping
from imports.selectors.lines import Result, Said
from record.audit.attribution import Actor
from record.capture.services.imports import (
    Plan,
    PlannedRow,
    RowState,
    SourceRow,
    by_items,
    plan,
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
MOST_TEXT = 200  # characters of a value as the preview keeps it


@dataclass(frozen=True)
class LineResult:
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
    holds: bool = False  # holds the other lines of the participant back

    @property
    def does(self) -> tuple[str, str, str]:
        """Return what a person who saw the preview knows of it."""
        return self.state.value, self.old, self.new


@dataclass(frozen=True)
class ParticipantPlan:
    """The plans of one participant, and what they say of each line."""

    plans: tuple[Plan, ...] = ()
    told: tuple[LineResult, ...] = ()


@dataclass(frozen=True)
class _Placed:
    """A result, with the visit of its sample where it needs one."""

    result: Result
    visit: str = ""
    visit_number: int = 0


@dataclass
class _Sheet:
    """The lines that go into one row of the record."""

    code: str
    visit: str = ""
    visit_number: int = 0
    results: list[Result] = field(default_factory=list)

    def item(self, one: Result) -> str:
        return "value" if self.code == LOG else one.analyte

    def same_analyte(self, one: Result) -> list[Result]:
        """Return the other lines about the same analyte of the sample."""
        return [
            other
            for other in self.results
            if other.analyte == one.analyte and other.line != one.line
        ]


def plan_lines(
    participant: Participant,
    results: Sequence[Result],
    mapping: FileMapping,
    laboratory: Laboratory,
    *,
    by: Actor,
    left_out: frozenset[int] = frozenset(),
) -> ParticipantPlan:
    """Plan the lines of one participant: all of them, or none, are to be stored.

    Lines that are `left_out` knowingly hold nobody back.
    """
    casebook = casebook_of(participant, LOG, PANEL, "CNS", "VIS", "INF", "RAN")
    kept = [one for one in results if one.line not in left_out]
    aside = [refusal(one, LEFT_OUT) for one in results if one.line in left_out]
    if not casebook.fact("consented_on"):
        return ParticipantPlan(
            (), _in_order(aside, [refusal(one, NO_CONSENT) for one in kept])
        )
    unread = [refusal(one) for one in kept if one.refused]
    readable, homeless = _at_visits([one for one in kept if not one.refused], casebook)
    plans: list[Plan] = []
    rows: list[LineResult] = []
    for code in (LOG, PANEL):
        form_data = _restricted_forms(code, readable)
        if form_data:
            wanted = [_wanted(one, mapping, laboratory) for one in form_data]
            key = by_items("sample_at" if code == LOG else "sampled_at")
            plans.append(plan(participant, code, wanted, key=key, by=by))
            rows += _of_lines(plans[-1], form_data)
    told = _held_back([*unread, *homeless, *rows])
    return ParticipantPlan(tuple(plans), _in_order(aside, told))


NO_CONSENT = Said(N_("Record the consent first; until then nothing else."))
LEFT_OUT = Said(N_("Left out knowingly."), holds=False)
HELD_BACK = Said(
    N_("Held back: another line of this participant is refused."), holds=False
)
NO_VISIT = N_("No visit took place on %(on)s. Enter the visit first, or name it.")
TWO_VISITS = N_("Several visits took place on %(on)s. Name the visit in the file.")
AT_ODDS = N_("Says otherwise than line %(lines)s about the same sample.")


def _in_order(*told: Iterable[LineResult]) -> tuple[LineResult, ...]:
    return tuple(sorted(chain(*told), key=lambda one: one.line))


def said_json(said: Said) -> dict[str, Any]:
    """Return why a line is refused as it is kept with it."""
    details = {name: str(value) for name, value in said.details.items()}
    return {"message": said.message, "details": details, "severity": "hard"}


def finding_json(finding: Finding) -> dict[str, Any]:
    details = {name: str(value) for name, value in finding.details.items()}
    return {
        "message": str(finding.message),
        "details": details,
        "severity": str(finding.severity),
    }


def refusal(result: Result, said: Said | None = None) -> LineResult:
    """Tell a line why it is refused."""
    said = said or result.refused or Said("")
    told = result.value
    return LineResult(
        result.line,
        RowState.REFUSED,
        item=result.analyte,
        sampled_at=result.sampled_at,
        new=" ".join(told)[:MOST_TEXT] if isinstance(told, tuple) else told or "",
        findings=(said_json(said),),
        holds=said.holds,
    )


def _restricted_forms(code: str, results: Iterable[_Placed]) -> list[_Sheet]:
    """Gather the lines that go into one row of the record."""
    form_data: list[_Sheet] = []
    by_sample: dict[str, _Sheet] = {}
    for one in results:
        is_log = one.result.analyte == Analyte.CREATININE
        if is_log != (code == LOG):
            continue
        data = None if is_log else by_sample.get(one.result.sampled_at)
        if data is None:
            data = _Sheet(code, one.visit, one.visit_number)
            form_data.append(data)
            by_sample[one.result.sampled_at] = data
        data.results.append(one.result)
    return form_data


def _at_visits(
    results: Sequence[Result], casebook: Casebook
) -> tuple[list[_Placed], list[LineResult]]:
    """Find the visit of each new panel: the one named, or the one of that day."""
    as_text = catalogue.design(PANEL).items["sampled_at"].as_text
    known = {as_text(data.get("sampled_at")) for data in casebook.rows(PANEL)}
    placed, homeless = [], []
    for one in results:
        if one.analyte == Analyte.CREATININE or one.sampled_at in known:
            placed.append(_Placed(one))
            continue
        visits = {(one.visit, 0)} if one.visit else visits_on(casebook, one.sampled_at)
        if len(visits) == 1:
            placed.append(_Placed(one, *visits.pop()))
        else:
            message = TWO_VISITS if visits else NO_VISIT
            said = Said(message, {"on": one.sampled_at[:DATE_LENGTH]})
            homeless.append(refusal(one, said))
    return placed, homeless


def _wanted(data: _Sheet, mapping: FileMapping, laboratory: Laboratory) -> SourceRow:
    first = data.results[0]
    answers = {name: told for name, told in mapping.answers.items() if told}
    if data.code == LOG:
        values: dict[str, object] = {"sample_at": first.sampled_at}
        values |= {"value": first.value, "laboratory": laboratory.pk}
        values |= {"place": first.place} if first.place else {}
        fitting = ("place", "routine_care")
    else:
        values = {"sampled_at": first.sampled_at, "laboratory": laboratory.pk}
        values |= {one.analyte: one.value for one in data.results}
        fitting = ("routine_care", "urea_kind")
    defaults = {name: answers[name] for name in fitting if name in answers}
    return SourceRow(first.line, values, defaults, data.visit, data.visit_number)


def _of_lines(made: Plan, form_data: Sequence[_Sheet]) -> Iterator[LineResult]:
    """Tell of each line what its row of the plan says."""
    for row, data in zip(made.rows, form_data, strict=True):
        for one in data.results:
            others = data.same_analyte(one)
            if any(other.value != one.value for other in others):
                lines = ", ".join(str(other.line) for other in others)
                yield refusal(one, Said(AT_ODDS, {"lines": lines}))
            elif others and others[0].line < one.line:
                yield _told(one, row, data, RowState.UNCHANGED)
            elif row.state == RowState.REFUSED:
                yield _told_refused(one, row, data)
            else:
                yield _told(one, row, data, _state_of(row, data.item(one)))


def _told_refused(one: Result, row: PlannedRow, data: _Sheet) -> LineResult:
    """Tell a line what is wrong with it, or that another of the sample is wrong."""
    mine, items = data.item(one), {data.item(other) for other in data.results}
    own = [f for f in row.findings if f.item == mine or f.item not in items]
    if not own:
        return refusal(one, HELD_BACK)
    return replace(
        refusal(one, Said("")), code=data.code, findings=(*map(finding_json, own),)
    )


def _state_of(row: PlannedRow, item: str) -> RowState:
    """Return what a line does: its own item counts, then the rest of its row."""
    own = {item: row.changes[item]} if item in row.changes else row.changes
    if not own:
        return RowState.UNCHANGED
    is_new = all(is_blank(old) for old, _new in own.values())
    return RowState.NEW if is_new else RowState.CHANGED


def _told(one: Result, row: PlannedRow, data: _Sheet, state: RowState) -> LineResult:
    item = data.item(one)
    old, new = row.changes.get(item, (None, None))
    if item not in row.changes and row.data is not None:
        old = new = row.data.values.get(item)
    return LineResult(
        one.line,
        state,
        data.code,
        one.analyte,
        one.sampled_at,
        _text(old),
        _text(new),
        tuple(finding_json(f) for f in row.findings if f.item in ("", item)),
        row.form,
    )


def _text(value: Value) -> str:
    """Return a value without words, so that it reads the same in each language."""
    if is_blank(value):
        return ""
    text = value.value if isinstance(value, MissingCode) else str(value)
    return text[:MOST_TEXT]


def _held_back(told: list[LineResult]) -> list[LineResult]:
    """Refuse all lines of a participant for the sake of one that is refused."""
    if not any(one.holds for one in told):
        return told
    return [
        one
        if one.state == RowState.REFUSED
        else replace(one, state=RowState.REFUSED, findings=(said_json(HELD_BACK),))
        for one in told
    ]
