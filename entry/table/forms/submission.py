"""The posted table: rows changed, added and struck out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid5

from django.core.exceptions import ValidationError
from django.http import QueryDict

from entry.form.forms import controls
from entry.form.forms.submission import explanations_in, reasons_in
from entry.table.forms.columns import Column
from entry.table.selectors.stored_rows import StoredRows
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
REASON_TO_STRIKE = N_("Choose a reason and write why; nothing changed.")
CONSENT_FIRST = N_("Record the consent first; until then nothing else.")
UNKNOWN_ROW = N_("This row is not in this log. Open the log again.")


@dataclass
class TableSubmission:
    """The rows to save, by row key, and why some cannot be read."""

    typed: dict[str, QueryDict] = field(default_factory=dict)
    changes: list[RowChange] = field(default_factory=list)
    problems: dict[str, NotSaved] = field(default_factory=dict)

    def refuse(self, key: str, findings: Sequence[Finding]) -> None:
        self.problems[key] = SaveRefused(findings)


def rows_in(typed: QueryDict) -> dict[str, QueryDict]:
    """What was posted, by row, under the names that the form page uses."""
    rows: dict[str, QueryDict] = {}
    for key in typed:
        if match := NAME.fullmatch(key):
            row = rows.setdefault(match["row"], QueryDict(mutable=True))
            row.setlist(match["name"], typed.getlist(key))
    return rows


def read_submission(
    stored: StoredRows, columns: Sequence[Column], typed: QueryDict
) -> TableSubmission:
    """Rows that nobody changed are left out."""
    submission, is_draft = TableSubmission(), typed.get("action") == "draft"
    batch = _uuid(typed.get("batch", ""))
    for key, row in rows_in(typed).items():
        reader = _RowReader(stored, columns, key, row, is_draft)
        if key.startswith("n"):
            reader.read_new(submission, batch)
        else:
            reader.read_stored(submission)
    return submission


@dataclass(frozen=True)
class _RowReader:
    stored: StoredRows
    columns: Sequence[Column]
    key: str
    row: QueryDict
    is_draft: bool

    def read_new(self, submission: TableSubmission, batch: UUID | None) -> None:
        values, findings = self._values()
        filled = {
            name: value for name, value in values.items() if value not in ("", [])
        }
        if self.row.get("leave_out") or not (filled or findings):
            return
        submission.typed[self.key] = self.row
        if findings:
            submission.refuse(self.key, findings)
        if not self.stored.casebook.fact("consented_on"):
            submission.refuse(self.key, [_row_finding(CONSENT_FIRST)])
        design = self.stored.design
        visit = self.row.get("visit", "") if design.rows_at_visits else ""
        if visit not in design.collected.visits and design.rows_at_visits:
            submission.refuse(self.key, [_row_finding(N_("Choose the visit."))])
        client_key = uuid5(batch, self.key) if batch else None
        entry = self._entry(filled, based_on=0)
        submission.changes.append(
            RowEntry(self.key, entry, visit=visit, client_key=client_key)
        )

    def read_stored(self, submission: TableSubmission) -> None:
        form = self.stored.forms.get(int(self.key[1:]))
        if form is None:
            submission.typed[self.key] = self.row
            submission.refuse(self.key, [_row_finding(UNKNOWN_ROW)])
            return
        if self.row.get("strike"):
            self._read_strike(submission, form)
            return
        values, findings = self._values()
        changed = self._changed(form, values)
        if not (changed or findings or self._completes(form)):
            return
        submission.typed[self.key] = self.row
        if findings:
            submission.refuse(self.key, findings)
        entry = self._entry(changed, based_on=controls.revision_in(self.row))
        submission.changes.append(RowEntry(self.key, entry, form))

    def _read_strike(self, submission: TableSubmission, form: FormInstance) -> None:
        code = self.row.get("strike_code", "")
        text = self.row.get("strike_text", "").strip()
        submission.typed[self.key] = self.row
        if code not in STRIKE_CODES or not text:
            submission.refuse(self.key, [_row_finding(REASON_TO_STRIKE)])
        submission.changes.append(RowStrike(self.key, form, Reason(code, text)))

    def _completes(self, form: FormInstance) -> bool:
        return self._is_to_complete and form.status != FormStatus.COMPLETE

    @property
    def _is_to_complete(self) -> bool:
        return self.row.get("complete") == "yes" and not self.is_draft

    def _entry(self, values: Mapping[str, object], *, based_on: int) -> FormEntry:
        return FormEntry(
            values=values,
            based_on=based_on,
            complete=True if self._is_to_complete else None,
            reasons=reasons_in(self.stored.design, self.row),
            explanations=explanations_in(self.row),
            erase=frozenset(self.row.get("erase", "").split()),
        )

    def _values(self) -> tuple[dict[str, object], list[Finding]]:
        """The values of the cells, and a finding for each that no item can read."""
        values: dict[str, object] = {}
        findings: list[Finding] = []
        for column, text, unit in self._cells():
            try:
                values[column.name] = read_cell(column, text, unit)
            except ValidationError as problem:
                values[column.name] = "; ".join(text)
                findings.append(unreadable(self.stored.design.code, column, problem))
        return values, findings

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
        current, design = self.stored.form_data[form.pk].values, self.stored.design
        parsed: dict[str, Value] = {}
        for name, value in values.items():
            try:
                is_code = isinstance(value, MissingCode)
                parsed[name] = value if is_code else design.items[name].parse(value)
            except ValidationError:
                parsed[name] = value
        based_on = controls.revision_in(self.row)
        later_changes = (
            changes_of(form, after_revision=based_on) if self._is_old(form) else ()
        )
        seen = seen_by_author(current, later_changes)
        changed, clashes = merge(seen=seen, entered=parsed, current=current)
        own = {*changed, *(clash.item for clash in clashes)}
        return {name: value for name, value in values.items() if name in own}

    def _is_old(self, form: FormInstance) -> bool:
        return controls.revision_in(self.row) < form.revision


def read_cell(column: Column, text: Sequence[str], unit: str = "") -> object:
    """The value of a cell, as its item takes it; "" where it is empty.

    Raises `ValidationError` with what to write instead.
    """
    item = column.item
    if isinstance(item, items.MultipleChoice):
        codes = [code for code in text if code]
        missing = [code for code in codes if cells.missing_code(item, code)]
        if missing and len(codes) > 1:
            raise ValidationError(controls.NOT_BOTH)
        return cells.read(item, "; ".join(codes))
    value = cells.read(item, text[0] if text else "", column.options, unit)
    if not isinstance(value, MissingCode):
        item.parse(value)
    return value


def unreadable(code: str, column: Column, problem: ValidationError) -> Finding:
    error = problem.error_list[0]
    check_id = f"{code}.{column.name}.type"
    details = dict(error.params or {})
    return Finding(check_id, column.name, Severity.HARD, str(error.message), details)


def _row_finding(message: str) -> Finding:
    return Finding("row", "", Severity.HARD, message)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
