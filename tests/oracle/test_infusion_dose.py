"""Dose arithmetic: the restricted part and the bedside part together."""

import pytest

from randomization.product.rules.dose import PreparedProduct, cell_dose
from tests.oracle.cases import Case, at_site, compare, each_case, number
from visits.infusions.rules import delivery


@pytest.mark.verifies("INF-01", "INF-02")
@each_case("infusion_dose_cases.csv")
def test_dose_and_delivery(case: Case) -> None:
    started_at = at_site(case["start_at"]) if case["start_at"] else None
    stopped_at = at_site(case["stop_at"]) if case["stop_at"] else None
    volume_ml = number(case["volume_infused_ml"])
    product = PreparedProduct(
        cells_per_ml_e6=number(case["total_nucleated_cells_per_ml_e6"]),
        viability_pct=number(case["viability_pct"]),
        planned_dose_e6_per_kg=number(case["planned_dose_e6_per_kg"]),
        thawed_at=at_site(case["thaw_at"]) if case["thaw_at"] else None,
    )

    dose = cell_dose(
        product,
        weight_kg=number(case["weight_kg"]),
        volume_ml=volume_ml,
        started_at=started_at,
    )
    bedside = delivery(
        started_at=started_at, stopped_at=stopped_at, volume_ml=volume_ml
    )

    derived = {
        "exp_viable_cells_e6": dose.viable_cells_e6,
        "exp_dose_e6_per_kg": dose.dose_e6_per_kg,
        "exp_pct_of_planned": dose.pct_of_planned,
        "exp_mean_rate_ml_min": bedside.mean_rate_ml_min,
        "exp_thaw_to_start_min": dose.thaw_to_start_min,
        "exp_flags": (*dose.flags, *bedside.flags),
    }
    compare(case, derived, always="exp_flags")
