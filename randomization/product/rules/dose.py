"""Cell-dose arithmetic of the product record: restricted, since it reveals the arm."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from trial_edc.protocol import PROTOCOL, InfusionSettings
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_, Codelist


class DoseFlag(Codelist):
    """What about a dose needs a look."""

    THAW_AFTER_START = "error_thaw_after_start", N_("Thawed after the infusion started")
    BELOW = "dose_below_80pct", N_("Dose below 80 % of plan")
    ABOVE = "dose_above_120pct", N_("Dose above 120 % of plan")
    LOW_VIABILITY = "viability_below_70pct", N_("Viability below 70 %")
    THAW_TOO_LONG = "thaw_too_long", N_("Thawed too long before the start")


@dataclass(frozen=True, slots=True)
class PreparedProduct:
    """What was prepared; units are in the names, None: not entered."""

    cells_per_ml_e6: Decimal | None
    viability_pct: Decimal | None
    planned_dose_e6_per_kg: Decimal | None
    thawed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CellDose:
    """Dose that arrived, unrounded; None: an input is missing."""

    viable_cells_e6: Decimal | None
    dose_e6_per_kg: Decimal | None
    pct_of_planned: Decimal | None
    thaw_to_start_min: int | None
    flags: tuple[DoseFlag, ...]


@implements("INF-01")
def cell_dose(
    product: PreparedProduct,
    *,
    weight_kg: Decimal | None,
    volume_ml: Decimal | None,
    started_at: datetime | None,
    settings: InfusionSettings = PROTOCOL.infusion,
) -> CellDose:
    """Dose from the product and the volume given at the bedside.

    viable = cells/mL x mL given x viability / 100; dose per kg = viable / weight.
    """
    viable = dose = pct = minutes = None
    cells, viability = product.cells_per_ml_e6, product.viability_pct
    if cells is not None and viability is not None and volume_ml is not None:
        viable = cells * volume_ml * viability / 100
    if viable is not None and weight_kg:
        dose = viable / weight_kg
    if dose is not None and product.planned_dose_e6_per_kg:
        pct = dose / product.planned_dose_e6_per_kg * 100
    if product.thawed_at is not None and started_at is not None:
        minutes = (started_at - product.thawed_at) // timedelta(minutes=1)
    return CellDose(
        viable, dose, pct, minutes, flags(pct, viability, minutes, settings)
    )


def planned_cells(weight_kg: Decimal, dose_e6_per_kg: Decimal) -> Decimal:
    """Viable cells that a bag shall hold, in millions, unrounded."""
    return weight_kg * dose_e6_per_kg


def flags(
    pct: Decimal | None,
    viability: Decimal | None,
    minutes: int | None,
    settings: InfusionSettings,
) -> tuple[DoseFlag, ...]:
    """What lies strictly outside its limit."""
    longest = settings.thaw_to_start_max_min
    applies = {
        DoseFlag.THAW_AFTER_START: minutes is not None and minutes < 0,
        DoseFlag.BELOW: pct is not None and pct < settings.dose_low_pct,
        DoseFlag.ABOVE: pct is not None and pct > settings.dose_high_pct,
        DoseFlag.LOW_VIABILITY: viability is not None
        and viability < settings.viability_low_pct,
        DoseFlag.THAW_TOO_LONG: minutes is not None and minutes > longest,
    }
    return tuple(flag for flag, holds in applies.items() if holds)
