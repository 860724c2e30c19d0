"""Computed values of demography and immunosuppression; pure."""

from datetime import date
from decimal import Decimal

from enrollment.history.checks.immunosuppression import prednisone_equivalent
from record.casebook.derived import derived
from record.casebook.form_data import Casebook, FormData
from trial_edc.dates import completed_years
from trial_edc.vocabulary import N_


@derived("DEM", "age_years", N_("Age at consent"), unit="y")
def age_at_consent(data: FormData, casebook: Casebook) -> int | None:
    born, on = data.get("birth_date"), casebook.fact("consented_on")
    return completed_years(born, on) if born and on else None


@derived("IST", "pred_equivalent", N_("Prednisone equivalent"), unit="mg", decimals=1)
def equivalent(data: FormData, casebook: Casebook) -> Decimal | None:
    del casebook
    return prednisone_equivalent(data)


@derived("IST", "last_change", N_("Latest change"))
def latest_change(data: FormData, casebook: Casebook) -> date | None:
    del casebook
    dates = [data.get(i) for i in ("start", "last_dose_change", "switched", "stop")]
    known_dates = [day for day in dates if day is not None]
    if not known_dates or not all(day.is_full_date for day in known_dates):
        return None
    latest: date = max(day.earliest for day in known_dates)
    return latest
