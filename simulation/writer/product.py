"""The product of an infusion: the only place that reads an arm, by its own staff."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from randomization.product.rules.stock import balance, why_unusable
from randomization.product.selectors.lots import lot_of
from randomization.product.services import lots
from randomization.vocabulary import MovementKind, Product
from record.casebook.values import MissingCode
from simulation.writer.case import SimulatedCase
from trial_edc import chance, clock
from trial_edc.protocol import PROTOCOL

PLAN = PROTOCOL.infusion.precedent
CELL_ITEMS = (
    "passage",
    "planned_dose_e6_kg",
    "cells_per_ml_e6",
    "viability_pct",
    "viability_method",
    "thawed_at",
)
OTHER = {Product.MSC: Product.SALINE, Product.SALINE: Product.MSC}
RELEASED = {"sterility": "pass", "mycoplasma": "pass", "endotoxin": "pass"}


def preparation_values(case: SimulatedCase, now: datetime) -> dict[str, object]:
    return {
        "prepared_at": now - timedelta(minutes=2),
        "storage_temp_c": 4,
        "diluent": "saline_0_9",
        "final_volume_ml": PLAN.planned_volume_ml,
        "cover_applied": "Y",
        "prepared_by": case.pk("up"),
        "checked_by": case.pk("up2"),
    }


def cell_values(
    case: SimulatedCase, product: Product, weight_kg: object
) -> Mapping[str, object]:
    if product == Product.SALINE:
        return dict.fromkeys(CELL_ITEMS, MissingCode.NOT_APPLICABLE)
    source = chance.source()
    lowest = case.site.habits[product].lowest_viability_pct
    viability, passage = source.uniform(lowest, 96), source.randint(4, 6)
    dose = float(PLAN.planned_dose_e6_per_kg) * float(str(weight_kg))
    per_ml = dose / float(PLAN.planned_volume_ml) / (viability / 100)
    return {
        "passage": passage,
        "planned_dose_e6_kg": PLAN.planned_dose_e6_per_kg,
        "cells_per_ml_e6": f"{per_ml:.2f}",
        "viability_pct": f"{viability:.1f}",
        "viability_method": "trypan_blue",
        "thawed_at": clock.now() - timedelta(minutes=source.randint(5, 9)),
    }


def usable_lot(case: SimulatedCase, product: Product) -> str:
    """A lot with a container left; a new one is registered when there is none."""
    now, shelf = clock.now(), case.site.shelf
    number = shelf.setdefault(product.value, 1)
    lot = lot_of(_lot_number(product, number))
    if lot and (
        why_unusable(lot.content, now)
        or balance(lot.content["movements"]) < case.site.habits[product].containers
    ):
        shelf[product.value] = number + 1
        lot = None
    name = _lot_number(product, shelf[product.value])
    if lot is None:
        _register_lot(case, name, product)
    return name


def _lot_number(product: Product, number: int) -> str:
    return f"{product.value}-{number:03d}"


def _register_lot(case: SimulatedCase, number: str, product: Product) -> None:
    by, habits = case.staff["up"], case.site.habits[product]
    expires_at = clock.now() + timedelta(days=540)
    values = {
        "lot": number,
        "product": product.value,
        "manufacturer": "Invented Cell Works"
        if product == Product.MSC
        else "Infusions",
        "donor_code": f"UC-{number[-3:]}" if product == Product.MSC else "",
        "passage": "4" if product == Product.MSC else "",
        "viability_pct": "92" if product == Product.MSC else "",
        "certificate": "",
        **RELEASED,
        "status": "quarantine" if habits.checks_lots else "released",
        "expires_at": expires_at.isoformat(),
        "storage": "ln2" if product == Product.MSC else "room",
    }
    lot = lots.register_lot(values, by=by)
    if habits.checks_lots:
        released = {**values, "status": "released"}
        lots.change_lot(lot, released, reason="All its tests passed.", by=by)
    lots.record_movement(
        lot,
        kind=MovementKind.RECEIVED,
        amount=str(habits.containers_a_lot),
        at=(clock.now() - timedelta(days=1)).isoformat(),
        by=by,
    )
