"""Computed values of the product record: dose arithmetic, restricted like the form."""

from decimal import Decimal

from randomization.product.facts import dose_of
from record.casebook.derived import derived
from record.casebook.form_data import Casebook, FormData
from trial_edc.vocabulary import INFUSION_VISITS, N_


@derived("PRD", "infusion_number", N_("Infusion"))
def _number(data: FormData, _casebook: Casebook) -> int | None:
    return INFUSION_VISITS.get(data.visit)


@derived("PRD", "randomisation_no", N_("Randomization number"))
def _code(_data: FormData, casebook: Casebook) -> str | None:
    code: str | None = casebook.value("RAN", "randomisation_no")
    return code


@derived("PRD", "viable_cells_e6", N_("Viable cells given"), unit="10^6", decimals=2)
def _cells(data: FormData, casebook: Casebook) -> Decimal | None:
    return dose_of(data, casebook).viable_cells_e6


@derived("PRD", "dose_e6_kg", N_("Dose given"), unit="10^6/kg", decimals=3)
def _dose(data: FormData, casebook: Casebook) -> Decimal | None:
    return dose_of(data, casebook).dose_e6_per_kg


@derived("PRD", "pct_of_planned", N_("Of the planned dose"), unit="%", decimals=1)
def _of_plan(data: FormData, casebook: Casebook) -> Decimal | None:
    return dose_of(data, casebook).pct_of_planned


@derived("PRD", "thaw_to_start_min", N_("Thawing to start"), unit="min")
def _thaw(data: FormData, casebook: Casebook) -> int | None:
    return dose_of(data, casebook).thaw_to_start_min


@derived("PRD", "flags", N_("Flags"))
def _flags(data: FormData, casebook: Casebook) -> str | None:
    return ", ".join(flag.label for flag in dose_of(data, casebook).flags) or None
