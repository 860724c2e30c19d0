"""Values as cells of an export: codes and numbers as stored, without interpretation.

Texts that a spreadsheet would run as a formula get an apostrophe in front; taking one
away from a cell that begins with an apostrophe and a formula sign gives the text back.
"""

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from record.casebook.items import Item, ItemGroup, Lab, Ref, User
from record.casebook.values import DetectionLimit, MissingCode, Value
from trial_edc.dates import SITE_TZ
from trial_edc.spreadsheets import safe

BETWEEN = "; "  # between several codes, as the importer reads them

UserNames = Callable[[int], str]  # the user name of an account


def headings(item: Item) -> list[str]:
    name = str(item.name)
    if is_birth_date(item):
        return [f"{name}_year", "age_years", f"{name}_missing"]
    more = []
    if item.facts.terms:
        more = [f"{name}_label"]
    elif isinstance(item, Lab):
        more = [f"{name}_comparator", f"{name}_unit", f"{name}_standard"]
    return [name, *more, f"{name}_missing"]


def cells(item: Item, value: Value) -> list[str]:
    missing = ""
    if isinstance(value, MissingCode):
        missing, value = value.value, None
    if item.facts.terms:
        texts = [stored_text(item, value), labels(item, value)]
    elif isinstance(item, Lab):
        texts = ["", "", "", ""]
        if isinstance(value, DetectionLimit):
            texts = [f"{value.value:f}", value.comparator, value.unit, ""]
        elif value is not None:
            texts = [f"{value.value:f}", "", value.unit, number(value.standard)]
    else:
        texts = [stored_text(item, value)]
    return [*texts, missing]


def is_birth_date(item: Item) -> bool:
    """A birth date identifies a person; only its year is exported."""
    return item.facts.sdtm == "DM.BRTHDTC"


def is_exported(item: Item) -> bool:
    return not item.facts.identity and not isinstance(item, ItemGroup)


def stored_text(item: Item, value: Value) -> str:
    """Stored value: codes, ISO dates in site time, exact numbers."""
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
    """Exact number without the zeros that a database column adds."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def labels(item: Item, value: Value) -> str:
    """Labels of one code or several, in the language of the export."""
    if value is None:
        return ""
    codes = value if isinstance(value, list | tuple) else [value]
    return safe(BETWEEN.join(_(item.label_of(str(code))) for code in codes))


def linked(item: Item, row: Any, value: Value, user_names: UserNames) -> Value:
    """What a link means outside the database: a user name, a row of a log."""
    if value is None or isinstance(value, MissingCode) or not isinstance(item, User):
        return value
    if not isinstance(item, Ref):
        return user_names(value)
    if row.is_sealed:
        return str(value)
    target = getattr(row, str(item.name))
    if hasattr(target, "occurrence"):
        return f"{target.code}-{target.occurrence}"
    return str(target)
