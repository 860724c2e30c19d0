"""The posted table: rows changed, added and struck out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid5

from django.core.exceptions import ValidationError
from django.http import QueryDict

from enrollment.consent.texts import CONSENT_FIRST
from entry.form.forms import raw_values
from entry.form.forms.submission import explanations_in, reasons_in
from entry.table.forms.columns import Column
from entry.table.selectors.stored_rows import StoredRows
from record.audit.attribution import Reason
from record.capture import cells
from record.capture.entries import FormEntry
from record.capture.merge import seen_by_author
from record.capture.parsing import Parsed, parse_item, unreadable
from record.capture.problems import NotSaved, SaveRefused
from record.capture.services.rows import RowChange, RowEntry, RowStrike
from record.capture.vocabulary import StrikeReason
from record.casebook import items
from record.casebook.checks import Finding
from record.casebook.design import FormDesign
from record.casebook.history import Change, changes_since
from record.casebook.models import FormInstance, FormStatus
from record.casebook.values import Value, is_blank, is_same
from trial_edc.typed_text import written
from trial_edc.vocabulary import N_, Severity

NAME = re.compile(r"(?P<row>[rn][0-9]{1,15})-(?P<name>.+)", re.ASCII)
STRIKE_CODES = frozenset(reason.value for reason in StrikeReason)
REASON_TO_STRIKE = N_("Choose a reason and write why; nothing changed.")
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
    rows = rows_in(typed)
    unseen = _unseen_changes(stored, rows)
    for key, row in rows.items():
        reader = _RowReader(stored, columns, key, row, is_draft, unseen)
        if key.startswith("n"):
            reader.read_new(submission, batch)
        else:
            reader.read_stored(submission)
    return submission


def _unseen_changes(
    stored: StoredRows, rows: Mapping[str, QueryDict]
) -> Mapping[int, Sequence[Change]]:
    """Of each form, what others changed since the page showed it."""
    shown = [
        (stored.forms.get(int(key[1:])), raw_values.revision_in(row))
        for key, row in rows.items()
        if key.startswith("r")
    ]
    return changes_since(stored.design, [(form, at) for form, at in shown if form])


@dataclass(frozen=True)
class _RowReader:
    stored: StoredRows
    columns: Sequence[Column]
    key: str
    row: QueryDict
    is_draft: bool
    unseen: Mapping[int, Sequence[Change]]

    def read_new(self, submission: TableSubmission, batch: UUID | None) -> None:
        cells = self._parsed_cells()
        values = {n: value for n, value in cells.values.items() if not is_blank(value)}
        if self.row.get("leave_out") or not (values or cells.unreadable):
            return
        submission.typed[self.key] = self.row
        if not self.stored.casebook.fact("consented_on"):
            submission.refuse(self.key, [_row_finding(CONSENT_FIRST)])
        design = self.stored.design
        visit = self.row.get("visit", "") if design.rows_at_visits else ""
        if visit not in design.collected.visits and design.rows_at_visits:
            submission.refuse(self.key, [_row_finding(N_("Choose the visit."))])
        log = self.stored.participant.pk, design.code
        client_key = uuid5(batch, repr((*log, self.key))) if batch else None
        entry = self._entry(Parsed(values, cells.unreadable), based_on=0)
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
        cells = self._parsed_cells()
        changed = self._changed(form, cells.values)
        if not (changed or cells.unreadable or self._completes(form)):
            return
        submission.typed[self.key] = self.row
        parsed = Parsed(changed, cells.unreadable)
        entry = self._entry(parsed, based_on=raw_values.revision_in(self.row))
        submission.changes.append(RowEntry(self.key, entry, form))

    def _read_strike(self, submission: TableSubmission, form: FormInstance) -> None:
        code = self.row.get("strike_code", "")
        text = written(self.row.get("strike_text", ""))
        submission.typed[self.key] = self.row
        if code not in STRIKE_CODES or not text:
            submission.refuse(self.key, [_row_finding(REASON_TO_STRIKE)])
        submission.changes.append(RowStrike(self.key, form, Reason(code, text)))

    def _completes(self, form: FormInstance) -> bool:
        return self._is_to_complete and form.status != FormStatus.COMPLETE

    @property
    def _is_to_complete(self) -> bool:
        return self.row.get("complete") == "yes" and not self.is_draft

    def _entry(self, parsed: Parsed, *, based_on: int) -> FormEntry:
        return FormEntry(
            values=parsed.values,
            based_on=based_on,
            complete=self._is_to_complete,
            reasons=reasons_in(self.stored.design, self.row),
            explanations=explanations_in(self.row),
            erase=frozenset(self.row.get("erase", "").split()),
            unreadable=parsed.unreadable,
        )

    def _parsed_cells(self) -> Parsed:
        parsed = Parsed()
        for column in self.columns:
            name, side = column.name, self.row.get(f"{column.name}__side")
            is_shown = name in self.row or f"{name}__shown" in self.row
            if is_shown and column.is_editable and side != "theirs":
                texts, unit = self.row.getlist(name), self.row.get(f"{name}__unit", "")
                parse_cell(parsed, self.stored.design, column, texts, unit=unit)
        return parsed

    def _changed(
        self, form: FormInstance, values: Mapping[str, Value]
    ) -> dict[str, Value]:
        """Values that differ from those the page showed; the save merges them."""
        current = self.stored.form_data[form.pk].values
        later = self.unseen.get(form.pk, ())
        seen = seen_by_author(current, later)
        return {n: v for n, v in values.items() if not is_same(v, seen.get(n))}


def parse_cell(
    parsed: Parsed,
    design: FormDesign,
    column: Column,
    texts: Sequence[str],
    *,
    unit: str,
) -> None:
    """Add a cell to the values of a row, or to what cannot be read."""
    try:
        parsed.values[column.name] = cell_value(column, texts, unit)
    except ValidationError as problem:
        raw = "; ".join(texts)
        parsed.unreadable[column.name] = unreadable(design, column.name, raw, problem)


def cell_value(column: Column, texts: Sequence[str], unit: str = "") -> Value:
    """The value of a cell; None where it is empty.

    Raises `ValidationError` with what to write instead.
    """
    return parse_item(column.item, cell_text(column, texts, unit))


def cell_text(column: Column, texts: Sequence[str], unit: str = "") -> cells.Read:
    """The text of a cell in the form that its item takes; "" where it is empty.

    Raises `ValidationError` with what to write instead.
    """
    if isinstance(column.item, items.MultipleChoice):
        codes = [text for text in texts if text]
        missing = [code for code in codes if cells.missing_code(column.item, code)]
        if missing and len(codes) > 1:
            raise ValidationError(raw_values.NOT_BOTH)
        return cells.read(column.item, "; ".join(codes))
    return cells.read(column.item, texts[0] if texts else "", column.options, unit)


def _row_finding(message: str) -> Finding:
    return Finding("row", "", Severity.HARD, message)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
