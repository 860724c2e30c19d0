"""Cells and their controls, written without templates: a page holds thousands."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from entry.table.forms.columns import SIZES, Column, Held, options_html
from record.casebook import items
from record.casebook.values import Quantity, Value
from trial_edc.templatetags.components import status
from trial_edc.units import shown

STANDARD_DECIMALS = 1
CODES = "missing-codes"  # the list of missing codes that numbers and dates offer


@dataclass(frozen=True)
class CellMark:
    """A mark as it is drawn: the look, and its words in the reader's language."""

    look: str
    text: str

    @property
    def html(self) -> str:
        """Return the shape; the words are for readers and for the pointer."""
        text = escape(self.text)
        return (
            f'<span class="cell-mark" title="{text}">{status(self.look, word=False)}'
            f'<span class="visually-hidden">: {text}</span></span>'
        )


def cell(
    column: Column,
    key: str,
    value: Value,
    drawn: str,
    *,
    marks: Sequence[CellMark] = (),
    errors: Sequence[str] = (),
) -> SafeString:
    """Return a cell of the row `key`: its control or its words, marks and errors.

    `drawn` is the control, "" where the cell is only read. Paper shows the words.
    """
    name, text = f"{key}-{column.name}", escape(column.words(value))
    body = drawn or f'<span class="cell-text">{text}</span>'
    html = (
        f'<td id="x-{name}" tabindex="-1"{" class=num" if column.is_number else ""}>'
        f'<div class="cell">{body}{"".join(mark.html for mark in marks)}</div>'
    )
    if standard := standard_text(column, value):
        html += f'<span class="standard">= {escape(standard)}</span>'
    if drawn:
        html += f'<span class="only-print">{text}</span>'
    if errors:
        told = "".join(f'<p class="error">{escape(text)}</p>' for text in errors)
        html += f'<div id="e-{name}">{told}</div>'
    return mark_safe(f"{html}</td>")  # noqa: S308 - each part is escaped


def standard_text(column: Column, value: Value) -> str:
    """Return a laboratory value in the standard unit, if entered in another."""
    if not isinstance(value, Quantity) or value.unit == column.units[0]:
        return ""
    return f"{shown(value.standard, STANDARD_DECIMALS):f} {column.units[0]}"


def control(
    column: Column,
    key: str,
    held: Held,
    stored: Held | None = None,
    *,
    is_wrong: bool = False,
) -> str:
    """Return the control of a cell in the row `key`.

    `stored` is what the record holds, where it differs from what is typed: by it the
    page knows what changed, and Esc gives it back.
    """
    name = f"{key}-{column.name}"
    common = f' name="{name}" aria-labelledby="c-{column.name} h-{key}"'
    if is_wrong:
        common += f' aria-invalid="true" aria-describedby="e-{name}"'
    if column.is_many:
        return _boxes(column, name, held, stored)
    if stored is not None and stored.text != held.text:
        common += f' data-was="{escape(stored.text)}"'
    html = _text(column, common, held)
    if len(column.units) > 1:
        html += _units(column, name, held, stored)
    return html


def _text(column: Column, common: str, held: Held) -> str:
    if column.is_list:
        chosen, short = column.list_of(held.text), " cell-short" * column.is_short
        return f'<select class="cell-input{short}"{common}>{chosen}</select>'
    if isinstance(column.item, items.Text) and (
        column.item.rows > 1 or "\n" in held.text
    ):
        text = escape(held.text)
        return f'<textarea class="cell-input" rows="1"{common}>\n{text}</textarea>'
    size = SIZES.get(type(column.item), 12)
    kind = ' inputmode="decimal"' if column.is_number else ""
    codes = f' list="{CODES}"' if _offers_codes(column) else ""
    return (
        f'<input class="cell-input" size="{size}" autocomplete="off"{kind}{codes}'
        f'{common} value="{escape(held.text)}">'
    )


def _offers_codes(column: Column) -> bool:
    """Tell whether the missing codes are offered: a keypad of digits has no letters."""
    return column.is_number and column.item.facts.missing_allowed


def _units(column: Column, name: str, held: Held, stored: Held | None) -> str:
    chosen = held.unit or column.units[0]
    was = (stored.unit or column.units[0]) if stored else chosen
    told = f' data-was="{escape(was)}"' if was != chosen else ""
    offered = [(unit, unit) for unit in column.units]
    return (
        f'<select class="cell-unit" name="{name}__unit"{told} '
        f'aria-labelledby="unit-word c-{column.name}" tabindex="-1">'
        f"{options_html(offered, chosen)}</select>"
    )


def _boxes(column: Column, name: str, held: Held, stored: Held | None) -> str:
    was = set(stored.codes) if stored else set(held.codes)
    boxes = "".join(
        f'<label><input type="checkbox" name="{name}" value="{escape(code)}"'
        f"{' checked' if code in held.codes else ''}"
        f"{_was(code in was, code in held.codes)}> {escape(word)}</label>"
        for code, word in column.choices
    )
    known = dict(column.choices)
    shown = ", ".join(known.get(code, code) for code in held.codes)
    return (
        f'<details class="cell-many"><summary aria-labelledby="c-{column.name}">'
        f"{escape(shown) or '—'}</summary><div>"
        f'<input type="hidden" name="{name}__shown" value="1">{boxes}</div></details>'
    )


def _was(before: bool, now: bool) -> str:  # noqa: FBT001 - two sides of one box
    return "" if before == now else f' data-was="{"on" if before else ""}"'
