"""Computed values of request, bedside record and vital signs, and offered values."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from randomization.infusion_plan.rules import plan_at
from record.casebook.derived import derived, offered
from record.casebook.form_data import Casebook, FormData
from record.casebook.values import Value
from trial_edc.vocabulary import INFUSION_VISITS, N_, YesNo
from visits.infusions.facts import vital_sign_times as timing
from visits.infusions.rules import Delivery, delivery
from visits.infusions.vocabulary import TimePoint


def planned_volume_ml(data: FormData, casebook: Casebook) -> Decimal | None:
    """None until a plan is in force."""
    plan = plan_at(casebook.fact("infusion_plans"), data.get("started_at"))
    return plan.planned_volume_ml if plan else None


@derived("VIT", "map", N_("Mean arterial pressure"), unit="mmHg", decimals=0)
@derived("VSI", "map", N_("Mean arterial pressure"), unit="mmHg", decimals=0)
def mean_arterial_pressure(data: FormData, casebook: Casebook) -> Decimal | None:
    """Diastolic pressure plus a third of the pulse pressure, in mmHg."""
    del casebook
    systolic, diastolic = data.get("systolic_bp"), data.get("diastolic_bp")
    if systolic is None or diastolic is None:
        return None
    return (Decimal(systolic) + 2 * Decimal(diastolic)) / 3


@derived("VSI", "due_at", N_("Due at"))
def due_at(data: FormData, casebook: Casebook) -> datetime | None:
    due = timing.due_of(data, casebook)
    return due.due_at if due else None


@derived("IRQ", "infusion_number", N_("Infusion"))
@derived("INF", "infusion_number", N_("Infusion"))
def infusion_number(data: FormData, casebook: Casebook) -> int | None:
    del casebook
    return INFUSION_VISITS.get(data.visit)


STOP_RULES = (
    ("prior_reaction_g3", N_("Grade 3 or higher reaction to an infusion")),
    ("related_sae", N_("Serious adverse event related to the infusion")),
    ("unassessed_sae", N_("Serious adverse event not yet assessed")),
)


for _name, _label in STOP_RULES:

    @derived("IRQ", _name, _label, terms=YesNo)
    def _stop_rule(data: FormData, casebook: Casebook, name: str = _name) -> str:
        del data
        return YesNo.YES.value if casebook.fact(name) else YesNo.NO.value


def _delivery(data: FormData, casebook: Casebook) -> Delivery:
    return delivery(
        started_at=data.get("started_at"),
        stopped_at=data.get("stopped_at"),
        volume_ml=data.get("volume_ml"),
        planned_volume_ml=planned_volume_ml(data, casebook),
    )


@derived("INF", "duration_min", N_("Duration"), unit="min", decimals=0)
def infusion_minutes(data: FormData, casebook: Casebook) -> Decimal | None:
    return _delivery(data, casebook).duration_min


@derived("INF", "mean_rate_ml_min", N_("Mean rate"), unit="mL/min", decimals=2)
def mean_rate_ml_min(data: FormData, casebook: Casebook) -> Decimal | None:
    return _delivery(data, casebook).mean_rate_ml_min


@derived(
    "INF",
    "pct_of_planned_volume",
    N_("Share of the planned volume"),
    unit="%",
    decimals=0,
)
def pct_of_planned_volume(data: FormData, casebook: Casebook) -> Decimal | None:
    return _delivery(data, casebook).pct_of_planned_volume


@offered("VSI")
def time_point_of_row(data: FormData, casebook: Casebook) -> Mapping[str, Value]:
    del casebook
    point = timing.point_at(data)
    return {"time_point": TimePoint(point).value} if point else {}


@offered("IRQ")
def weight_of_visit(data: FormData, casebook: Casebook) -> Mapping[str, Value]:
    vital = casebook.one("VIT", data.visit)
    if vital is None or vital.get("weight_kg") is None:
        return {}
    return {
        "dosing_weight_kg": vital.get("weight_kg"),
        "weighed_at": vital.get("measured_at"),
        "weight_source": vital.get("weight_source"),
    }
