"""Rows from a file or a clipboard, planned before anything is stored.

A plan says of each row of one participant whether it is new, changed, unchanged or
refused, and why, by the same parsing and the same checks as the form page.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.core.exceptions import PermissionDenied

from record.audit.attribution import Actor
from record.capture.checking import (
    altered_items,
    data_after,
    require_right_to_enter,
    soft_findings,
)
from record.capture.parsing import LinkTargets, Unreadable, parse
from record.capture.problems import EraseNeeded, SaveRefused
from record.casebook import catalogue, engine
from record.casebook.checks import Finding
from record.casebook.design import FormDesign
from record.casebook.form_data import Casebook, FormData
from record.casebook.models import FormInstance, FormStatus, Participant
from record.casebook.selectors import casebook_of
from record.casebook.values import Value, is_blank, is_same
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_, Codelist, Severity

Values = Mapping[str, Value]
Key = Callable[[Values], Hashable | None]


class RowState(Codelist):
    """What storing a row would do."""

    NEW = "new", N_("new")
    CHANGED = "changed", N_("changed")
    UNCHANGED = "unchanged", N_("unchanged")
    REFUSED = "refused", N_("refused")


@dataclass(frozen=True)
class SourceRow:
    """A row as it came: its line in the source, and what it says of each item, parsed.

    Items that it does not name stay as they are; `defaults` go only where the record
    holds nothing yet. `visit` is for forms at visits. With anything `unreadable` the
    row is refused.
    """

    line: int
    values: Values
    defaults: Values = field(default_factory=dict)
    visit: str = ""
    visit_number: int = 0
    unreadable: Mapping[str, Unreadable] = field(default_factory=dict)

    @property
    def all_values(self) -> dict[str, Value]:
        return {**self.defaults, **self.values}


def source_row(
    design: FormDesign,
    line: int,
    values: Mapping[str, object],
    *,
    defaults: Mapping[str, object] | None = None,
    visit: str = "",
    visit_number: int = 0,
) -> SourceRow:
    own = parse(design, values)
    others = {name: raw for name, raw in (defaults or {}).items() if name not in values}
    general = parse(design, others)
    unreadable = {**general.unreadable, **own.unreadable}
    return SourceRow(line, own.values, general.values, visit, visit_number, unreadable)


@dataclass(frozen=True)
class PlannedRow:
    """What is to become of a row.

    `changes` are old and new value by item. `findings` say why it is refused, or what
    is improbable in it. A row whose `pending` items are missing is stored as a draft.
    """

    source: SourceRow
    state: RowState
    changes: Mapping[str, tuple[Value, Value]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    form: FormInstance | None = None
    data: FormData | None = None
    pending: tuple[str, ...] = ()

    @property
    def line(self) -> int:
        return self.source.line

    @property
    def does(self) -> tuple[RowState, Mapping[str, tuple[Value, Value]]]:
        return self.state, self.changes


def by_items(*names: str) -> Key:
    def key(values: Values) -> Hashable | None:
        key_values = tuple(values.get(name) for name in names)
        return None if any(map(is_blank, key_values)) else key_values

    return key


@dataclass(frozen=True)
class Plan:
    """The planned rows of one form of one participant, in the order of the source."""

    participant: Participant
    code: str
    key: Key
    rows: tuple[PlannedRow, ...]

    def of(self, *states: RowState) -> list[PlannedRow]:
        return [row for row in self.rows if row.state in states]


@implements("QRY-08")
def plan(
    participant: Participant,
    code: str,
    rows: Iterable[SourceRow],
    *,
    key: Key,
    by: Actor,
) -> Plan:
    """Plan rows of one form of a participant; stores nothing.

    `key` tells which row of the record a row is; None means one that is not there yet.
    """
    design = catalogue.design(code)
    require_right_to_enter(design, (), by=by)
    planner = _Planner(participant, design, key, by)
    return Plan(participant, code, key, tuple(planner.planned(list(rows))))


class _Planner:
    """Plans the rows of one form; each sees those before it as if they were stored."""

    def __init__(
        self, participant: Participant, design: FormDesign, key: Key, by: Actor
    ) -> None:
        self.participant, self.design, self.key, self.by = participant, design, key, by
        self.form_data: list[FormData] = []  # planned so far
        self.new_form = FormInstance(participant=participant, code=design.code)
        self.taken: dict[tuple[str, int], int] = {}  # the last occurrence by place
        forms = FormInstance.objects.filter(
            participant=participant, code=design.code
        ).order_by("visit", "visit_number", "occurrence")
        self.forms = {form.pk: form for form in forms}

    @cached_property
    def casebook(self) -> Casebook:
        return casebook_of(self.participant, self.design.code)

    @cached_property
    def stored(self) -> dict[Hashable, list[FormData]]:
        stored: dict[Hashable, list[FormData]] = {}
        for data in self.casebook.rows(self.design.code):
            if (key := self.key(data.values)) is not None:
                stored.setdefault(key, []).append(data)
        return stored

    def planned(self, rows: Sequence[SourceRow]) -> Iterator[PlannedRow]:
        by_key = self._rows_by_key(rows)
        readable = [row.all_values for row in rows if not row.unreadable]
        links = [(self.new_form, values) for values in readable]
        self.links = LinkTargets(self.design, links)
        for row in rows:
            if row.unreadable:
                findings = [fault.finding for fault in row.unreadable.values()]
                yield PlannedRow(row, RowState.REFUSED, findings=(*findings,))
                continue
            values = row.all_values
            key = self.key(values)
            lines = [other.line for other in by_key.get(key, ())]
            if any(other.all_values != values for other in by_key.get(key, ())):
                others = ", ".join(str(n) for n in lines if n != row.line)
                yield self._refused(row, AT_ODDS, lines=others)
            elif lines and row.line != lines[0]:
                yield PlannedRow(row, RowState.UNCHANGED)  # twice in the source, alike
            else:
                yield self._row(row, key, values)

    def _rows_by_key(
        self, rows: Sequence[SourceRow]
    ) -> dict[Hashable, list[SourceRow]]:
        by_key: dict[Hashable, list[SourceRow]] = {}
        for row in rows:
            key = None if row.unreadable else self.key(row.all_values)
            if key is not None:
                by_key.setdefault(key, []).append(row)
        return by_key

    def _row(self, row: SourceRow, key: Hashable | None, values: Values) -> PlannedRow:
        fitting = self.stored.get(key, []) if key is not None else []
        if len(fitting) > 1:
            return self._refused(row, SEVERAL)
        before = fitting[0] if fitting else self._empty(row)
        form = self.forms.get(before.form_id or 0)
        changed = {
            name: value
            for name, value in values.items()
            if not is_same(value, before.values.get(name))
            and (name in row.values or is_blank(before.values.get(name)))
        }
        if fitting and not changed:
            return PlannedRow(row, RowState.UNCHANGED, form=form, data=before)
        if form and form.is_closed:
            since = f"{form.locked_at or form.frozen_at:%Y-%m-%d}"
            return self._refused(row, CLOSED, since=since)
        return self._checked(row, before, changed, form)

    def _empty(self, row: SourceRow) -> FormData:
        place = row.visit, row.visit_number
        used = {data.form_id for data in self.form_data}
        there = [f for f in self.forms.values() if (f.visit, f.visit_number) == place]
        if not self.design.collected.is_log:
            for form in there:
                is_free = form.revision == 0 and form.struck_at is None
                if is_free and form.pk not in used:
                    return self._blank(row, form.occurrence, form.pk)
        last = max((form.occurrence for form in there), default=0)
        number = self.taken.get(place, last) + 1
        self.taken[place] = number
        return self._blank(row, number, None)

    def _blank(self, row: SourceRow, occurrence: int, form_id: int | None) -> FormData:
        return FormData(
            code=self.design.code,
            values=dict.fromkeys(self.design.items),
            visit=row.visit,
            visit_number=row.visit_number,
            occurrence=occurrence,
            form_id=form_id,
        )

    def _checked(
        self,
        row: SourceRow,
        before: FormData,
        changed: dict[str, Value],
        form: FormInstance | None,
    ) -> PlannedRow:
        casebook = self.casebook.with_form_data(self.form_data)
        try:
            require_right_to_enter(self.design, changed, by=self.by)
            self.links.require(self.new_form, changed)
            data = data_after(self.design, before, changed, casebook)
            seen = casebook.with_data(data)
            pending = engine.pending_items(self.design, data, seen)
            was_complete = form is not None and form.status == FormStatus.COMPLETE
            altered = altered_items(data, before)
            soft = soft_findings(
                self.design,
                data,
                casebook,
                altered,
                complete=was_complete or not pending,
            )
        except SaveRefused as problem:
            return PlannedRow(row, RowState.REFUSED, findings=(*problem.findings,))
        except EraseNeeded as problem:
            return self._refused(row, WOULD_ERASE, items=", ".join(problem.items))
        except PermissionDenied:
            return self._refused(row, JUDGED)
        self.form_data.append(data)
        changes = {
            name: (before.values.get(name), new) for name, new in altered.items()
        }
        is_new = all(is_blank(old) for old, _new in changes.values())
        state = RowState.NEW if before.revision == 0 or is_new else RowState.CHANGED
        return PlannedRow(row, state, changes, tuple(soft), form, data, tuple(pending))

    def _refused(self, row: SourceRow, message: str, **details: object) -> PlannedRow:
        check_id = f"{self.design.code}.import"
        finding = Finding(check_id, "", Severity.HARD, message, details)
        return PlannedRow(row, RowState.REFUSED, findings=(finding,))


AT_ODDS = N_("Says otherwise than line %(lines)s about the same sample or row.")
SEVERAL = N_("Several rows of the record fit. Correct them on their own pages.")
CLOSED = N_("The form is closed since %(since)s; nothing in it can change.")
WOULD_ERASE = N_("Would hide and erase: %(items)s. Change it on the form page.")
JUDGED = N_("Holds a judgement that only an investigator enters.")
