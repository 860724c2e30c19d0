"""The columns of a table: an item each, what may be chosen in it, how it is typed."""

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
from entry.selectors.visibility import visible_items
from record.accounts.models import User
from record.accounts.roles import Permission
from record.capture import cells
from record.casebook import items
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
class Held:
    """What the controls of a cell hold."""

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
        """Return the unit of all its values, where there is but one."""
        return "" if len(self.units) > 1 else str(self.item.facts.unit)

    @cached_property
    def units(self) -> list[str]:
        return list(self.item.units) if isinstance(self.item, items.Lab) else []

    @cached_property
    def is_number(self) -> bool:
        """Tell whether its values line up at the right."""
        return isinstance(self.item, items.Number | items.Lab)

    @cached_property
    def is_many(self) -> bool:
        return isinstance(self.item, items.MultipleChoice)

    @cached_property
    def is_list(self) -> bool:
        chosen = items.Choice | items.User | items.Listed | items.File
        return isinstance(self.item, chosen) and not self.is_many

    @property
    def is_short(self) -> bool:
        """Tell whether its answers are short; the missing codes are not."""
        return isinstance(self.item, items.YesNo | items.File)

    @property
    def condition_json(self) -> str:
        """Return the condition of skip logic, as the page's script asks it."""
        only_if = self.item.facts.only_if
        told: Any = only_if.as_json() if only_if else None
        return json.dumps(told) if told else ""

    @cached_property
    def choices(self) -> Options:
        """Return what the list or the boxes offer, missing codes last."""
        codes = MissingCode if self.item.facts.missing_allowed else ()
        missing = [(code.value, f"{code.value} {_(code.label)}") for code in codes]
        return [*self.options, *missing]

    def held(self, value: Value) -> Held:
        shown = controls.shown(self.item, self.name, value)
        if missing := shown.get(f"{self.name}__missing"):
            return Held(missing, codes=(missing,))
        if self.is_many:
            return Held(codes=tuple(shown[self.name]))
        text = cells.shown_text(self.item, str(shown[self.name]))
        return Held(text, shown.get(f"{self.name}__unit", ""))

    def words(self, value: Value) -> str:
        """Return a stored value as people read it; of a register by its name."""
        if isinstance(self.item, items.User) and isinstance(value, int):
            return self._names.get(str(value), f"#{value}")
        return words(self.item, value)

    @cached_property
    def _names(self) -> dict[str, str]:
        return dict(self.options)

    @cached_property
    def _lists(self) -> dict[str, SafeString]:
        return {}

    def list_of(self, chosen: str) -> SafeString:
        """Return the options of its list; a text that none of them is stays too."""
        if chosen not in self._lists:
            offered = [("", ""), *self.choices]
            known = {key for key, _name in offered}
            offered += [] if chosen in known else [(chosen, chosen)]
            self._lists[chosen] = options_html(offered, chosen)
        return self._lists[chosen]


def options_html(offered: Options, chosen: str) -> SafeString:
    return mark_safe(  # noqa: S308 - each part is escaped
        "".join(
            f'<option value="{escape(key)}"{" selected" if key == chosen else ""}>'
            f"{escape(name)}</option>"
            for key, name in offered
        )
    )


def columns_of(user: User, design: FormDesign, casebook: Casebook) -> list[Column]:
    """Return the items that a person sees, in the order of the form."""
    seen = visible_items(user, design)
    return [
        Column(name, item, _options(item, casebook), _is_editable(user, item))
        for section in design.sections
        for name in section.items
        if name in seen
        for item in [design.items[name]]
    ]


def _options(item: Item, casebook: Casebook) -> Options:
    if isinstance(item, items.Choice | items.MultipleChoice):
        return [(term.value, _(term.label)) for term in item.facts.terms or ()]
    return options_of(item, casebook)


def _is_editable(user: User, item: Item) -> bool:
    """Tell what a cell can take: small tables need the form page."""
    may = not item.facts.judged or user.may(Permission.JUDGE)
    return may and not isinstance(item, items.ItemGroup)
