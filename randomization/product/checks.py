"""Edit checks of the product record; restricted like the form itself."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from randomization.infusion_plan.rules import plan_at
from randomization.product.facts import dose_of, given_ml
from record.casebook.checks import check
from record.casebook.form_data import Casebook, FormData
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import N_, Severity

STEPS = ("out_of_storage_at", "thawed_at", "prepared_at", "handed_over_at")
CELL_ITEMS = (
    "passage",
    "planned_dose_e6_kg",
    "cells_per_ml_e6",
    "viability_pct",
    "viability_method",
    "thawed_at",
)
MOST_MINUTES = 24 * 60


@check(
    "PRD-01",
    form="PRD",
    item="checked_by",
    severity=Severity.HARD,
    message=N_("Two different persons prepare and check."),
)
def _two_persons(data: FormData, _casebook: Casebook) -> bool:
    prepared, checked = data.get("prepared_by"), data.get("checked_by")
    return prepared is not None and prepared == checked


@check(
    "PRD-02",
    form="PRD",
    item="prepared_at",
    severity=Severity.HARD,
    message=N_(
        "The order is: out of storage, thawed, prepared, handed over. Check the times."
    ),
)
def _in_order(data: FormData, _casebook: Casebook) -> bool:
    times = [at for step in STEPS if (at := data.get(step)) is not None]
    return any(later < earlier for earlier, later in pairwise(times))


@check(
    "PRD-03",
    form="PRD",
    item="final_volume_ml",
    severity=Severity.HARD,
    message=N_("The final volume is %(planned)s mL in both arms."),
)
def _planned_volume(data: FormData, casebook: Casebook) -> Mapping[str, Any] | None:
    plan = plan_at(casebook.fact("infusion_plans"), data.get("prepared_at"))
    volume = data.get("final_volume_ml")
    if plan is None or volume is None or volume == plan.planned_volume_ml:
        return None
    return {"planned": plan.planned_volume_ml}


@check(
    "PRD-04",
    form="PRD",
    item="product",
    severity=Severity.HARD,
    message=N_("Saline has no cells: mark the cell items not applicable."),
)
def _saline_without_cells(data: FormData, _casebook: Casebook) -> bool:
    answered = any(data.get(item) is not None for item in CELL_ITEMS)
    return data.get("product") == "SALINE" and answered


@check(
    "PRD-05",
    form="PRD",
    item="destroyed_ml",
    severity=Severity.HARD,
    message=N_("More came back or was destroyed than the bag held."),
)
def _within_volume(data: FormData, _casebook: Casebook) -> bool:
    volume = data.get("final_volume_ml")
    return volume is not None and _remaining_ml(data) > volume


@check(
    "PRD-06",
    form="PRD",
    item="destroyed_ml",
    severity=Severity.SOFT,
    message=N_("%(missing)s mL are neither given nor returned nor destroyed."),
)
def _accounted(data: FormData, casebook: Casebook) -> Mapping[str, Any] | None:
    volume = data.get("final_volume_ml")
    infused_ml = given_ml(data, casebook)
    if volume is None or infused_ml is None:
        return None
    missing = volume - infused_ml - _remaining_ml(data)
    return {"missing": missing} if missing > 0 else None


@check(
    "PRD-07",
    form="PRD",
    item="thawed_at",
    severity=Severity.HARD,
    message=N_("%(minutes)s min from thawing to the start: impossible."),
)
def _thaw_to_start(data: FormData, casebook: Casebook) -> Mapping[str, Any] | None:
    minutes = dose_of(data, casebook).thaw_to_start_min
    if minutes is None or 0 <= minutes <= MOST_MINUTES:
        return None
    return {"minutes": minutes}


@check(
    "PRD-08",
    form="PRD",
    item="thawed_at",
    severity=Severity.SOFT,
    message=N_("%(minutes)s min from thawing to the start; at most %(most)s expected."),
)
def _thawed_too_long(data: FormData, casebook: Casebook) -> Mapping[str, Any] | None:
    minutes = dose_of(data, casebook).thaw_to_start_min
    most = PROTOCOL.infusion.thaw_to_start_max_min
    if minutes is None or not most < minutes <= MOST_MINUTES:
        return None
    return {"minutes": minutes, "most": most}


@check(
    "PRD-18",
    form="PRD",
    item="handed_over_at",
    severity=Severity.SOFT,
    message=N_(
        "Handed over %(minutes)s min before the planned start; in both arms at most "
        "%(most)s."
    ),
)
def _left_early(data: FormData, casebook: Casebook) -> Mapping[str, Any] | None:
    most = PROTOCOL.infusion.release_lead_min
    return _too_early(data, casebook, "handed_over_at", most)


@check(
    "PRD-19",
    form="PRD",
    item="out_of_storage_at",
    severity=Severity.SOFT,
    message=N_(
        "Out of storage %(minutes)s min before the planned start; in both arms at most "
        "%(most)s."
    ),
)
def _prepared_early(data: FormData, casebook: Casebook) -> Mapping[str, Any] | None:
    most = PROTOCOL.infusion.preparation_lead_min
    return _too_early(data, casebook, "out_of_storage_at", most)


def _too_early(
    data: FormData, casebook: Casebook, item: str, most: int
) -> Mapping[str, Any] | None:
    at = data.get(item)
    planned_start_at = casebook.value("IRQ", "planned_start_at", data.visit)
    if at is None or planned_start_at is None:
        return None
    minutes = (planned_start_at - at) // timedelta(minutes=1)
    return {"minutes": minutes, "most": most} if minutes > most else None


def _remaining_ml(data: FormData) -> Decimal:
    amounts = (data.get("returned_ml"), data.get("destroyed_ml"))
    return sum((amount for amount in amounts if amount is not None), Decimal(0))
