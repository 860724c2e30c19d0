"""Computed values of request, bedside record and vital signs."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.conf import settings

from record.casebook.derived import derived, offered
from record.casebook.form_data import Casebook, FormData
from record.casebook.values import Value
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import N_, YesNo
from visits.infusions.facts import vital_sign_times as timing
from visits.infusions.rules import Delivery, delivery
from visits.infusions.vocabulary import TimePoint
from visits.schedule.facts import INFUSION_VISITS


def planned_volume_ml() -> Decimal | None:
    """Return the planned volume; None until the sponsor has entered it."""
    plan = PROTOCOL.infusion.plan(demo=settings.DEMO)
    return plan.planned_volume_ml if plan else None


@derived("VIT", "map", N_("Mean arterial pressure"), unit="mmHg", decimals=0)
@derived("VSI", "map", N_("Mean arterial pressure"), unit="mmHg", decimals=0)
def mean_arterial_pressure(sheet: FormData, binder: Casebook) -> Decimal | None:
    """Diastolic pressure plus a third of the pulse pressure, in mmHg."""
    del binder
    systolic, diastolic = sheet.get("systolic_bp"), sheet.get("diastolic_bp")
    if systolic is None or diastolic is None:
        return None
    return (Decimal(systolic) + 2 * Decimal(diastolic)) / 3


@derived("VSI", "due_at", N_("Due at"))
def due_at(sheet: FormData, binder: Casebook) -> datetime | None:
    """Return when a measurement is due."""
    due = timing.due_of(sheet, binder)
    return due.due_at if due else None


@derived("IRQ", "infusion_number", N_("Infusion"))
@derived("INF", "infusion_number", N_("Infusion"))
def infusion_number(sheet: FormData, binder: Casebook) -> int | None:
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
    def _stop_rule(sheet: FormData, binder: Casebook, name: str = _name) -> str:
        del sheet
        return YesNo.YES.value if binder.fact(name) else YesNo.NO.value


def _delivery(sheet: FormData) -> Delivery:
    return delivery(
        started_at=sheet.get("started_at"),
        stopped_at=sheet.get("stopped_at"),
        volume_ml=sheet.get("volume_ml"),
        planned_volume_ml=planned_volume_ml(),
    )


@derived("INF", "duration_min", N_("Duration"), unit="min", decimals=0)
def infusion_minutes(sheet: FormData, binder: Casebook) -> Decimal | None:
    """Return how long the infusion ran."""
    del binder
    return _delivery(sheet).duration_min


@derived("INF", "mean_rate_ml_min", N_("Mean rate"), unit="mL/min", decimals=2)
def mean_rate_ml_min(sheet: FormData, binder: Casebook) -> Decimal | None:
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
def pct_of_planned_volume(sheet: FormData, binder: Casebook) -> Decimal | None:
    """Return the volume given as a percentage of the planned one."""
    del binder
    return _delivery(sheet).pct_of_planned_volume


@offered("VSI")
def time_point_of_row(sheet: FormData, binder: Casebook) -> Mapping[str, Value]:
    """Each row of an infusion is for one time point."""
    del binder
    point = timing.point_at(sheet)
    return {"time_point": TimePoint(point).value} if point else {}


@offered("IRQ")
def weight_of_visit(sheet: FormData, binder: Casebook) -> Mapping[str, Value]:
    """Offer the weight measured at this visit as the dosing weight."""
    vital = binder.one("VIT", sheet.visit)
    if vital is None or vital.get("weight_kg") is None:
        return {}
    return {
        "dosing_weight_kg": vital.get("weight_kg"),
        "weighed_at": vital.get("measured_at"),
        "weight_source": vital.get("weight_source"),
    }
