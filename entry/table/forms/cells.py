"""Cells and their controls as HTML, without templates: a page holds thousands."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from entry.table.forms.columns import SIZES, CellInput, Column, options_html
from record.casebook import items
from record.casebook.values import DetectionLimit, Quantity, Value
from trial_edc.templatetags.components import status
from trial_edc.units import rounded, written_unit

STANDARD_DECIMALS = 1
CODES = "missing-codes"  # the list of missing codes that numbers and dates offer


@dataclass(frozen=True)
class CellMark:
    """A mark as it is drawn: the look, and its words in the reader's language."""

    look: str
    text: str

    @property
    def html(self) -> str:
        """The shape; the words are for screen readers and for the pointer."""
        text = escape(self.text)
        return (
            f'<span class="cell-mark" title="{text}">{status(self.look, word=False)}'
            f'<span class="visually-hidden">: {text}</span></span>'
        )


def cell(
    column: Column,
    key: str,
    value: Value,
    control_html: str,
    *,
    marks: Sequence[CellMark] = (),
    errors: Sequence[str] = (),
) -> SafeString:
    """The cell of one item in the row `key`: control or words, marks and errors.

    `control_html` is "" where the cell is read only. Print shows the words.
    """
    name, text = f"{key}-{column.name}", escape(column.words(value))
    body = control_html or f'<span class="cell-text">{text}</span>'
    html = (
        f'<td id="x-{name}" tabindex="-1"{" class=num" if column.is_number else ""}>'
        f'<div class="cell">{body}{"".join(mark.html for mark in marks)}</div>'
    )
    if standard := standard_text(column, value):
        html += f'<span class="standard">= {escape(standard)}</span>'
    if control_html:
        html += f'<span class="only-print">{text}</span>'
    if errors:
        paragraphs = "".join(f'<p class="error">{escape(text)}</p>' for text in errors)
        html += f'<div id="e-{name}">{paragraphs}</div>'
    return mark_safe(f"{html}</td>")  # noqa: S308 - each part is escaped


def standard_text(column: Column, value: Value) -> str:
    """A laboratory value in the standard unit; "" if it was entered in that unit."""
    is_amount = isinstance(value, Quantity | DetectionLimit)
    if not is_amount or value.unit == column.units[0]:
        return ""
    number = value.standard if isinstance(value, Quantity) else value.bound
    text = f"{rounded(number, STANDARD_DECIMALS):f} {written_unit(column.units[0])}"
    return text if isinstance(value, Quantity) else value.comparator + text


def control(
    column: Column,
    key: str,
    content: CellInput,
    stored: CellInput | None = None,
    *,
    is_wrong: bool = False,
) -> str:
    """The control of a cell in the row `key`.

    `stored` is what the record holds, where it differs from what is typed: by it the
    page knows what changed, and Esc restores it.
    """
    name = f"{key}-{column.name}"
    common = f' name="{name}" aria-labelledby="c-{column.name} h-{key}"'
    if is_wrong:
        common += f' aria-invalid="true" aria-describedby="e-{name}"'
    if column.is_many:
        return _boxes(column, name, content, stored)
    if stored is not None and stored.text != content.text:
        common += f' data-was="{escape(stored.text)}"'
    html = _text(column, common, content)
    if len(column.units) > 1:
        html += _units(column, name, content, stored)
    return html


def _text(column: Column, common: str, content: CellInput) -> str:
    if column.is_list:
        short = " cell-short" * column.is_short
        options = column.options_html(content.text)
        return f'<select class="cell-input{short}"{common}>{options}</select>'
    if isinstance(column.item, items.Text) and (
        column.item.rows > 1 or "\n" in content.text
    ):
        text = escape(content.text)
        return f'<textarea class="cell-input" rows="1"{common}>\n{text}</textarea>'
    size = SIZES.get(type(column.item), 12)
    kind = ' inputmode="decimal"' if column.is_number else ""
    codes = f' list="{CODES}"' if _offers_codes(column) else ""
    return (
        f'<input class="cell-input" size="{size}" autocomplete="off"{kind}{codes}'
        f'{common} value="{escape(content.text)}">'
    )


def _offers_codes(column: Column) -> bool:
    """Only where letters can be typed: a keypad of digits has none."""
    return column.is_number and column.item.facts.missing_allowed


def _units(
    column: Column, name: str, content: CellInput, stored: CellInput | None
) -> str:
    unit = content.unit or column.units[0]
    stored_unit = (stored.unit or column.units[0]) if stored else unit
    was_attribute = f' data-was="{escape(stored_unit)}"' if stored_unit != unit else ""
    choices = [(choice, written_unit(choice)) for choice in column.units]
    return (
        f'<select class="cell-unit" name="{name}__unit"{was_attribute} '
        f'aria-labelledby="unit-word c-{column.name}" tabindex="-1">'
        f"{options_html(choices, unit)}</select>"
    )


def _boxes(
    column: Column, name: str, content: CellInput, stored: CellInput | None
) -> str:
    stored_codes = (stored or content).codes
    boxes = "".join(
        f'<label><input type="checkbox" name="{name}" value="{escape(code)}"'
        f"{_state(was_checked=code in stored_codes, is_checked=code in content.codes)}"
        f"> {escape(word)}</label>"
        for code, word in column.choices
    )
    words = dict(column.choices)
    summary = ", ".join(words.get(code, code) for code in content.codes)
    return (
        f'<details class="cell-many"><summary aria-labelledby="c-{column.name}">'
        f"{escape(summary) or '—'}</summary><div>"
        f'<input type="hidden" name="{name}__shown" value="1">{boxes}</div></details>'
    )


def _state(*, was_checked: bool, is_checked: bool) -> str:
    checked = " checked" if is_checked else ""
    if was_checked == is_checked:
        return checked
    return f'{checked} data-was="{"on" if was_checked else ""}"'
