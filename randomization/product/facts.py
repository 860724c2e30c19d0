"""The cell dose of a product record, from product, request and bedside record; pure."""

from decimal import Decimal

from randomization.product.rules.dose import CellDose, PreparedProduct, cell_dose
from record.casebook.form_data import Casebook, FormData

NOT_GIVEN = "not_given"


def dose_of(data: FormData, casebook: Casebook) -> CellDose:
    """The dose that arrived; the weight is that of the infusion request."""
    return cell_dose(
        PreparedProduct(
            data.get("cells_per_ml_e6"),
            data.get("viability_pct"),
            data.get("planned_dose_e6_kg"),
            data.get("thawed_at"),
        ),
        weight_kg=casebook.value("IRQ", "dosing_weight_kg", data.visit),
        volume_ml=given_ml(data, casebook),
        started_at=casebook.value("INF", "started_at", data.visit),
    )


def given_ml(data: FormData, casebook: Casebook) -> Decimal | None:
    """Volume infused at the bedside; None while unknown."""
    if casebook.value("INF", "given", data.visit) == NOT_GIVEN:
        return Decimal(0)
    volume_ml: Decimal | None = casebook.value("INF", "volume_ml", data.visit)
    return volume_ml
