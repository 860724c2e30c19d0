"""The effect of storing a pasted table: new, changed, identical and refused rows.

Nothing is stored. The preview is the table itself with the pasted texts typed into it,
so that they can be put right, and are saved, as if they had been typed by hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from entry.table.forms.columns import Column
from entry.table.forms.paste import PastedLine, PastedTable
from entry.table.forms.submission import read_cell, unreadable
from entry.table.selectors.stored_rows import StoredRows
from record.accounts.models import User
from record.capture.cells import unit_of
from record.capture.planning import PlannedRow, RowState, SourceRow, by_items, plan
from record.capture.problems import (
    ExplanationNeeded,
    NotSaved,
    ReasonNeeded,
    SaveRefused,
)
from record.casebook import items
from record.casebook.checks import Finding
from record.casebook.values import is_blank
from trial_edc.vocabulary import N_, Severity

REQUIRED = N_("This is needed before the form can be marked complete.")


@dataclass
class Preview:
    """The rows as if typed, the prompts of each, and the lines of each kind."""

    typed: dict[str, QueryDict] = field(default_factory=dict)
    problems: dict[str, list[NotSaved]] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    lines: dict[RowState, list[int]] = field(
        default_factory=lambda: {state: [] for state in RowState}
    )

    @property
    def summary(self) -> list[tuple[str, int, str]]:
        """For each kind its word, the number of its lines, and the lines."""
        return [
            (_(state.label), len(lines), ", ".join(map(str, lines)))
            for state, lines in self.lines.items()
        ]


@dataclass
class Previewer:
    """Plans pasted rows; `fill` holds the answers of new rows where a line has none."""

    stored: StoredRows
    columns: Mapping[str, Column]
    user: User
    fill: Mapping[str, str]
    visit: str
    preview: Preview = field(default_factory=Preview)

    def preview_of(self, pasted: PastedTable) -> Preview:
        """In the order of the lines."""
        lines = [(line, *self._read(self._filled(line))) for line in pasted.lines]
        source_rows = [
            SourceRow(line.number, values, visit=self.visit)
            for line, values, findings in lines
            if not findings
        ]
        key = by_items(*self.stored.design.row_key)
        code, person = self.stored.design.code, self.stored.participant
        planned = plan(person, code, source_rows, key=key, by=self.user)
        by_line = {row.line: row for row in planned.rows}
        for line, _values, findings in lines:
            filled = self._filled(line)
            if findings:
                self._add(
                    f"n{line.number}", filled, RowState.REFUSED, [SaveRefused(findings)]
                )
            else:
                self._add_planned(filled, by_line[line.number])
        return self.preview

    def _filled(self, line: PastedLine) -> PastedLine:
        """A new row with the answers that hold for all; a stored one stays as it is."""
        if self._is_stored(line):
            return line
        texts = {
            **{name: text for name, text in self.fill.items() if text},
            **line.texts,
        }
        return PastedLine(line.number, texts, line.units)

    def _is_stored(self, line: PastedLine) -> bool:
        values, _findings = self._read(line)
        key_values = []
        for name in self.stored.design.row_key:
            item, value = self.stored.design.items[name], values.get(name)
            try:
                key_values.append(item.parse(value))
            except ValidationError:
                return False
        if any(map(is_blank, key_values)):
            return False
        names = self.stored.design.row_key
        return any(
            [row.values.get(name) for name in names] == key_values
            for row in self.stored.valid
        )

    def _read(self, line: PastedLine) -> tuple[dict[str, object], list[Finding]]:
        values: dict[str, object] = {}
        findings = []
        for name, text in line.texts.items():
            column = self.columns[name]
            try:
                values[name] = read_cell(column, [text], line.units.get(name, ""))
            except ValidationError as problem:
                findings.append(unreadable(self.stored.design.code, column, problem))
        return values, findings

    def _add_planned(self, line: PastedLine, row: PlannedRow) -> None:
        if row.state == RowState.UNCHANGED:
            self.preview.lines[row.state].append(line.number)
            return
        key = f"r{row.form.pk}" if row.form else f"n{line.number}"
        if key in self.preview.typed:
            key = f"n{line.number}"
        self._add(key, line, row.state, self._problems_of(row), row)

    def _problems_of(self, row: PlannedRow) -> list[NotSaved]:
        problems: list[NotSaved] = []
        hard = [f for f in row.findings if f.severity == Severity.HARD]
        soft = [f for f in row.findings if f.severity == Severity.SOFT]
        code = self.stored.design.code
        missing = [
            Finding(f"{code}.{name}.required", name, Severity.HARD, REQUIRED)
            for name in row.pending
        ]
        if hard or missing:
            problems.append(SaveRefused([*hard, *missing]))
        if soft:
            problems.append(ExplanationNeeded(soft))
        changed = [
            name for name, (old, _new) in row.changes.items() if not is_blank(old)
        ]
        if changed and row.form and row.form.first_completed_at:
            problems.append(ReasonNeeded(changed))
        return problems

    def _add(  # noqa: PLR0917 - one call for each kind of row
        self,
        key: str,
        line: PastedLine,
        state: RowState,
        problems: list[NotSaved],
        row: PlannedRow | None = None,
    ) -> None:
        typed = QueryDict(mutable=True)
        for name, text in line.texts.items():
            self._type(typed, self.columns[name], text, line.units.get(name, ""))
        form = row.form if row else None
        typed["based_on"] = str(form.revision if form else 0)
        typed["complete"] = "yes"
        typed["visit"] = self.visit
        preview = self.preview
        preview.typed[key], preview.problems[key] = typed, problems
        preview.words[key], preview.numbers[key] = _(state.label), line.number
        preview.lines[state].append(line.number)

    @staticmethod
    def _type(typed: QueryDict, column: Column, text: str, unit: str) -> None:
        """Put a text into the control of a cell, as it reads."""
        name = column.name
        try:
            value = read_cell(column, [text], unit)
        except ValidationError:
            value = text
        if column.is_many:
            typed[f"{name}__shown"] = "1"
            typed.setlist(name, value if isinstance(value, list) else [str(value)])
        elif isinstance(value, tuple):
            typed[name], typed[f"{name}__unit"] = value
        elif column.is_list:
            typed[name] = str(value)
        else:
            typed[name] = text
        if isinstance(column.item, items.Lab) and not isinstance(value, tuple):
            typed[f"{name}__unit"] = unit_of(column.item, unit) or column.units[0]
