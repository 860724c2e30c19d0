"""The control of each item type, and the text typed into it."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from entry.form.selectors.options import Options
from record.casebook import items
from record.casebook.display import number_text
from record.casebook.items import Item
from record.casebook.services import files
from record.casebook.values import MissingCode, Value
from trial_edc.typed_text import plain
from trial_edc.vocabulary import N_

MAX_RADIO_OPTIONS = 4
EMPTY_ROWS = 2
REVISION_DIGITS_LIMIT = 10
ROW_COUNTS = frozenset(map(str, range(1000)))
TOO_MANY_ROWS = N_("A small table takes at most 999 rows. Nothing was saved.")
MISSING_CODES = frozenset(code.value for code in MissingCode)
NOT_BOTH = N_("Enter a value, or say why there is none; not both.")
Typed = QueryDict
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


def revision_in(typed: Typed) -> int:
    """The revision that the page was drawn from; 0 where it has none.

    From 0 every change since counts as somebody else's, so nothing is overwritten.
    """
    text = str(typed.get("based_on", ""))
    return int(text) if text.isdecimal() and len(text) < REVISION_DIGITS_LIMIT else 0


class UnclearInput(Exception):
    """The controls of one item contradict each other; the text is for people."""


def entered_value(item: Item, name: str, typed: Typed) -> Any:
    """Raw text, a missing code, or nothing.

    Raises `KeyError` where the page did not show the item, `UnclearInput` where its
    controls contradict each other.
    """
    if code := typed.get(f"{name}__missing"):
        if any(map(plain, typed.getlist(name))) or _fills_rows(item, name, typed):
            raise UnclearInput(NOT_BOTH)
        if code not in MISSING_CODES:
            raise UnclearInput(N_("Choose one of the list."))
        return MissingCode(code)
    if isinstance(item, items.MultipleChoice):
        if f"{name}__shown" not in typed:
            raise KeyError(name)
        return typed.getlist(name)
    if isinstance(item, items.ItemGroup):
        if not has_rows(name, typed):
            raise KeyError(name)
        _require_row_count(name, typed)
        return typed_rows(item, name, typed)
    if name not in typed and f"{name}__shown" in typed:
        return ""  # radio buttons of which none is chosen
    raw = typed[name]
    if isinstance(item, items.Lab):
        return (raw, typed.get(f"{name}__unit", item.standard_unit)) if raw else None
    return raw


def _fills_rows(item: Item, name: str, typed: Typed) -> bool:
    if not isinstance(item, items.ItemGroup) or not has_rows(name, typed):
        return False
    return any(
        plain(text) for row in typed_rows(item, name, typed) for text in row.values()
    )


def has_rows(name: str, typed: Typed) -> bool:
    return f"{name}__rows" in typed or bool(_row_numbers(name, typed))


def _row_numbers(name: str, typed: Typed) -> list[int]:
    """The rows of a small table of which anything was posted."""
    matches = (re.fullmatch(rf"{name}-([0-9]{{1,9}})-.+", key) for key in typed)
    return sorted({int(match[1]) for match in matches if match})


def _require_row_count(name: str, typed: Typed) -> None:
    """Refuse where rows would be dropped."""
    count, numbers = typed.get(f"{name}__rows", ""), _row_numbers(name, typed)
    if count not in ROW_COUNTS or any(number >= int(count) for number in numbers):
        raise UnclearInput(TOO_MANY_ROWS)


def typed_rows(item: items.ItemGroup, name: str, typed: Typed) -> list[dict[str, str]]:
    return [
        {column: typed.get(f"{name}-{number}-{column}", "") for column in item.columns}
        for number in _row_numbers(name, typed)
    ]


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
    all_rows = [dict(row) for row in rows]
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
        for number, row in enumerate([*all_rows, *({} for _n in range(extra))])
    ]
