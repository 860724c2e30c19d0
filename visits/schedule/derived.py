"""Computed values of this room's forms, and what their empty items may hold."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings

from record.casebook.derived import derived, offered
from record.casebook.sheets import Binder, Sheet
from record.casebook.values import Value
from trial_edc import clock
from trial_edc.dates import site_date
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import N_, VisitCode, YesNo
from visits.laboratory import facts as kidney
from visits.schedule import rules
from visits.infusions.facts import vital_sign_times as timing
from visits.laboratory.checks import hours_of, ml_kg_h
from visits.schedule.checks.visit import MATCHES
from visits.infusions.rules import Delivery, delivery
from record.casebook.intervals import others
from visits.schedule.facts import INFUSION_VISITS, window_of
from visits.infusions.vocabulary import TimePoint
from visits.schedule.vocabulary import Informant, RaisedBy, VisitMode

# The visits at which in-patients are only bled: their record is filled in from the log.
BLOOD_ONLY = frozenset(
    slot.code.value for slot in PROTOCOL.schedule.visits if slot.in_hospital_only
)


def planned_volume_ml() -> Decimal | None:
    """Return the planned volume; None until the sponsor has entered it."""
    plan = PROTOCOL.infusion.plan(demo=settings.DEMO)
    return plan.planned_volume_ml if plan else None


@derived("VIT", "map", N_("Mean arterial pressure"), unit="mmHg", decimals=0)
@derived("VSI", "map", N_("Mean arterial pressure"), unit="mmHg", decimals=0)
def mean_arterial_pressure(sheet: Sheet, binder: Binder) -> Decimal | None:
    """Diastolic pressure plus a third of the pulse pressure, in mmHg."""
    del binder
    systolic, diastolic = sheet.get("systolic_bp"), sheet.get("diastolic_bp")
    if systolic is None or diastolic is None:
        return None
    return (Decimal(systolic) + 2 * Decimal(diastolic)) / 3


@derived("VSI", "due_at", N_("Due at"))
def due_at(sheet: Sheet, binder: Binder) -> datetime | None:
    """Return when a measurement is due."""
    due = timing.due_of(sheet, binder)
    return due.due_at if due else None


@derived("URI", "hours", N_("Duration"), unit="h", decimals=1)
def duration_hours(sheet: Sheet, binder: Binder) -> Decimal | None:
    """Return how long a collection lasted."""
    del binder
    return hours_of(sheet)


derived("URI", "ml_kg_h", N_("Urine output"), unit="mL/kg/h", decimals=2)(ml_kg_h)


@derived("URI", "weight_kg", N_("Weight used"), unit="kg", decimals=1)
def weight_used(sheet: Sheet, binder: Binder) -> Decimal | None:
    """Return the weight at screening, which the rate is by."""
    del sheet
    weight_kg: Decimal | None = binder.value("VIT", "weight_kg", VisitCode.SCREENING)
    return weight_kg


@derived("URI", "gap_min", N_("Gap since the collection before"), unit="min")
def gap_min(sheet: Sheet, binder: Binder) -> int | None:
    """Return the minutes that no collection covers before this one."""
    start = sheet.get("start_at")
    ends = (row.get("end_at") for row in others(sheet, binder))
    before = max((end for end in ends if start and end and end <= start), default=None)
    return (start - before) // timedelta(minutes=1) if before else None


@derived("CRE", "used_as", N_("Used as"))
def used_as(sheet: Sheet, binder: Binder) -> str | None:
    """Return what a creatinine is used for."""
    return ", ".join(use.label for use in kidney.uses(sheet, binder)) or None


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


@derived("VIS", "window", N_("Window"))
def visit_window(sheet: Sheet, binder: Binder) -> str | None:
    """Return the window of the visit."""
    window = window_of(binder, sheet.visit)
    return f"{window.opens} – {window.closes}" if window else None


@derived("VIS", "kdigo_stage", N_("Highest KDIGO stage so far"))
def kdigo_stage(sheet: Sheet, binder: Binder) -> int | None:
    """Return the highest KDIGO stage up to the visit."""
    on = sheet.get("visit_date")
    return kidney.kdigo_stage(binder, on) if on else None


@derived("IRQ", "infusion_number", N_("Infusion"))
@derived("INF", "infusion_number", N_("Infusion"))
def infusion_number(sheet: Sheet, binder: Binder) -> int | None:
    """Return which infusion the form is about."""
    del binder
    return INFUSION_VISITS.get(sheet.visit)


STOP_RULES = (
    ("prior_reaction_g3", N_("Grade 3 or higher reaction to an infusion")),
    ("related_sae", N_("Serious adverse event related to the infusion")),
    ("unassessed_sae", N_("Serious adverse event not yet assessed")),
)
for _name, _label in STOP_RULES:

    @derived("IRQ", _name, _label, terms=YesNo)
    def _stop_rule(sheet: Sheet, binder: Binder, name: str = _name) -> str:
        del sheet
        return YesNo.YES.value if binder.fact(name) else YesNo.NO.value


def _delivery(sheet: Sheet) -> Delivery:
    return delivery(
        started_at=sheet.get("started_at"),
        stopped_at=sheet.get("stopped_at"),
        volume_ml=sheet.get("volume_ml"),
        planned_volume_ml=planned_volume_ml(),
    )


@derived("INF", "duration_min", N_("Duration"), unit="min", decimals=0)
def infusion_minutes(sheet: Sheet, binder: Binder) -> Decimal | None:
    """Return how long the infusion ran."""
    del binder
    return _delivery(sheet).duration_min


@derived("INF", "mean_rate_ml_min", N_("Mean rate"), unit="mL/min", decimals=2)
def mean_rate_ml_min(sheet: Sheet, binder: Binder) -> Decimal | None:
    """Return the volume given by the minutes it took."""
    del binder
    return _delivery(sheet).mean_rate_ml_min


@derived(
    "INF",
    "pct_of_planned_volume",
    N_("Share of the planned volume"),
    unit="%",
    decimals=0,
)
def pct_of_planned_volume(sheet: Sheet, binder: Binder) -> Decimal | None:
    """Return the volume given as a percentage of the planned one."""
    del binder
    return _delivery(sheet).pct_of_planned_volume


@offered("VIS")
def from_creatinine_log(sheet: Sheet, binder: Binder) -> Mapping[str, Value]:
    """Fill a blood-only visit of an in-patient in from that day's sample and logs."""
    window = window_of(binder, sheet.visit)
    if sheet.visit not in BLOOD_ONLY or window is None:
        return {}
    on = sample_day(window, binder)
    if on is None:
        return {}
    dated = replace(sheet, values={**sheet.values, "visit_date": on})
    logged = {
        item: YesNo.YES.value if has_row(dated, binder) else YesNo.NO.value
        for _check, item, _log, has_row in MATCHES
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


def sample_day(window: rules.Window, binder: Binder) -> date | None:
    """Return the date in a window, nearest to its target, that has a sample."""
    days = {
        day
        for row in binder.rows("CRE")
        if (day := kidney.sampled_on(row)) and day in window
    }
    return min(days, key=lambda day: (abs(day - window.target), day), default=None)


@offered("VSI")
def time_point_of_row(sheet: Sheet, binder: Binder) -> Mapping[str, Value]:
    """Each row of an infusion is for one time point."""
    del binder
    point = timing.point_at(sheet)
    return {"time_point": TimePoint(point).value} if point else {}


@offered("IRQ")
def weight_of_visit(sheet: Sheet, binder: Binder) -> Mapping[str, Value]:
    """Offer the weight measured at this visit as the dosing weight."""
    vital = binder.one("VIT", sheet.visit)
    if vital is None or vital.get("weight_kg") is None:
        return {}
    return {
        "dosing_weight_kg": vital.get("weight_kg"),
        "weighed_at": vital.get("measured_at"),
        "weight_source": vital.get("weight_source"),
    }


@offered("DEV")
@offered("DVP")
def found_by_a_person_today(sheet: Sheet, binder: Binder) -> Mapping[str, Value]:
    """A deviation that somebody enters is found by a person, today."""
    del sheet, binder
    return {
        "raised_by": RaisedBy.PERSON.value,
        "found_on": site_date(clock.now()),
    }
