"""The product of an infusion: the only place that reads an arm, by its own staff."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from randomization.models import LotRecord
from randomization.product.rules.stock import balance, why_unusable
from randomization.product.selectors.lots import lot_of
from randomization.product.selectors.preparation_worklist import preparations_of
from randomization.product.services import lots
from randomization.product.services.preparation import confirm_preparation
from randomization.product.services.product import preparations_with_arms
from randomization.vocabulary import MovementKind, Product
from record.accounts.models import User
from record.accounts.proofs import ReAuthenticated
from record.casebook.values import MissingCode
from simulation.writer.case import SimulatedCase
from trial_edc import chance, clock
from trial_edc.protocol import PROTOCOL

CONTAINERS = 40
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


def prepare(case: SimulatedCase, visit: str, *, wrong: bool) -> None:
    pharmacist = case.staff["up"]
    preparations = preparations_with_arms(by=pharmacist)
    preparation = next(
        line
        for line in preparations
        if line.participant.pk == case.participant.pk and line.form.visit == visit
    )
    product = OTHER[Product(preparation.arm)] if wrong else Product(preparation.arm)
    lot = usable_lot(case, product)
    case.forms[f"PRD {visit}"] = preparation.form
    values = _preparation(case, clock.now())
    cell_values = _cell_values(
        product, preparation.dosing_weight_kg or case.person.weight_kg
    )
    product_values = {
        "product": product.value,
        "lot": lot,
        "containers": 1,
        "as_allocated": "N" if wrong else "Y",
    }
    case.save(
        preparation.form,
        {**values, **cell_values, **product_values},
        "up",
        complete=False,
    )
    for user_key in ("up", "up2"):
        person = case.staff[user_key]
        proof = ReAuthenticated(person.pk, clock.now())
        (shown,) = preparations_of([preparation.form])
        confirm_preparation(
            preparation.form, shown_digest=shown.digest, proof=proof, by=person
        )
    handover = {
        "handed_over_at": clock.now() - timedelta(minutes=2),
        "handed_to": case.pk("pn"),
    }
    case.save(preparation.form, handover, "up")
    case.sign(preparation.form, "up2")


def _preparation(case: SimulatedCase, now: datetime) -> dict[str, object]:
    return {
        "out_of_storage_at": now - timedelta(minutes=50),
        "prepared_at": now - timedelta(minutes=15),
        "storage_temp_c": 4,
        "diluent": "saline_0_9",
        "final_volume_ml": PLAN.planned_volume_ml,
        "cover_applied": "Y",
        "prepared_by": case.pk("up"),
        "checked_by": case.pk("up2"),
    }


def _cell_values(product: Product, weight_kg: object) -> Mapping[str, object]:
    # Drawn for both, so that the chance of later acts is the same in both arms.
    source = chance.source()
    viability = source.uniform(82, 96)
    passage, minutes = source.randint(4, 6), source.randint(25, 40)
    if product == Product.SALINE:
        return dict.fromkeys(CELL_ITEMS, MissingCode.NOT_APPLICABLE)
    dose = float(PLAN.planned_dose_e6_per_kg) * float(str(weight_kg))
    per_ml = dose / float(PLAN.planned_volume_ml) / (viability / 100)
    return {
        "passage": passage,
        "planned_dose_e6_kg": PLAN.planned_dose_e6_per_kg,
        "cells_per_ml_e6": f"{per_ml:.2f}",
        "viability_pct": f"{viability:.1f}",
        "viability_method": "trypan_blue",
        "thawed_at": clock.now() - timedelta(minutes=minutes),
    }


def usable_lot(case: SimulatedCase, product: Product) -> str:
    """A lot with a container left; a new one is registered when there is none."""
    now, pharmacist, shelf = clock.now(), case.staff["up"], case.site.shelf
    number = shelf.setdefault(product.value, 1)
    lot = lot_of(_lot_number(product, number))
    if lot and (
        why_unusable(lot.content, now) or not balance(lot.content["movements"])
    ):
        shelf[product.value] = number + 1
        lot = None
    name = _lot_number(product, shelf[product.value])
    if lot is None:
        _register_lot(name, product, pharmacist)
    return name


def _lot_number(product: Product, number: int) -> str:
    return f"{product.value}-{number:03d}"


def _register_lot(number: str, product: Product, by: User) -> LotRecord:
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
        "status": "released",
        "expires_at": expires_at.isoformat(),
        "storage": "ln2" if product == Product.MSC else "room",
    }
    lot = lots.register_lot(values, by=by)
    return lots.record_movement(
        lot,
        kind=MovementKind.RECEIVED,
        amount=str(CONTAINERS),
        at=(clock.now() - timedelta(days=1)).isoformat(),
        by=by,
    )
