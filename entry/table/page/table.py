"""A log as an editable table: rows, cells, marks and prompts."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.http import QueryDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from entry.form.forms import raw_values
from entry.table.forms.cells import CellMark, cell, control
from entry.table.forms.columns import CellInput, Column, columns_of
from entry.table.page.marks import LogMarks
from entry.table.page.prompts import RowPrompts, prompts_of
from entry.table.selectors.stored_rows import StoredRows
from record.accounts.models import User
from record.accounts.roles import Permission
from record.audit.closure import database_lock_notice
from record.capture.problems import NotSaved
from record.capture.vocabulary import ChangeReason, StrikeReason
from record.casebook import items
from record.casebook.access import may_enter, may_on, may_strike
from record.casebook.derived import Derivation
from record.casebook.form_data import FormData
from record.casebook.models import FormInstance, FormStatus
from record.casebook.values import MissingCode, Value
from record.casebook.vocabulary import TO_VERIFY
from record.review.selectors import verification_plan
from trial_edc.templatetags.components import ErrorLine

Typed = Mapping[str, QueryDict]
Problems = Mapping[str, Sequence[NotSaved]]


@dataclass
class TableRow:
    """One row of the page."""

    key: str
    form: FormInstance | None
    cells: list[SafeString]
    prompts: RowPrompts
    based_on: int = 0
    derived: list[str] = field(default_factory=list)
    before: list[CellMark] = field(default_factory=list)
    is_open: bool = True
    may_strike: bool = False
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
    def marks(self) -> list[str]:
        """The statuses of its form, as the first column shows them."""
        if self.form is None:
            return []
        if self.form.struck_at:
            return ["struck_out"]
        holds = {"locked": self.form.locked_at, "frozen": self.form.frozen_at}
        return [self.form.status, *[mark for mark, at in holds.items() if at][:1]]

    @property
    def is_to_verify(self) -> bool:
        form = self.form
        if form is None or form.struck_at or form.status != FormStatus.COMPLETE:
            return False
        return form.verification in TO_VERIFY

    @property
    def may_complete(self) -> bool:
        return self.form is None or self.form.status != FormStatus.COMPLETE


class TablePage:
    """A log for one reader, with the texts typed and the problems of each row."""

    def __init__(
        self,
        stored: StoredRows,
        user: User,
        typed: Typed | None = None,
        problems: Problems | None = None,
        *,
        batch: str = "",
        only_typed: bool = False,
    ) -> None:
        self.stored, self.user = stored, user
        self.typed, self.problems = typed or {}, problems or {}
        self.participant, self.design = stored.participant, stored.design
        self.batch = batch or str(uuid.uuid4())
        self.only_typed = only_typed  # a preview of pasted rows
        self.fill: Mapping[str, str] = {}  # answers for pasted rows that lack them
        self.words: Mapping[str, str] = {}  # what storing a row would do
        self.columns = columns_of(user, stored.design, stored.casebook)
        self.marks = LogMarks(stored)
        self.by_name = {column.name: column for column in self.columns}
        # A page that comes back refused says so, and keeps what was typed.
        self.lock_notice = "" if self.typed else database_lock_notice()
        self.may_enter = may_enter(user, stored.design) and not self.lock_notice
        self.may_strike = may_strike(user, stored.design)

    @property
    def may_verify(self) -> bool:
        may_verify = may_on(self.user, Permission.VERIFY, self.design)
        return may_verify and not self.lock_notice

    @cached_property
    def is_in_plan(self) -> bool:
        """Whether the rows are to verify; others can be."""
        return verification_plan().asks_for(
            self.design.code,
            self.participant.number,
            is_restricted=self.design.is_restricted,
        )

    @property
    def to_verify(self) -> int:
        return sum(row.is_to_verify for row in self.rows)

    @property
    def may_add(self) -> bool:
        return self.may_enter and self.design.is_repeated

    @property
    def may_paste(self) -> bool:
        return self.may_add and self.design.is_table

    @property
    def item_choices(self) -> list[tuple[str, str]]:
        choices = []
        for column in self.columns:
            if column.is_editable and not isinstance(column.item, items.File):
                choices.append((column.name, column.label))
                if len(column.units) > 1:
                    unit = _("%(item)s: unit") % {"item": column.label}
                    choices.append((f"{column.name}__unit", unit))
        return choices

    @property
    def fillable(self) -> list[tuple[Column, SafeString]]:
        lists = (
            column for column in self.columns if column.is_list and column.is_editable
        )
        return [
            (column, column.options_html(self.fill.get(column.name, "")))
            for column in lists
            if column.item.facts.required and not isinstance(column.item, items.File)
        ]

    @property
    def visits(self) -> Sequence[str]:
        return self.design.collected.visits if self.design.rows_at_visits else ()

    @property
    def holds_unsaved_typing(self) -> bool:
        return bool(self.typed)

    @cached_property
    def rows(self) -> list[TableRow]:
        """The stored rows in order of time, then the new ones typed."""
        stored = [
            self._stored_row(form)
            for form in self.stored.in_order
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
            for name, text in row.prompts.messages
        ]

    def _row_word(self, row: TableRow) -> str:
        if row.line:
            return _("line %(line)s") % {"line": row.line}
        if row.form is None:
            return _("new row %(number)s") % {"number": row.key[1:]}
        return _("row %(row)s") % {"row": row.name}

    def _label(self, name: str) -> str:
        return self.by_name[name].label if name in self.by_name else ""

    @property
    def reason_choices(self) -> list[tuple[str, str]]:
        return [(reason.value, _(reason.label)) for reason in ChangeReason]

    @property
    def strike_choices(self) -> list[tuple[str, str]]:
        return [(reason.value, _(reason.label)) for reason in StrikeReason]

    @property
    def missing_codes(self) -> list[tuple[str, str]]:
        return [(code.value, _(code.label)) for code in MissingCode]

    @cached_property
    def split(self) -> int:
        """How many columns stand before the computed ones: those that name a row."""
        titles = [
            place
            for place, column in enumerate(self.columns, 1)
            if column.name in self.design.row_title
        ]
        return max(titles, default=len(self.columns))

    @property
    def first(self) -> str:
        """The columns before the computed ones, as a slice."""
        return f":{self.split}"

    @property
    def rest(self) -> str:
        return f"{self.split}:"

    @property
    def derivations(self) -> list[Derivation]:
        return self.marks.derivations

    @property
    def width(self) -> int:
        return len(self.columns) + len(self.derivations) + 3

    def _stored_row(self, form: FormInstance) -> TableRow:
        key, data = f"r{form.pk}", self.stored.form_data[form.pk]
        typed = self.typed.get(key)
        prompts = prompts_of(self.by_name, data, typed, self.problems.get(key, ()))
        is_open = self.may_enter and not form.is_closed and form.struck_at is None
        return TableRow(
            key=key,
            form=form,
            cells=[
                self._cell(key, column, form, data, typed, prompts, is_open=is_open)
                for column in self.columns
            ],
            prompts=prompts,
            based_on=self._based_on(form, typed, prompts),
            derived=self.marks.derived(form.pk),
            before=self.marks.before_row(form.pk),
            is_open=is_open,
            may_strike=is_open and self.may_strike and form.revision > 0,
            completes=typed is not None and typed.get("complete") == "yes",
            word=self.words.get(key, ""),
        )

    def _new_row(self, key: str) -> TableRow:
        typed = self.typed.get(key)
        prompts = prompts_of(self.by_name, None, typed, self.problems.get(key, ()))
        return TableRow(
            key=key,
            form=None,
            cells=[
                self._cell(key, column, None, None, typed, prompts, is_open=True)
                for column in self.columns
            ],
            prompts=prompts,
            derived=[""] * len(self.derivations),
            completes=typed is None or typed.get("complete") == "yes",
            visit=typed.get("visit", "") if typed is not None else "",
            word=self.words.get(key, ""),
            line=int(key[1:]) if self.only_typed else None,
        )

    @staticmethod
    def _based_on(
        form: FormInstance, typed: QueryDict | None, prompts: RowPrompts
    ) -> int:
        if prompts.revision is not None:
            return prompts.revision
        return raw_values.revision_in(typed) if typed is not None else form.revision

    def _cell(  # noqa: PLR0917 - one call for each kind of row
        self,
        key: str,
        column: Column,
        form: FormInstance | None,
        data: FormData | None,
        typed: QueryDict | None,
        prompts: RowPrompts,
        *,
        is_open: bool,
    ) -> SafeString:
        value = data.values.get(column.name) if data else None
        errors = prompts.by_cell.get(column.name, ())
        control_html = ""
        if is_open and column.is_editable and not _is_kept_file(column, value):
            stored = column.cell_input(value)
            content = _typed_into(column, typed, prompts) or stored
            stored_if_changed = stored if content != stored else None
            control_html = control(
                column, key, content, stored_if_changed, is_wrong=bool(errors)
            )
        marks = self.marks.in_cell(form.pk, column.name) if form else ()
        return cell(column, key, value, control_html, marks=marks, errors=errors)


def _is_kept_file(column: Column, value: Value) -> bool:
    return isinstance(column.item, items.File) and isinstance(value, str)


def _typed_into(
    column: Column, typed: QueryDict | None, prompts: RowPrompts
) -> CellInput | None:
    """What was typed into a cell; None where the stored value shows.

    After a conflict the next save is based on the current values, so an item that the
    person had not changed shows them.
    """
    name = column.name
    if typed is None or (
        prompts.own_items is not None and name not in prompts.own_items
    ):
        return None
    if column.is_many:
        is_posted = f"{name}__shown" in typed
        return CellInput(codes=tuple(typed.getlist(name))) if is_posted else None
    if name not in typed:
        return None
    return CellInput(typed.get(name, ""), typed.get(f"{name}__unit", ""))
