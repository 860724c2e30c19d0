"""A product record filled in and confirmed by two persons."""

from datetime import timedelta

from randomization.arms import arm_of
from randomization.models import LotRecord
from randomization.product.checks import CELL_ITEMS
from randomization.product.rules.stock import balance
from record.capture.services.forms import save
from record.casebook.values import MissingCode
from tests.randomization import stage
from trial_edc import clock
from trial_edc.protocol import PROTOCOL

CELLS = {
    "passage": 4,
    "planned_dose_e6_kg": 1,
    "cells_per_ml_e6": "0.70",
    "viability_pct": 92,
    "viability_method": "trypan_blue",
}
SALINE = dict.fromkeys(CELL_ITEMS, MissingCode.NOT_APPLICABLE)


def left(lot: LotRecord) -> int:
    lot.refresh_from_db()
    return int(balance(lot.content["movements"]))


def prepared(record, **changes):
    """Enter everything up to the hand-over; two pharmacists are named."""
    arm = arm_of(record.participant)
    if not LotRecord.objects.exists():
        stage.stocked(arm)
    first, second = stage.colleague("UP"), stage.colleague("PN")
    now = clock.now().replace(second=0, microsecond=0)
    plan = PROTOCOL.infusion.precedent
    values = {
        "product": arm,
        "lot": f"{arm}-7",
        "containers": 1,
        **(
            {**CELLS, "thawed_at": now - timedelta(minutes=25)}
            if arm == "MSC"
            else SALINE
        ),
        "out_of_storage_at": now - timedelta(minutes=30),
        "prepared_at": now - timedelta(minutes=10),
        "storage_temp_c": 4,
        "diluent": "saline_0_9",
        "final_volume_ml": plan.planned_volume_ml,
        "cover_applied": "Y",
        "prepared_by": first.pk,
        "checked_by": second.pk,
        "as_allocated": "Y",
        **changes,
    }
    save(record, values, by=first)
    return first, second


def confirmed(record, **changes):
    people = prepared(record, **changes)
    for one in people:
        stage.confirm_preparation(record, proof=stage.proof_of(one), by=one)
    return people
