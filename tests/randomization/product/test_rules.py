"""Flags of the dose at their limits, and what stays unknown."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from randomization.product.rules.dose import (
    CellDose,
    DoseFlag,
    PreparedProduct,
    cell_dose,
    planned_cells,
)
from trial_edc.dates import SITE_TZ

STARTED_AT = datetime(2023, 3, 1, 10, tzinfo=SITE_TZ)


PREPARED = PreparedProduct(
    cells_per_ml_e6=Decimal(2),
    viability_pct=Decimal(90),
    planned_dose_e6_per_kg=Decimal(3),
    thawed_at=STARTED_AT - timedelta(minutes=30),
)


@pytest.mark.verifies("INF-01")
def test_dose_is_what_arrived_for_each_kilogram():
    dose = cell_dose(
        PREPARED,
        weight_kg=Decimal(60),
        volume_ml=Decimal(100),
        started_at=STARTED_AT,
    )

    assert dose == CellDose(
        viable_cells_e6=Decimal(180),
        dose_e6_per_kg=Decimal(3),
        pct_of_planned=Decimal(100),
        thaw_to_start_min=30,
        flags=(),
    )


@pytest.mark.verifies("INF-01")
@pytest.mark.parametrize(
    ("cells", "viability", "thawed_min", "flags"),
    [
        ("1", "100", 30, ()),
        ("0.8", "100", 30, ()),
        ("0.7999", "100", 30, (DoseFlag.BELOW,)),
        ("1.2", "100", 30, ()),
        ("1.2001", "100", 30, (DoseFlag.ABOVE,)),
        ("1.2", "70", 30, ()),
        ("1.2", "69.9", 30, (DoseFlag.LOW_VIABILITY,)),
        ("1", "100", 120, ()),
        ("1", "100", 121, (DoseFlag.THAW_TOO_LONG,)),
        ("1", "100", 0, ()),
        ("1", "100", -1, (DoseFlag.THAW_AFTER_START,)),
    ],
)
def test_limits_are_strict(cells, viability, thawed_min, flags):
    product = PreparedProduct(
        cells_per_ml_e6=Decimal(cells),
        viability_pct=Decimal(viability),
        planned_dose_e6_per_kg=Decimal(1),
        thawed_at=STARTED_AT - timedelta(minutes=thawed_min),
    )

    dose = cell_dose(
        product, weight_kg=Decimal(70), volume_ml=Decimal(70), started_at=STARTED_AT
    )

    assert dose.flags == flags


@pytest.mark.verifies("INF-01")
@pytest.mark.parametrize(
    ("unknown", "weight_kg", "volume_ml", "expected"),
    [
        ("cells_per_ml_e6", 60, 100, (None, None, None)),
        ("viability_pct", 60, 100, (None, None, None)),
        ("planned_dose_e6_per_kg", 60, 100, (180, 3, None)),
        ("thawed_at", 60, None, (None, None, None)),
        ("thawed_at", None, 100, (180, None, None)),
    ],
)
def test_what_an_input_decides_is_unknown_without_it(
    unknown, weight_kg, volume_ml, expected
):
    dose = cell_dose(
        replace(PREPARED, **{unknown: None}),
        weight_kg=weight_kg,
        volume_ml=volume_ml,
        started_at=STARTED_AT,
    )

    derived = (dose.viable_cells_e6, dose.dose_e6_per_kg, dose.pct_of_planned)
    assert derived == expected


def test_a_bag_holds_the_planned_dose_for_each_kilogram():
    assert planned_cells(Decimal("62.5"), Decimal(2)) == Decimal(125)


@pytest.mark.verifies("INF-01")
def test_saline_has_no_dose() -> None:
    dose = cell_dose(
        PreparedProduct(None, None, None),
        weight_kg=Decimal(70),
        volume_ml=Decimal(100),
        started_at=STARTED_AT,
    )

    assert dose == CellDose(None, None, None, None, ())
