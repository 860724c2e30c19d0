"""What storing a pasted table would do: new, changed, identical and refused rows.

Nothing is stored. The preview is the table itself with the pasted texts typed into it,
so that they can be put right, and are saved, as if they had been typed by hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from entry.table.forms.columns import Column
from entry.table.forms.paste import Pasted, PastedLine
from entry.table.forms.posted import read_cell, unreadable
from entry.table.selectors.stored_rows import HeldRows
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
    """The rows as if typed, what is asked of each, and the lines of each kind."""

    typed: dict[str, QueryDict] = field(default_factory=dict)
    problems: dict[str, list[NotSaved]] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    lines: dict[RowState, list[int]] = field(
        default_factory=lambda: {state: [] for state in RowState}
    )

    @property
    def told(self) -> list[tuple[str, int, str]]:
        """Return, for each kind, its word, how many lines, and which."""
        return [
            (_(state.label), len(lines), ", ".join(map(str, lines)))
            for state, lines in self.lines.items()
        ]


@dataclass
class Previewer:
    """Plans pasted rows; `fill` is what new rows say where they say nothing."""

    held: HeldRows
    columns: Mapping[str, Column]
    user: User
    fill: Mapping[str, str]
    visit: str
    found: Preview = field(default_factory=Preview)

    def of(self, pasted: Pasted) -> Preview:
        """Return the preview, in the order of the lines."""
        read = [(line, *self._read(self._filled(line))) for line in pasted.lines]
        wanted = [
            SourceRow(line.number, values, visit=self.visit)
            for line, values, faulty in read
            if not faulty
        ]
        key = by_items(*self.held.design.row_key)
        code, person = self.held.design.code, self.held.participant
        planned = plan(person, code, wanted, key=key, by=self.user)
        by_line = {row.line: row for row in planned.rows}
        for line, _values, faulty in read:
            filled = self._filled(line)
            if faulty:
                self._add(
                    f"n{line.number}", filled, RowState.REFUSED, [SaveRefused(faulty)]
                )
            else:
                self._add_planned(filled, by_line[line.number])
        return self.found

    def _filled(self, line: PastedLine) -> PastedLine:
        """Return a new row with what all rows say; one that is there stays as it is."""
        if self._is_held(line):
            return line
        texts = {
            **{name: text for name, text in self.fill.items() if text},
            **line.texts,
        }
        return PastedLine(line.number, texts, line.units)

    def _is_held(self, line: PastedLine) -> bool:
        values, _faulty = self._read(line)
        wanted = []
        for name in self.held.design.row_key:
            item, value = self.held.design.items[name], values.get(name)
            try:
                wanted.append(item.parse(value))
            except ValidationError:
                return False
        if any(map(is_blank, wanted)):
            return False
        names = self.held.design.row_key
        return any(
            [row.values.get(name) for name in names] == wanted
            for row in self.held.standing
        )

    def _read(self, line: PastedLine) -> tuple[dict[str, object], list[Finding]]:
        values: dict[str, object] = {}
        faulty = []
        for name, text in line.texts.items():
            column = self.columns[name]
            try:
                values[name] = read_cell(column, [text], line.units.get(name, ""))
            except ValidationError as problem:
                faulty.append(unreadable(self.held.design.code, column, problem))
        return values, faulty

    def _add_planned(self, line: PastedLine, row: PlannedRow) -> None:
        if row.state == RowState.UNCHANGED:
            self.found.lines[row.state].append(line.number)
            return
        key = f"r{row.form.pk}" if row.form else f"n{line.number}"
        if key in self.found.typed:
            key = f"n{line.number}"
        problems: list[NotSaved] = []
        code = self.held.design.code
        hard = [one for one in row.findings if one.severity == Severity.HARD]
        soft = [one for one in row.findings if one.severity == Severity.SOFT]
        missing = [
            Finding(f"{code}.{name}.required", name, Severity.HARD, REQUIRED)
            for name in row.pending
        ]
        if hard or missing:
            problems.append(SaveRefused([*hard, *missing]))
        if soft:
            problems.append(ExplanationNeeded(soft))
        replaced = [
            name for name, (old, _new) in row.changes.items() if not is_blank(old)
        ]
        if replaced and row.form and row.form.first_completed_at:
            problems.append(ReasonNeeded(replaced))
        self._add(key, line, row.state, problems, row)

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
        found = self.found
        found.typed[key], found.problems[key] = typed, problems
        found.words[key], found.numbers[key] = _(state.label), line.number
        found.lines[state].append(line.number)

    @staticmethod
    def _type(typed: QueryDict, column: Column, text: str, unit: str) -> None:
        """Type a text into the control of a cell, as it reads."""
        name = column.name
        try:
            read = read_cell(column, [text], unit)
        except ValidationError:
            read = text
        if column.is_many:
            typed[f"{name}__shown"] = "1"
            typed.setlist(name, read if isinstance(read, list) else [str(read)])
        elif isinstance(read, tuple):
            typed[name], typed[f"{name}__unit"] = read
        elif column.is_list:
            typed[name] = str(read)
        else:
            typed[name] = text
        if isinstance(column.item, items.Lab) and not isinstance(read, tuple):
            typed[f"{name}__unit"] = unit_of(column.item, unit) or column.units[0]
