"""Limits of the edit checks: beyond them a check fires, as grave as written.

Columns: form, field, unit, hard_min, hard_max, soft_min, soft_max.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest

from record.casebook import catalogue
from record.casebook.engine import findings
from record.casebook.form_data import Casebook, FormData
from record.casebook.items import Lab
from record.casebook.values import Quantity
from tests.oracle.cases import Case, at_site, each_case
from trial_edc.vocabulary import Severity

pytestmark = pytest.mark.django_db  # the planned infusion is read
START = at_site("2026-03-08T10:00")
NOW = START + timedelta(days=30)
INFUSED = {"given": "given", "started_at": START}
SMALL, A_MINUTE = Decimal("0.001"), Decimal(1)  # the record keeps whole minutes


@dataclass(frozen=True)
class Place:
    """Where a number is entered, and the checks that know its limits."""

    checks: tuple[str, ...]
    enter: Callable[[Decimal], tuple[FormData, ...]]  # the form, and what is beside it
    step: Decimal = SMALL


def item(form: str, name: str) -> Place:
    """Enter the number, in the standard unit, as an item."""

    def enter(number: Decimal) -> tuple[FormData, ...]:
        form_item = catalogue.design(form).items[name]
        value: Decimal | Quantity = number
        if isinstance(form_item, Lab):
            value = form_item.quantity(number, form_item.standard_unit)
        others = {"given": "given"} if form == "INF" else {}
        return (FormData(form, {**others, name: value}),)

    return Place((f"{form}.{name}.hard", f"{form}.{name}.soft"), enter)


def measured(name: str) -> tuple[Place, ...]:
    """Enter the number at a visit and at the bedside."""
    return item("VIT", name), item("VSI", name)


def minutes(number: Decimal) -> timedelta:
    """Return minutes as a span."""
    return timedelta(seconds=round(number * 60))


def rate(number: Decimal) -> tuple[FormData, ...]:
    """Return an infusion of an hour with this mean rate."""
    stopped_at = START + timedelta(hours=1)
    answers = {**INFUSED, "stopped_at": stopped_at, "volume_ml": number * 60}
    return (FormData("INF", answers, visit="D0"),)


def duration(number: Decimal) -> tuple[FormData, ...]:
    """Return an infusion that lasted so many minutes."""
    answers = {**INFUSED, "stopped_at": START + minutes(number)}
    return (FormData("INF", answers, visit="D0"),)


def thawed(number: Decimal) -> tuple[FormData, ...]:
    """Return a product thawed so many minutes before its infusion."""
    product = FormData("PRD", {"thawed_at": START - minutes(number)}, visit="D0")
    return product, FormData("INF", INFUSED, visit="D0")


def collected(number: Decimal) -> tuple[FormData, ...]:
    """Return a urine collection of so many hours."""
    times = {"start_at": START, "end_at": START + minutes(number * 60)}
    return (FormData("URI", times),)


# form and field of the file → where the product takes the number
FIELDS: dict[str, tuple[Place, ...]] = {
    "infusion.weight_kg": (item("VIT", "weight_kg"), item("IRQ", "dosing_weight_kg")),
    "infusion.height_cm": (item("VIT", "height_cm"),),
    "infusion.planned_dose": (item("PRD", "planned_dose_e6_kg"),),
    "infusion.passage_number": (item("PRD", "passage"),),
    "infusion.viability_pct": (item("PRD", "viability_pct"),),
    "infusion.cell_concentration": (item("PRD", "cells_per_ml_e6"),),
    "infusion.volume_infused_ml": (item("INF", "volume_ml"),),
    # No minute at all is INF-02: the stop must be after the start.
    "infusion.duration_min": (
        Place(("INF-02", "INF-07", "INF-08"), duration, A_MINUTE),
    ),
    "infusion.mean_rate_ml_min": (Place(("INF-09", "INF-10"), rate),),
    "infusion.thaw_to_start_min": (Place(("PRD-07", "PRD-08"), thawed, A_MINUTE),),
    "infusion.storage_temp_c": (item("PRD", "storage_temp_c"),),
    "vitals.temperature_c": measured("temperature_c"),
    "vitals.heart_rate": measured("heart_rate"),
    "vitals.systolic_bp": measured("systolic_bp"),
    "vitals.diastolic_bp": measured("diastolic_bp"),
    "vitals.respiratory_rate": measured("respiratory_rate"),
    "vitals.spo2_pct": measured("spo2_pct"),
    "labs.creatinine_umol_l": (item("CRE", "value"),),
    "labs.urea_mmol_l": (item("LAB", "urea"),),
    "labs.potassium_mmol_l": (item("LAB", "potassium"),),
    "labs.platelets_10e9_l": (item("LAB", "platelets"),),
    "labs.haemoglobin_g_l": (item("LAB", "haemoglobin"),),
    "labs.wbc_10e9_l": (item("LAB", "wbc"),),
    "labs.alt_u_l": (item("LAB", "alt"),),
    "labs.bilirubin_umol_l": (item("LAB", "bilirubin"),),
    "screening.lvef_pct": (item("ELG", "lvef_pct"),),
    "screening.urine_ml_per_collection": (item("URI", "volume_ml"),),
    "screening.urine_collection_hours": (Place(("URI-02", "URI-03"), collected),),
}


def gravest(place: Place, number: Decimal) -> str:
    """Return how grave the place finds the number; empty when it finds nothing."""
    data, *beside = place.enter(number)
    design, casebook = catalogue.design(data.code), Casebook.of(beside)
    found = findings(design, data, casebook, now=NOW)
    grave = {one.severity for one in found if one.check_id in place.checks}
    return max(grave, key=[Severity.SOFT, Severity.HARD].index, default="")


@pytest.mark.verifies("QRY-02")
@each_case("edit_checks.csv", key="field")
def test_limits(case: Case) -> None:
    hard, soft = (
        (Decimal(case[f"{kind}_min"]), Decimal(case[f"{kind}_max"]))
        for kind in ("hard", "soft")
    )

    def expected(number: Decimal) -> str:
        if not hard[0] <= number <= hard[1]:
            return Severity.HARD
        return "" if soft[0] <= number <= soft[1] else Severity.SOFT

    for place in FIELDS[f"{case['form']}.{case['field']}"]:
        steps = (-place.step, Decimal(0), place.step)
        tried = sorted({end + step for end in (*hard, *soft) for step in steps})
        found = {number: gravest(place, number) for number in tried}
        assert found == {number: expected(number) for number in tried}
