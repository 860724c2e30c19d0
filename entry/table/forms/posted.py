"""What a posted table says: rows changed, added and struck out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid5

from django.core.exceptions import ValidationError
from django.http import QueryDict

from entry.form.forms import controls
from entry.form.forms.submission import explanations_in, reasons_in
from entry.table.forms.columns import Column
from entry.table.selectors.stored_rows import HeldRows
from record.audit.attribution import Reason
from record.capture import cells
from record.capture.merge import merge, seen_by_author
from record.capture.problems import NotSaved, SaveRefused
from record.capture.services.forms import FormEntry
from record.capture.services.rows import RowChange, RowEntry, RowStrike
from record.capture.vocabulary import StrikeReason
from record.casebook import items
from record.casebook.checks import Finding
from record.casebook.history import changes_of
from record.casebook.models import FormInstance, FormStatus
from record.casebook.values import Value
from trial_edc.vocabulary import N_, MissingCode, Severity

NAME = re.compile(r"(?P<row>[rn][0-9]{1,15})-(?P<name>.+)", re.ASCII)
STRIKE_CODES = frozenset(reason.value for reason in StrikeReason)
WHY_STRUCK = N_("Choose a reason and write why; nothing changed.")
CONSENT_FIRST = N_("Record the consent first; until then nothing else.")
NOT_HERE = N_("This row is not in this log. Open the log again.")


@dataclass
class Posted:
    """The rows that say something, what they want, and why some cannot be read."""

    typed: dict[str, QueryDict] = field(default_factory=dict)
    changes: list[RowChange] = field(default_factory=list)
    problems: dict[str, NotSaved] = field(default_factory=dict)

    def refuse(self, key: str, findings: Sequence[Finding]) -> None:
        """Note why a row cannot be stored."""
        self.problems[key] = SaveRefused(findings)


def rows_in(typed: QueryDict) -> dict[str, QueryDict]:
    """Return what was posted by row, under the names that the form page uses."""
    found: dict[str, QueryDict] = {}
    for key in typed:
        if match := NAME.fullmatch(key):
            row = found.setdefault(match["row"], QueryDict(mutable=True))
            row.setlist(match["name"], typed.getlist(key))
    return found


def posted(held: HeldRows, columns: Sequence[Column], typed: QueryDict) -> Posted:
    """Read a posted table; rows that nobody touched are left out."""
    found, is_draft = Posted(), typed.get("action") == "draft"
    batch = _uuid(typed.get("batch", ""))
    for key, row in rows_in(typed).items():
        reader = _Reader(held, columns, key, row, is_draft)
        if key.startswith("n"):
            reader.read_new(found, batch)
        else:
            reader.read_held(found)
    return found


@dataclass(frozen=True)
class _Reader:
    held: HeldRows
    columns: Sequence[Column]
    key: str
    row: QueryDict
    is_draft: bool

    def read_new(self, found: Posted, batch: UUID | None) -> None:
        values, faulty = self._values()
        said = {name: value for name, value in values.items() if value not in ("", [])}
        if self.row.get("leave_out") or not (said or faulty):
            return
        found.typed[self.key] = self.row
        if faulty:
            found.refuse(self.key, faulty)
        if not self.held.casebook.fact("consented_on"):
            found.refuse(self.key, [_row_finding(CONSENT_FIRST)])
        design = self.held.design
        visit = self.row.get("visit", "") if design.rows_at_visits else ""
        if visit not in design.collected.visits and design.rows_at_visits:
            found.refuse(self.key, [_row_finding(N_("Choose the visit."))])
        client_key = uuid5(batch, self.key) if batch else None
        entry = self._entry(said, based_on=0)
        found.changes.append(
            RowEntry(self.key, entry, visit=visit, client_key=client_key)
        )

    def read_held(self, found: Posted) -> None:
        form = self.held.forms.get(int(self.key[1:]))
        if form is None:
            found.typed[self.key] = self.row
            found.refuse(self.key, [_row_finding(NOT_HERE)])
            return
        if self.row.get("strike"):
            self._read_strike(found, form)
            return
        values, faulty = self._values()
        changed = self._changed(form, values)
        if not (changed or faulty or self._completes(form)):
            return
        found.typed[self.key] = self.row
        if faulty:
            found.refuse(self.key, faulty)
        entry = self._entry(changed, based_on=controls.revision_in(self.row))
        found.changes.append(RowEntry(self.key, entry, form))

    def _read_strike(self, found: Posted, form: FormInstance) -> None:
        code = self.row.get("strike_code", "")
        text = self.row.get("strike_text", "").strip()
        found.typed[self.key] = self.row
        if code not in STRIKE_CODES or not text:
            found.refuse(self.key, [_row_finding(WHY_STRUCK)])
        found.changes.append(RowStrike(self.key, form, Reason(code, text)))

    def _completes(self, form: FormInstance) -> bool:
        wished = self.row.get("complete") == "yes" and not self.is_draft
        return wished and form.status != FormStatus.COMPLETE

    def _entry(self, values: Mapping[str, object], *, based_on: int) -> FormEntry:
        wished = self.row.get("complete") == "yes" and not self.is_draft
        return FormEntry(
            values=values,
            based_on=based_on,
            complete=True if wished else None,
            reasons=reasons_in(self.held.design, self.row),
            explanations=explanations_in(self.row),
            erase=frozenset(self.row.get("erase", "").split()),
        )

    def _values(self) -> tuple[dict[str, object], list[Finding]]:
        """Return what each cell says, and those that no item can read."""
        values: dict[str, object] = {}
        faulty: list[Finding] = []
        for column, text, unit in self._cells():
            try:
                values[column.name] = read_cell(column, text, unit)
            except ValidationError as problem:
                values[column.name] = "; ".join(text)
                faulty.append(unreadable(self.held.design.code, column, problem))
        return values, faulty

    def _cells(self) -> Iterator[tuple[Column, list[str], str]]:
        for column in self.columns:
            name, side = column.name, self.row.get(f"{column.name}__side")
            is_shown = name in self.row or f"{name}__shown" in self.row
            if is_shown and column.is_editable and side != "theirs":
                unit = self.row.get(f"{name}__unit", "")
                yield column, self.row.getlist(name), unit

    def _changed(
        self, form: FormInstance, values: Mapping[str, object]
    ) -> dict[str, object]:
        current, design = self.held.form_data[form.pk].values, self.held.design
        entered: dict[str, Value] = {}
        for name, value in values.items():
            try:
                is_code = isinstance(value, MissingCode)
                entered[name] = value if is_code else design.items[name].parse(value)
            except ValidationError:
                entered[name] = value
        based_on = controls.revision_in(self.row)
        later = changes_of(form, after_revision=based_on) if self._is_old(form) else ()
        seen = seen_by_author(current, later)
        changed, clashes = merge(seen=seen, entered=entered, current=current)
        mine = {*changed, *(clash.item for clash in clashes)}
        return {name: value for name, value in values.items() if name in mine}

    def _is_old(self, form: FormInstance) -> bool:
        return controls.revision_in(self.row) < form.revision


def read_cell(column: Column, text: Sequence[str], unit: str = "") -> object:
    """Return what a cell says, as its item takes it; "" where it is empty.

    Raises `ValidationError` with what to write instead.
    """
    item = column.item
    if isinstance(item, items.MultipleChoice):
        chosen = [one for one in text if one]
        missing = [one for one in chosen if cells.missing_code(item, one)]
        if missing and len(chosen) > 1:
            raise ValidationError(controls.NOT_BOTH)
        return cells.read(item, "; ".join(chosen))
    value = cells.read(item, text[0] if text else "", column.options, unit)
    if not isinstance(value, MissingCode):
        item.parse(value)
    return value


def unreadable(code: str, column: Column, problem: ValidationError) -> Finding:
    told = problem.error_list[0]
    check_id = f"{code}.{column.name}.type"
    details = dict(told.params or {})
    return Finding(check_id, column.name, Severity.HARD, str(told.message), details)


def _row_finding(message: str) -> Finding:
    return Finding("row", "", Severity.HARD, message)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
