"""Values as cells of an export: the code and the number, never an interpretation.

Texts that a spreadsheet would run as a formula get an apostrophe in front; taking one
away from a cell that begins with an apostrophe and a formula sign gives the text back.
"""

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from record.casebook.items import Item, ItemGroup, Lab, Ref, User
from record.casebook.values import MissingCode, Value
from trial_edc.clock import SITE_TZ
from trial_edc.spreadsheets import safe

BETWEEN = "; "  # between several codes, as the importer reads them

People = Callable[[int], str]  # the user name of an account


def headings(item: Item) -> list[str]:
    name = str(item.name)
    if is_birth_date(item):
        return [f"{name}_year", "age_years", f"{name}_missing"]
    more = []
    if item.facts.terms:
        more = [f"{name}_label"]
    elif isinstance(item, Lab):
        more = [f"{name}_unit", f"{name}_standard"]
    return [name, *more, f"{name}_missing"]


def cells(item: Item, value: Value) -> list[str]:
    """Return the cells of an item, in the order of its headings."""
    missing = ""
    if isinstance(value, MissingCode):
        missing, value = value.value, None
    if item.facts.terms:
        shown = [plain(item, value), labels(item, value)]
    elif isinstance(item, Lab):
        shown = ["", "", ""]
        if value is not None:
            shown = [f"{value.value:f}", value.unit, number(value.standard)]
    else:
        shown = [plain(item, value)]
    return [*shown, missing]


def is_birth_date(item: Item) -> bool:
    """Tell whether a date would tell who a person is; only its year leaves."""
    return item.facts.sdtm == "DM.BRTHDTC"


def is_exported(item: Item) -> bool:
    return not item.facts.identity and not isinstance(item, ItemGroup)


def plain(item: Item, value: Value) -> str:
    """Return the stored value: codes, ISO dates in site time, exact numbers."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return BETWEEN.join(str(code) for code in value)
    if isinstance(value, datetime):
        return value.astimezone(SITE_TZ).isoformat()
    if isinstance(value, Decimal | date | time):
        return f"{value:f}" if isinstance(value, Decimal) else value.isoformat()
    return str(value) if item.facts.terms else safe(str(value))


def number(value: Decimal) -> str:
    """Return an exact number without the zeros that a column adds."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def labels(item: Item, value: Value) -> str:
    """Return the words of one code or several, in the language of the export."""
    if value is None:
        return ""
    codes = value if isinstance(value, list | tuple) else [value]
    return safe(BETWEEN.join(_(item.label_of(str(code))) for code in codes))


def linked(item: Item, row: Any, value: Value, people: People) -> Value:
    """Return what a link means outside the database: a user name, a row of a log."""
    if value is None or isinstance(value, MissingCode) or not isinstance(item, User):
        return value
    if not isinstance(item, Ref):
        return people(value)
    if row.is_sealed:
        return str(value)
    found = getattr(row, str(item.name))
    if hasattr(found, "occurrence"):
        return f"{found.code}-{found.occurrence}"
    return str(found)
