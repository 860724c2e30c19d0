"""Computed values of the visit record."""

from record.casebook.derived import derived
from record.casebook.form_data import Casebook, FormData
from trial_edc.vocabulary import N_
from visits.schedule.facts import window_of


@derived("VIS", "window", N_("Window"))
def visit_window(data: FormData, casebook: Casebook) -> str | None:
    window = window_of(casebook, data.visit)
    return f"{window.opens} – {window.closes}" if window else None
