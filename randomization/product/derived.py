"""Computed values of the product record: dose arithmetic, restricted like the form."""

from decimal import Decimal

from randomization.product.facts import INFUSION_VISITS, dose_of
from record.casebook.derived import derived
from record.casebook.form_data import Casebook, FormData
from trial_edc.vocabulary import N_


@derived("PRD", "infusion_number", N_("Infusion"))
def _number(sheet: FormData, _binder: Casebook) -> int | None:
    return INFUSION_VISITS.get(sheet.visit)


@derived("PRD", "randomisation_no", N_("Randomization number"))
def _code(_sheet: FormData, binder: Casebook) -> str | None:
    code: str | None = binder.value("RAN", "randomisation_no")
    return code


@derived("PRD", "viable_cells_e6", N_("Viable cells given"), unit="10^6", decimals=2)
def _cells(sheet: FormData, binder: Casebook) -> Decimal | None:
    return dose_of(sheet, binder).viable_cells_e6


@derived("PRD", "dose_e6_kg", N_("Dose given"), unit="10^6/kg", decimals=3)
def _dose(sheet: FormData, binder: Casebook) -> Decimal | None:
    return dose_of(sheet, binder).dose_e6_per_kg


@derived("PRD", "pct_of_planned", N_("Of the planned dose"), unit="%", decimals=1)
def _of_plan(sheet: FormData, binder: Casebook) -> Decimal | None:
    return dose_of(sheet, binder).pct_of_planned


@derived("PRD", "thaw_to_start_min", N_("Thawing to start"), unit="min")
def _thaw(sheet: FormData, binder: Casebook) -> int | None:
    return dose_of(sheet, binder).thaw_to_start_min


@derived("PRD", "flags", N_("Flags"))
def _flags(sheet: FormData, binder: Casebook) -> str | None:
    return ", ".join(flag.label for flag in dose_of(sheet, binder).flags) or None
