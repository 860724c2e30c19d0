"""Values as people read them: codes in words, dates in site time."""

from datetime import datetime, time
from decimal import Decimal

from django.utils.translation import gettext as _

from record.casebook.checks import Finding
from record.casebook.derived import DerivedValue
from record.casebook.items import Item, ItemGroup
from record.casebook.values import (
    DetectionLimit,
    MissingCode,
    Partial,
    Quantity,
    Value,
    is_blank,
)
from trial_edc.dates import SITE_TZ
from trial_edc.units import rounded, written_unit
from trial_edc.vocabulary import Codelist
from trial_edc.wording import Wording

NOTHING = "—"
DOSE_DECIMALS = 3


def words(item: Item, value: Value) -> str:
    if isinstance(value, MissingCode):
        return f"{value.value} ({_(value.label)})"
    if value is None or value in ("", []):
        return NOTHING
    if isinstance(item, ItemGroup):
        return " · ".join(_row_words(item, row) for row in value)
    return _plain_words(item, value)


def _plain_words(item: Item, value: Value) -> str:
    unit = f" {written_unit(item.facts.unit)}" if item.facts.unit else ""
    match value:
        case Quantity() | DetectionLimit():
            text = f"{item.as_text(value)} {written_unit(value.unit)}"
        case Decimal():
            text = f"{number_text(item, value)}{unit}"
        case list() | tuple():
            text = ", ".join(_(item.label_of(code)) for code in value)
        case datetime():
            text = value.astimezone(SITE_TZ).strftime("%Y-%m-%d %H:%M")
        case time():
            text = f"{value:%H:%M}"
        case Partial():
            text = value.text.replace("T", " ")
        case _:
            text = _(item.label_of(str(value))) if item.facts.terms else str(value)
    return text


def number_text(item: Item, value: Decimal) -> str:
    """Write a number to be read; a dose without the zeros that fill its column.

    "500 mg", never "500.000 mg": who overlooks the point reads a thousandfold dose.
    Source: ISMP list of error-prone dose designations, trailing zeros.
    """
    text = f"{value:f}"
    is_fine = (getattr(item, "decimal_places", 0) or 0) >= DOSE_DECIMALS
    return text.rstrip("0").rstrip(".") if is_fine and "." in text else text


def derived_words(derived: DerivedValue) -> str:
    value, derivation = derived.value, derived.derivation
    if is_blank(value):
        return NOTHING
    if isinstance(value, Codelist):  # a number may be not applicable
        return _(value.label)
    if derivation.terms:
        codes = value if isinstance(value, list | tuple) else [value]
        return ", ".join(_(derivation.terms(code).label) for code in codes)
    if isinstance(value, Decimal) and derivation.decimals is not None:
        return f"{rounded(value, derivation.decimals):f}"
    if isinstance(value, datetime):
        return value.astimezone(SITE_TZ).strftime("%Y-%m-%d %H:%M")
    return str(value)


def derived_unit(derived: DerivedValue) -> str:
    """Its unit as it is read; days are words."""
    unit = derived.derivation.unit
    return written_unit(_(unit)) if unit else ""


def finding_text(finding: Finding) -> str:
    return Wording(finding.message, finding.details).text


def _row_words(item: ItemGroup, row: dict[str, object]) -> str:
    cells = ((item.columns[name], cell) for name, cell in row.items())
    return ", ".join(
        f"{column.verbose_name}: {words(column, column.from_json(cell))}"
        for column, cell in cells
        if cell not in (None, "", [])
    )
