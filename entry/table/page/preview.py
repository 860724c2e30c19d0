"""The effect of storing a pasted table: new, changed, identical and refused rows.

Nothing is stored. The preview is the table itself with the pasted texts typed into it,
so that they can be put right, and are saved, as if they had been typed by hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from entry.table.forms.columns import CellInput, Column
from entry.table.forms.paste import PastedLine, PastedTable
from entry.table.forms.submission import cell_value, parse_cell
from entry.table.selectors.stored_rows import StoredRows
from record.accounts.models import User
from record.capture.parsing import Parsed
from record.capture.planning import PlannedRow, RowState, SourceRow, by_items, plan
from record.capture.problems import (
    ExplanationNeeded,
    NotSaved,
    ReasonNeeded,
    SaveRefused,
)
from record.casebook import engine, items
from record.casebook.checks import Finding
from record.casebook.values import is_blank
from trial_edc.vocabulary import Severity


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
        lines = [self._filled(line) for line in pasted.lines]
        source_rows = [self._source_row(line) for line in lines]
        planned = plan(
            self.stored.participant,
            self.stored.design.code,
            source_rows,
            key=by_items(*self.stored.design.row_key),
            by=self.user,
        )
        for line, row in zip(lines, planned.rows, strict=True):
            self._add_planned(line, row)
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
        names = self.stored.design.row_key
        values = self._parsed(line).values
        key = [values.get(name) for name in names]
        return not any(map(is_blank, key)) and any(
            [row.values.get(name) for name in names] == key for row in self.stored.valid
        )

    def _source_row(self, line: PastedLine) -> SourceRow:
        parsed = self._parsed(line)
        return SourceRow(
            line.number, parsed.values, visit=self.visit, unreadable=parsed.unreadable
        )

    def _parsed(self, line: PastedLine) -> Parsed:
        parsed = Parsed()
        for name, text in line.texts.items():
            unit, column = line.units.get(name, ""), self.columns[name]
            parse_cell(parsed, self.stored.design, column, [text], unit=unit)
        return parsed

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
        design = self.stored.design
        missing = [
            Finding(
                f"{design.code}.{name}.required",
                name,
                Severity.HARD,
                engine.needed_message(design.items[name]),
            )
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
        name = column.name
        try:
            content = column.cell_input(cell_value(column, [text], unit))
        except ValidationError:
            content = CellInput(text, codes=(text,))
        if column.is_many:
            typed[f"{name}__shown"] = "1"
            typed.setlist(name, list(content.codes))
        else:
            typed[name] = content.text
        if isinstance(column.item, items.Lab):
            stated = column.item.unit_of(unit) if unit else None
            typed[f"{name}__unit"] = content.unit or stated or column.units[0]
