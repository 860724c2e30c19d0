"""Computed and offered values of creatinine, urine and kidney function."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from record.casebook.derived import derived, offered
from record.casebook.form_data import Casebook, FormData
from record.casebook.intervals import others
from record.casebook.values import Value
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import N_, VisitCode, YesNo
from visits.laboratory import facts as kidney
from visits.laboratory.checks import hours_of, ml_kg_h
from visits.schedule import rules
from visits.schedule.checks.visit import LOG_QUESTIONS
from visits.schedule.facts import window_of
from visits.schedule.vocabulary import Informant, VisitMode

# The visits at which in-patients are only bled: their record is filled in from the log.
BLOOD_ONLY = frozenset(
    slot.code.value for slot in PROTOCOL.schedule.visits if slot.in_hospital_only
)


@derived("URI", "hours", N_("Duration"), unit="h", decimals=1)
def duration_hours(data: FormData, casebook: Casebook) -> Decimal | None:
    del casebook
    return hours_of(data)


derived("URI", "ml_kg_h", N_("Urine output"), unit="mL/kg/h", decimals=2)(ml_kg_h)


@derived("URI", "weight_kg", N_("Weight used"), unit="kg", decimals=1)
def weight_used(data: FormData, casebook: Casebook) -> Decimal | None:
    del data
    weight_kg: Decimal | None = casebook.value("VIT", "weight_kg", VisitCode.SCREENING)
    return weight_kg


@derived("URI", "gap_min", N_("Gap since the collection before"), unit="min")
def gap_min(data: FormData, casebook: Casebook) -> int | None:
    """Minutes between the end of the last collection and the start of this one."""
    start = data.get("start_at")
    ends = (row.get("end_at") for row in others(data, casebook))
    before = max((end for end in ends if start and end and end <= start), default=None)
    return (start - before) // timedelta(minutes=1) if before else None


@derived("CRE", "used_as", N_("Used as"))
def used_as(data: FormData, casebook: Casebook) -> str | None:
    return ", ".join(use.label for use in kidney.uses(data, casebook)) or None


derived("CRE", "ratio", N_("Multiple of the baseline"), decimals=2)(
    kidney.ratio_to_baseline
)


derived(
    "CRE",
    "egfr",
    N_("eGFR (baseline and month 3 only)"),
    unit="mL/min/1.73 m²",
    decimals=1,
)(kidney.stable_egfr)


@derived("VIS", "kdigo_stage", N_("Highest KDIGO stage so far"))
def kdigo_stage(data: FormData, casebook: Casebook) -> int | None:
    on = data.get("visit_date")
    return kidney.kdigo_stage(casebook, on) if on else None


@offered("VIS")
def from_creatinine_log(data: FormData, casebook: Casebook) -> Mapping[str, Value]:
    """Fill a blood-only visit of an in-patient in from that day's sample and logs."""
    window = window_of(casebook, data.visit)
    if data.visit not in BLOOD_ONLY or window is None:
        return {}
    on = sample_day(window, casebook)
    if on is None:
        return {}
    dated = replace(data, values={**data.values, "visit_date": on})
    logged = {
        item: YesNo.YES.value if has_row(dated, casebook) else YesNo.NO.value
        for _check, item, _log, has_row in LOG_QUESTIONS
    }
    return {
        "performed": YesNo.YES.value,
        "visit_date": on,
        "mode": VisitMode.IN_PERSON.value,
        "informant": Informant.RECORD.value,
        "in_hospital": YesNo.YES.value,
        "contacts_checked": YesNo.NO.value,
        **logged,
    }


def sample_day(window: rules.Window, casebook: Casebook) -> date | None:
    days = {
        day
        for row in casebook.rows("CRE")
        if (day := kidney.sampled_on(row)) and day in window
    }
    return min(days, key=lambda day: (abs(day - window.target), day), default=None)
