"""A log as an editable table: rows, cells, marks, and what is asked of each row."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.http import QueryDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from entry.form.forms import controls as typed_controls
from entry.form.page.item import told
from entry.selectors.visibility import may_enter
from entry.table.forms.cells import CellMark, cell, control
from entry.table.forms.columns import Column, Held, columns_of
from entry.table.page.prompts import RowAsks, asks_of
from entry.table.selectors.stored_rows import HeldRows
from record.accounts.models import User
from record.capture.problems import NotSaved
from record.capture.vocabulary import ChangeReason, StrikeReason
from record.casebook import engine, items
from record.casebook.derived import Derivation, derived_values
from record.casebook.display import NOTHING, derived_words
from record.casebook.form_data import FormData
from record.casebook.models import FormInstance, FormStatus
from record.casebook.row_marks import RowMark, marks_of
from record.casebook.values import MissingCode, Value
from record.review.selectors import open_places
from trial_edc import clock
from trial_edc.templatetags.components import ErrorLine
from trial_edc.vocabulary import Severity

Typed = Mapping[str, QueryDict]
Problems = Mapping[str, Sequence[NotSaved]]
LOOKS = {Severity.SOFT: "unusual", Severity.HARD: "impossible"}


@dataclass
class TableRow:
    """One row as the page shows it."""

    key: str
    form: FormInstance | None
    cells: list[SafeString]
    asks: RowAsks
    based_on: int = 0
    derived: list[str] = field(default_factory=list)
    before: list[CellMark] = field(default_factory=list)
    is_open: bool = True
    completes: bool = False  # whether “complete” is ticked
    visit: str = ""
    word: str = ""  # what storing it would do, in a preview
    line: int | None = None  # where it stood in what was pasted

    @property
    def name(self) -> str:
        if self.form is None:
            return _("new %(number)s") % {"number": self.key[1:]}
        return f"{self.form.visit} {self.form.occurrence}".strip()

    @property
    def may_complete(self) -> bool:
        return self.form is None or self.form.status != FormStatus.COMPLETE

    @property
    def may_strike(self) -> bool:
        """Tell whether it holds anything to be struck out."""
        return self.is_open and self.form is not None and self.form.revision > 0


class TablePage:
    """A log for one reader, with what was typed and what is wrong with it."""

    def __init__(
        self,
        held: HeldRows,
        user: User,
        typed: Typed | None = None,
        problems: Problems | None = None,
        *,
        batch: str = "",
        only_typed: bool = False,
    ) -> None:
        """Take the stored rows, and what was typed into them by row."""
        self.held, self.user = held, user
        self.typed, self.problems = typed or {}, problems or {}
        self.participant, self.design = held.participant, held.design
        self.batch = batch or str(uuid.uuid4())
        self.only_typed = only_typed  # a preview of pasted rows
        self.fill: Mapping[str, str] = {}  # what pasted rows say where they say nothing
        self.words: Mapping[str, str] = {}  # what storing a row would do
        self.columns = columns_of(user, held.design, held.casebook)
        self.by_name = {column.name: column for column in self.columns}
        self.may_enter = may_enter(user, held.design)

    @property
    def may_add(self) -> bool:
        return self.may_enter and self.design.is_repeated

    @property
    def may_paste(self) -> bool:
        return self.may_add and self.design.is_table

    @property
    def item_choices(self) -> list[tuple[str, str]]:
        """Return what a pasted column may be: an item, or the unit of one."""
        found = []
        for column in self.columns:
            if column.is_editable and not isinstance(column.item, items.File):
                found.append((column.name, column.label))
                if len(column.units) > 1:
                    unit = _("%(item)s: unit") % {"item": column.label}
                    found.append((f"{column.name}__unit", unit))
        return found

    @property
    def fillable(self) -> list[tuple[Column, SafeString]]:
        """Return the lists whose answer may hold for all pasted rows."""
        lists = (one for one in self.columns if one.is_list and one.is_editable)
        return [
            (column, column.list_of(self.fill.get(column.name, "")))
            for column in lists
            if column.item.facts.required and not isinstance(column.item, items.File)
        ]

    @property
    def visits(self) -> Sequence[str]:
        """Return the visits among which a new row chooses."""
        return self.design.collected.visits if self.design.rows_at_visits else ()

    @cached_property
    def rows(self) -> list[TableRow]:
        """Return the stored rows in order of time, then the new ones typed."""
        stored = [
            self._stored_row(form)
            for form in self.held.in_order
            if not self.only_typed or f"r{form.pk}" in self.typed
        ]
        added = [self._new_row(key) for key in self.typed if key.startswith("n")]
        return stored + added

    @property
    def blank(self) -> TableRow:
        numbers = [int(key[1:]) for key in self.typed if key.startswith("n")]
        return self._new_row(f"n{max(numbers, default=0) + 1}")

    @property
    def error_lines(self) -> list[ErrorLine]:
        return [
            ErrorLine(
                text,
                f"x-{row.key}-{name}" if name else f"row-{row.key}",
                " · ".join(filter(None, (self._row_word(row), self._label(name)))),
            )
            for row in self.rows
            for name, text in row.asks.lines
        ]

    def _row_word(self, row: TableRow) -> str:
        if row.line:
            return _("line %(line)s") % {"line": row.line}
        return _("row %(row)s") % {"row": row.name}

    def _label(self, name: str) -> str:
        return self.by_name[name].label if name in self.by_name else ""

    @property
    def reason_choices(self) -> list[tuple[str, str]]:
        return [(reason.value, _(reason.label)) for reason in ChangeReason]

    @property
    def strike_choices(self) -> list[tuple[str, str]]:
        """Return the pick list of reasons for striking out."""
        return [(reason.value, _(reason.label)) for reason in StrikeReason]

    @property
    def missing_codes(self) -> list[tuple[str, str]]:
        return [(code.value, _(code.label)) for code in MissingCode]

    @cached_property
    def split(self) -> int:
        """Return after how many columns the computed ones stand: what names a row."""
        titles = [
            place
            for place, column in enumerate(self.columns, 1)
            if column.name in self.design.row_title
        ]
        return max(titles, default=len(self.columns))

    @property
    def first(self) -> str:
        """Return the columns before the computed ones, as a slice."""
        return f":{self.split}"

    @property
    def rest(self) -> str:
        """Return the columns behind the computed ones, as a slice."""
        return f"{self.split}:"

    @property
    def width(self) -> int:
        """Return over how many columns a line below a row runs."""
        return len(self.columns) + len(self.derivations) + 3

    # What is computed, once for all rows.

    @cached_property
    def _derived(self) -> dict[int, list[tuple[Derivation, str]]]:
        casebook = self.held.casebook
        return {
            data.form_id or 0: [
                (one.derivation, derived_words(one))
                for one in derived_values(data, casebook)
            ]
            for data in self.held.standing
        }

    @cached_property
    def derivations(self) -> list[Derivation]:
        found = {
            one.name: one
            for told_of in self._derived.values()
            for one, text in told_of
            if text != NOTHING
        }
        return list(found.values())

    @cached_property
    def _row_marks(self) -> Mapping[int, list[RowMark]]:
        return marks_of(self.design.code, self.held.standing, self.held.casebook)

    @cached_property
    def _findings(self) -> dict[tuple[int, str], list[CellMark]]:
        """Return what the checks find in what is stored, by row and item."""
        found: dict[tuple[int, str], list[CellMark]] = defaultdict(list)
        now = clock.now()
        for data in self.held.standing:
            for one in engine.standing_findings(
                self.design, data, self.held.casebook, now=now
            ):
                mark = CellMark(LOOKS[one.severity], told(one))
                found[data.form_id or 0, one.item].append(mark)
        return found

    @cached_property
    def _queried(self) -> set[tuple[int, str]]:
        return open_places(self.held.forms.values())

    # Rows and cells.

    def _stored_row(self, form: FormInstance) -> TableRow:
        key, data = f"r{form.pk}", self.held.form_data[form.pk]
        typed = self.typed.get(key)
        asks = asks_of(self.by_name, data, typed, self.problems.get(key, ()))
        is_open = self.may_enter and not form.is_closed and form.struck_at is None
        texts = {one.name: text for one, text in self._derived.get(form.pk, ())}
        return TableRow(
            key=key,
            form=form,
            cells=[
                self._cell(key, column, form, data, typed, asks, is_open=is_open)
                for column in self.columns
            ],
            asks=asks,
            based_on=self._based_on(form, typed, asks),
            derived=[texts.get(one.name, "") for one in self.derivations],
            before=[
                CellMark(one.look, _words(one))
                for one in self._row_marks.get(form.pk, ())
                if not one.item
            ],
            is_open=is_open,
            completes=typed is not None and typed.get("complete") == "yes",
            word=self.words.get(key, ""),
        )

    def _new_row(self, key: str) -> TableRow:
        typed = self.typed.get(key)
        asks = asks_of(self.by_name, None, typed, self.problems.get(key, ()))
        return TableRow(
            key=key,
            form=None,
            cells=[
                self._cell(key, column, None, None, typed, asks, is_open=True)
                for column in self.columns
            ],
            asks=asks,
            derived=[""] * len(self.derivations),
            completes=typed is None or typed.get("complete") == "yes",
            visit=typed.get("visit", "") if typed is not None else "",
            word=self.words.get(key, ""),
            line=int(key[1:]) if self.only_typed else None,
        )

    @staticmethod
    def _based_on(form: FormInstance, typed: QueryDict | None, asks: RowAsks) -> int:
        if asks.revision is not None:
            return asks.revision
        return typed_controls.revision_in(typed) if typed is not None else form.revision

    def _cell(  # noqa: PLR0917 - one call for each kind of row
        self,
        key: str,
        column: Column,
        form: FormInstance | None,
        data: FormData | None,
        typed: QueryDict | None,
        asks: RowAsks,
        *,
        is_open: bool,
    ) -> SafeString:
        value = data.values.get(column.name) if data else None
        errors = asks.by_cell.get(column.name, ())
        drawn = ""
        if is_open and column.is_editable and not _is_kept_file(column, value):
            stored = column.held(value)
            held = _typed_into(column, typed, asks) or stored
            was = stored if held != stored else None
            drawn = control(column, key, held, was, is_wrong=bool(errors))
        marks = self._marks(form, column.name) if form else ()
        return cell(column, key, value, drawn, marks=marks, errors=errors)

    def _marks(self, form: FormInstance, name: str) -> list[CellMark]:
        told_of_rows = self._row_marks.get(form.pk, ())
        queried = (form.pk, name) in self._queried
        return [
            *self._findings.get((form.pk, name), ()),
            *(
                CellMark(one.look, _words(one))
                for one in told_of_rows
                if one.item == name
            ),
            *((CellMark("query", _("Open query")),) if queried else ()),
        ]


def _is_kept_file(column: Column, value: Value) -> bool:
    return isinstance(column.item, items.File) and isinstance(value, str)


def _typed_into(column: Column, typed: QueryDict | None, asks: RowAsks) -> Held | None:
    """Return what was typed into a cell; None where the stored value shows.

    After a conflict the next save refers to the values of now, so what the person
    left as it was shows them.
    """
    name = column.name
    if typed is None or (asks.entered is not None and name not in asks.entered):
        return None
    if column.is_many:
        is_posted = f"{name}__shown" in typed
        return Held(codes=tuple(typed.getlist(name))) if is_posted else None
    if name not in typed:
        return None
    return Held(typed.get(name, ""), typed.get(f"{name}__unit", ""))


def _words(mark: RowMark) -> str:
    text = _(mark.text)
    return text % mark.details if mark.details else text
