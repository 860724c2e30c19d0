"""Units as people read them, and computed numbers without digits nobody measured."""

from decimal import Decimal
from typing import get_args, get_type_hints

import pytest

from record.casebook import catalogue
from record.casebook.derived import DERIVED
from record.casebook.items import Lab
from trial_edc.templatetags.quantities import quantity
from trial_edc.units import written_unit


@pytest.mark.parametrize(
    ("unit", "written"),
    [
        ("10^6", "× 10⁶"),
        ("10^6/kg", "× 10⁶/kg"),
        ("10^9/L", "× 10⁹/L"),
        ("10^12/L", "× 10¹²/L"),
        ("umol/L", "umol/L"),
        ("mL/min/1.73 m²", "mL/min/1.73 m²"),
        ("", ""),
    ],
)
def test_power_of_ten_is_written_as_one(unit, written):
    assert written_unit(unit) == written


def test_no_declared_unit_shows_a_caret():
    declared = [
        item for form in catalogue.designs().values() for item in form.items.values()
    ]
    units = {item.facts.unit for item in declared}
    units |= {unit for item in declared if isinstance(item, Lab) for unit in item.units}
    units |= {str(derivation.unit) for derivation in DERIVED.values()}

    assert [unit for unit in units if "^" in written_unit(unit)] == []


def test_every_computed_decimal_is_rounded():
    """A quotient has up to 28 digits, which no rule below the display rounds."""
    unrounded = [
        name
        for name, derivation in DERIVED.items()
        if Decimal in get_args(get_type_hints(derivation.rule)["return"])
        and derivation.decimals is None
    ]

    assert unrounded == []


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (Decimal(1) / 3, 3, "0.333"),
        (Decimal("0.0005"), 3, "0.001"),
        (Decimal("54.1"), None, Decimal("54.1")),
        ("about 3", 1, "about 3"),
        (None, 1, "—"),
    ],
)
def test_quantity_rounds_computed_numbers(value, decimals, shown):
    assert quantity(value, "kg", decimals=decimals)["value"] == shown
