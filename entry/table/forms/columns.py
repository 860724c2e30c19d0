"""The columns of a table: an item each, its options, and how it is typed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from entry.form.forms import controls
from entry.form.selectors.options import Options, options_of
from record.accounts.models import User
from record.capture import cells
from record.casebook import items
from record.casebook.access import may_answer, visible_items
from record.casebook.design import FormDesign
from record.casebook.display import words
from record.casebook.form_data import Casebook
from record.casebook.items import Item
from record.casebook.values import MissingCode, Value

SIZES: Mapping[type[Item], int] = {
    items.DateTime: 15,
    items.PartialDate: 15,
    items.Date: 10,
    items.Time: 5,
    items.Number: 6,
    items.Lab: 7,
    items.Text: 18,
}


@dataclass(frozen=True)
class CellInput:
    """The text, unit and codes in the controls of a cell."""

    text: str = ""
    unit: str = ""
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """One item as a column."""

    name: str
    item: Item
    options: Options  # of a list: keys or codes, with their words
    is_editable: bool

    @property
    def label(self) -> str:
        return str(self.item.verbose_name)

    @property
    def unit(self) -> str:
        """The unit of all its values; "" where the unit is chosen in each cell."""
        return "" if len(self.units) > 1 else str(self.item.facts.unit)

    @cached_property
    def units(self) -> list[str]:
        return list(self.item.units) if isinstance(self.item, items.Lab) else []

    @cached_property
    def is_number(self) -> bool:
        return isinstance(self.item, items.Number | items.Lab)

    @cached_property
    def is_many(self) -> bool:
        return isinstance(self.item, items.MultipleChoice)

    @cached_property
    def is_list(self) -> bool:
        list_items = items.Choice | items.User | items.Listed | items.File
        return isinstance(self.item, list_items) and not self.is_many

    @property
    def is_short(self) -> bool:
        """The answers are short; the missing codes are not."""
        return isinstance(self.item, items.YesNo | items.File)

    @property
    def condition_json(self) -> str:
        only_if = self.item.facts.only_if
        condition: Any = only_if.as_json() if only_if else None
        return json.dumps(condition) if condition else ""

    @cached_property
    def choices(self) -> Options:
        """Missing codes last."""
        codes = MissingCode if self.item.facts.missing_allowed else ()
        missing = [(code.value, f"{code.value} {_(code.label)}") for code in codes]
        return [*self.options, *missing]

    def cell_input(self, value: Value) -> CellInput:
        texts = controls.control_values(self.item, self.name, value)
        if missing := texts.get(f"{self.name}__missing"):
            return CellInput(missing, codes=(missing,))
        if self.is_many:
            return CellInput(codes=tuple(texts[self.name]))
        text = cells.shown_text(self.item, str(texts[self.name]))
        return CellInput(text, texts.get(f"{self.name}__unit", ""))

    def words(self, value: Value) -> str:
        """A stored value as people read it; of a register by its name."""
        if isinstance(self.item, items.User) and isinstance(value, int):
            return self._names.get(str(value), f"#{value}")
        return words(self.item, value)

    @cached_property
    def _names(self) -> dict[str, str]:
        return dict(self.options)

    @cached_property
    def _lists(self) -> dict[str, SafeString]:
        return {}

    def options_html(self, selected: str) -> SafeString:
        """The options of its list; a text that is none of them is added."""
        if selected not in self._lists:
            choices = [("", ""), *self.choices]
            keys = {key for key, _name in choices}
            choices += [] if selected in keys else [(selected, selected)]
            self._lists[selected] = options_html(choices, selected)
        return self._lists[selected]


def options_html(options: Options, selected: str) -> SafeString:
    return mark_safe(  # noqa: S308 - each part is escaped
        "".join(
            f'<option value="{escape(key)}"{" selected" if key == selected else ""}>'
            f"{escape(name)}</option>"
            for key, name in options
        )
    )


def columns_of(user: User, design: FormDesign, casebook: Casebook) -> list[Column]:
    visible = visible_items(user, design)
    return [
        Column(name, item, _options(item, casebook), _is_editable(user, item))
        for section in design.sections
        for name in section.items
        if name in visible
        for item in [design.items[name]]
    ]


def _options(item: Item, casebook: Casebook) -> Options:
    if isinstance(item, items.Choice | items.MultipleChoice):
        return [(term.value, _(term.label)) for term in item.facts.terms or ()]
    return options_of(item, casebook)


def _is_editable(user: User, item: Item) -> bool:
    """Small tables need the form page."""
    return may_answer(user, item) and not isinstance(item, items.ItemGroup)
