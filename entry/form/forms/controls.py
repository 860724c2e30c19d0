"""The control of each item type, and what it shows of a value."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from entry.form.selectors.options import Options
from record.casebook import items
from record.casebook.display import number_text
from record.casebook.items import Item
from record.casebook.services import files
from record.casebook.values import MissingCode, Value

MAX_RADIO_OPTIONS = 4
EMPTY_ROWS = 2
ControlValues = dict[str, Any]


class RadioButtons(forms.RadioSelect):
    """Answers side by side."""

    template_name = "entry/form/controls/radio.html"


class CheckBoxes(forms.CheckboxSelectMultiple):
    """Several answers, one below the other."""

    template_name = "entry/form/controls/checkboxes.html"


def _translated(item: Item) -> Options:
    return [(t.value, _(t.label)) for t in item.facts.terms or ()]


def widget_of(
    item: Item, options: Options = (), *, compact: bool = False
) -> forms.Widget:
    """The control of an item; `options` are those read from the database.

    `compact` is for a cell of a small table: a list instead of buttons.
    """
    select_attributes = {"class": "form-select"}
    match item:
        case items.MultipleChoice():
            return CheckBoxes(choices=_translated(item))
        case items.Choice():
            choices = _translated(item)
            is_short = len(choices) <= MAX_RADIO_OPTIONS and not compact
            with_blank = [("", ""), *choices]
            return (
                RadioButtons(choices=choices)
                if is_short
                else forms.Select(select_attributes, with_blank)
            )
        case items.User() | items.Listed():
            return forms.Select(select_attributes, [("", ""), *options])
        case items.File():
            accept = {"class": "form-control", "accept": ",".join(item.types)}
            return forms.FileInput(accept | _size_limit(item))
        case items.Text() if item.rows > 1:
            return forms.Textarea({"class": "form-control", "rows": item.rows})
    return forms.TextInput(_attributes(item))


def _attributes(item: Item) -> dict[str, str]:
    if isinstance(item, items.Number | items.Lab):
        return {
            "class": "form-control number-input",
            "inputmode": "decimal",
            "autocomplete": "off",
        }
    by_type: dict[type[Item], str] = {
        items.Date: "2026-03-08",
        items.DateTime: "2026-03-08 14:30",
        items.Time: "14:30",
        items.PartialDate: "2026-03-08",
    }
    if placeholder := by_type.get(type(item)):
        return {
            "class": "form-control date-input",
            "placeholder": placeholder,
            "autocomplete": "off",
            "data-now": type(item).__name__.lower(),
        }
    return {"class": "form-control", "autocomplete": "off"}


def row_control_values(
    item: items.ItemGroup, rows: Sequence[Mapping[str, Any]]
) -> list[ControlValues]:
    return [
        {
            key: control_values(column, key, column.from_json(row.get(key)))[key]
            for key, column in item.columns.items()
        }
        for row in rows
    ]


def _size_limit(item: items.File) -> dict[str, str]:
    """Let the page refuse what the server would not even read."""
    max_megabytes = item.most_megabytes
    message = files.TOO_LARGE % {"most": max_megabytes}
    return {
        "data-most-bytes": str(max_megabytes * files.MEGABYTE),
        "data-too-large": message,
    }


def control_values(item: Item, name: str, value: Value) -> dict[str, Any]:
    if isinstance(value, MissingCode):
        return {f"{name}__missing": value.value}
    values = {name: item.as_text(value)}
    if isinstance(value, Decimal):
        values[name] = number_text(item, value)
    if isinstance(item, items.PartialDate):
        values[name] = values[name].replace("T", " ")
    if isinstance(item, items.Lab):
        values[f"{name}__unit"] = value.unit if value else item.standard_unit
    if isinstance(item, items.User):
        values[name] = "" if value is None else str(value)
    return values


def row_controls(
    item: items.ItemGroup, name: str, rows: Sequence[Mapping[str, Any]], extra: int
) -> list[list[str]]:
    return [
        [
            widget_of(column, compact=True).render(
                f"{name}-{number}-{key}",
                row.get(key),
                {
                    "aria-label": f"{column.verbose_name} {number + 1}",
                    "id": f"item-{name}-{number}-{key}",
                },
            )
            for key, column in item.columns.items()
        ]
        for number, row in enumerate([*rows, *({} for _n in range(extra))])
    ]
