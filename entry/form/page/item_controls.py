"""The controls of a form's items, with the stored values or the texts typed."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django import forms

from entry.form.forms import controls, raw_values
from entry.form.page.layout import ItemForm
from entry.form.selectors.options import Options, options_of, people, with_stored
from record.capture.problems import Conflict, NotSaved
from record.casebook import items
from record.casebook.derived import offers
from record.casebook.display import words
from record.casebook.form_data import Casebook, FormData
from record.casebook.items import Item
from record.casebook.values import MissingCode, Value


class ItemControls:
    """Draws the controls of one form, and words its values."""

    def __init__(
        self,
        data: FormData,
        casebook: Casebook,
        *,
        typed: raw_values.Typed | None,
        problem: NotSaved | None,
    ) -> None:
        self.data, self.casebook = data, casebook
        self.typed, self.problem = typed, problem
        self.form = ItemForm()

    def values(self, name: str, item: Item) -> Mapping[str, Any]:
        if self.typed is None or not self._shows_typed(name):
            value = self._offered.get(name, self.data.values.get(name))
            return controls.control_values(item, name, value)
        if isinstance(item, items.MultipleChoice):
            values: dict[str, Any] = {name: self.typed.getlist(name)}
        else:
            values = {name: self.typed.get(name, "")}
        for part in ("missing", "unit"):
            values[f"{name}__{part}"] = self.typed.get(f"{name}__{part}", "")
        return values

    @cached_property
    def _offered(self) -> dict[str, Value]:
        """Values proposed for a form that nobody has saved yet."""
        return {} if self.data.revision else offers(self.data, self.casebook)

    def _shows_typed(self, name: str) -> bool:
        """The control keeps the text typed.

        After a conflict the next save is based on the current values, so an item that
        the reader had not changed shows them; else an older value would return unseen.
        """
        return not isinstance(self.problem, Conflict) or name in self.problem.entered

    def html(self, name: str, item: Item, values: Mapping[str, Any]) -> str:
        if isinstance(item, items.ItemGroup):
            return ""
        options = with_stored(item, self._options(item), self.data.values.get(name))
        widget = controls.widget_of(item, options)
        self.form.fields[name] = forms.Field(required=False, widget=widget)
        self.form.initial[name] = values.get(name)
        attributes: dict[str, str | bool] = {
            "id": f"item-{name}",
            "aria-describedby": f"about-{name}",
        }
        return self.form[name].as_widget(attrs=attributes)

    def rows(self, name: str, item: items.ItemGroup) -> list[list[str]]:
        typed = self.typed
        was_posted = typed is not None and raw_values.shows_rows(name, typed)
        if typed is not None and was_posted and self._shows_typed(name):
            rows = raw_values.typed_rows(item, name, typed)
            return controls.row_controls(item, name, rows, 0)
        value = self.data.values.get(name)
        stored = [] if isinstance(value, MissingCode) or value is None else value
        rows = controls.row_control_values(item, stored)
        return controls.row_controls(item, name, rows, controls.EMPTY_ROWS)

    def text(self, name: str, item: Item) -> str:
        value = self.data.values.get(name)
        if isinstance(item, items.User) and value is not None:
            choices = dict(with_stored(item, self._options(item), value))
            return choices.get(str(value), str(value))
        return words(item, value)

    def _options(self, item: Item) -> Options:
        is_person = isinstance(item, items.User) and not isinstance(item, items.Ref)
        return self._people if is_person else options_of(item, self.casebook)

    @cached_property
    def _people(self) -> Options:
        return people()
