"""Flags of the dose at their limits, and what stays unknown."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from randomization.product.rules.dose import (
    CellDose,
    DoseFlag,
    PreparedProduct,
    cell_dose,
)
from trial_edc.dates import SITE_TZ

STARTED_AT = datetime(2023, 3, 1, 10, tzinfo=SITE_TZ)


def dose(cells: str = "1", viability: str = "100", thawed_min: int = 30) -> CellDose:
    """Dose of 70 mL for 70 kg: the concentration is the dose per kg."""
    thawed_at = STARTED_AT - timedelta(minutes=thawed_min)
    product = PreparedProduct(Decimal(cells), Decimal(viability), Decimal(1), thawed_at)
    return cell_dose(
        product, weight_kg=Decimal(70), volume_ml=Decimal(70), started_at=STARTED_AT
    )


@pytest.mark.verifies("INF-01")
@pytest.mark.parametrize(
    ("dose", "flags"),
    [
        (dose(), ()),
        (dose("0.8"), ()),
        (dose("0.7999"), (DoseFlag.BELOW,)),
        (dose("1.2"), ()),
        (dose("1.2001"), (DoseFlag.ABOVE,)),
        (dose("1.2", "70"), ()),
        (dose("1.2", "69.9"), (DoseFlag.LOW_VIABILITY,)),
        (dose(thawed_min=120), ()),
        (dose(thawed_min=121), (DoseFlag.THAW_TOO_LONG,)),
        (dose(thawed_min=-1), (DoseFlag.THAW_AFTER_START,)),
    ],
)
def test_limits_are_strict(dose: CellDose, flags: tuple[DoseFlag, ...]) -> None:
    assert dose.flags == flags


@pytest.mark.verifies("INF-01")
def test_saline_has_no_dose() -> None:
    dose = cell_dose(
        PreparedProduct(None, None, None),
        weight_kg=Decimal(70),
        volume_ml=Decimal(100),
        started_at=STARTED_AT,
    )

    assert dose == CellDose(None, None, None, None, ())
