"""The cell dose of a product record, from product, request and bedside record; pure."""

from decimal import Decimal

from randomization.product.rules.dose import CellDose, PreparedProduct, cell_dose
from record.casebook.form_data import Casebook, FormData

NOT_GIVEN = "not_given"
INFUSION_VISITS = {"D0": 1, "D7": 2}


def dose_of(sheet: FormData, binder: Casebook) -> CellDose:
    """Return the dose that arrived; the weight is that of the infusion request."""
    return cell_dose(
        PreparedProduct(
            sheet.get("cells_per_ml_e6"),
            sheet.get("viability_pct"),
            sheet.get("planned_dose_e6_kg"),
            sheet.get("thawed_at"),
        ),
        weight_kg=binder.value("IRQ", "dosing_weight_kg", sheet.visit),
        volume_ml=given_ml(sheet, binder),
        started_at=binder.value("INF", "started_at", sheet.visit),
    )


def given_ml(sheet: FormData, binder: Casebook) -> Decimal | None:
    """Return what ran in at the bedside; None while nobody knows."""
    if binder.value("INF", "given", sheet.visit) == NOT_GIVEN:
        return Decimal(0)
    given: Decimal | None = binder.value("INF", "volume_ml", sheet.visit)
    return given
