"""Steroids day by day and immunosuppressants with their last change (E17)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from enrollment.eligibility.facts.evidence import (
    drug_name,
    exposures,
    immunosuppressants,
)
from enrollment.eligibility.rules import (
    Assessment,
    Immunosuppression,
    State,
    SteroidCourse,
    drug_stability,
    prednisone_mg,
)
from enrollment.eligibility.rules.evidence import Evidence
from enrollment.eligibility.rules.immunosuppression import normalized_name
from enrollment.vocabulary import DrugClass
from record.casebook import catalogue
from record.casebook.display import words
from record.casebook.form_data import Casebook, FormData
from trial_edc.dates import add_months
from trial_edc.units import rounded

DOSE_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class CourseLine:
    """One corticosteroid as entered, with its dose in prednisone."""

    form_id: int
    drug: str
    route: str
    mg_per_day: str
    pred_mg: str
    start: str
    stop: str
    is_systemic: bool


@dataclass(frozen=True, slots=True)
class DayLine:
    """Days in a row on which the total is the same."""

    first: date
    last: date
    pred_mg: Decimal
    is_above: bool

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class DrugLine:
    """One immunosuppressant: the last change, and since when it counts as stable."""

    form_id: int
    drug: str
    last_change: date | None
    stable_after: date | None
    state: State


@dataclass(frozen=True, slots=True)
class DrugSection:
    """Everything that decides E17."""

    immunosuppression: Immunosuppression
    consent_on: date | None
    opens_on: date | None
    courses: tuple[CourseLine, ...]
    days: tuple[DayLine, ...]
    drugs: tuple[DrugLine, ...]
    limit_mg: Decimal
    chronic_days: int
    stable_months: int
    is_answered: bool

    @property
    def max_pred(self) -> str:
        exposure = self.immunosuppression.steroids
        return f"{rounded(exposure.max_pred, DOSE_DECIMALS):f}" if exposure else ""


def drug_section(
    casebook: Casebook, evidence: Evidence, assessment: Assessment
) -> DrugSection:
    bases = {outcome.criterion: outcome.basis for outcome in assessment.outcomes}
    immunosuppression = bases["E17"]
    if not isinstance(immunosuppression, Immunosuppression):
        raise TypeError
    settings, consent_on = evidence.settings, evidence.consent_on
    drugs = exposures(casebook)
    return DrugSection(
        immunosuppression=immunosuppression,
        consent_on=consent_on,
        opens_on=consent_on - timedelta(days=settings.e17_window_days)
        if consent_on
        else None,
        courses=tuple(_courses(drugs or [], evidence)),
        days=tuple(_days(immunosuppression, settings.e17_prednisone_mg_day)),
        drugs=tuple(_drugs(casebook, evidence)),
        limit_mg=settings.e17_prednisone_mg_day,
        chronic_days=settings.e17_chronic_days,
        stable_months=settings.e17_stable_months,
        is_answered=drugs is not None,
    )


def _courses(drugs: list[FormData], evidence: Evidence) -> Iterator[CourseLine]:
    items = catalogue.design("IST").items
    for data in drugs:
        if data.get("drug_class") != DrugClass.STEROID:
            continue
        dose = data.get("mg_per_day")
        course = SteroidCourse(drug_name(data), dose, start=None)
        pred = prednisone_mg(course, evidence.settings)
        stop = "stop" if data.get("ongoing") != "Y" else "ongoing"
        yield CourseLine(
            form_id=int(data.form_id or 0),
            drug=_drug_words(data),
            route=words(items["route"], data.values.get("route")),
            mg_per_day="" if dose is None else f"{Decimal(dose).normalize():f}",
            pred_mg="" if pred is None else f"{rounded(pred, DOSE_DECIMALS):f}",
            start=words(items["start"], data.values.get("start")),
            stop=_("ongoing")
            if stop == "ongoing"
            else words(items["stop"], data.values.get("stop")),
            is_systemic=normalized_name(data.get("route"))
            not in evidence.settings.e17_local_routes,
        )


def _drug_words(data: FormData) -> str:
    item = catalogue.design("IST").items["drug"]
    other = data.get("drug_other")
    return str(other) if other else words(item, data.values.get("drug"))


def _days(immunosuppression: Immunosuppression, limit: Decimal) -> Iterator[DayLine]:
    by_day = immunosuppression.steroids.by_day if immunosuppression.steroids else {}
    line: DayLine | None = None
    for day in sorted(by_day):
        mg = by_day[day]
        if line and line.pred_mg == mg and day - line.last == timedelta(days=1):
            line = DayLine(line.first, day, mg, line.is_above)
            continue
        if line:
            yield line
        line = DayLine(day, day, mg, mg > limit)
    if line:
        yield line


def _drugs(casebook: Casebook, evidence: Evidence) -> Iterator[DrugLine]:
    settings = evidence.settings
    form_data = {str(data.form_id): data for data in exposures(casebook) or ()}
    for drug in immunosuppressants(casebook) or ():
        if normalized_name(drug.route) in settings.e17_local_routes:
            continue
        months = settings.e17_stable_months
        stability = drug_stability(drug, evidence.consent_on, months)
        last = stability.last_change
        yield DrugLine(
            form_id=int(drug.id),
            drug=_drug_words(form_data[drug.id]),
            last_change=last,
            stable_after=add_months(last, months) if last else None,
            state=stability.state,
        )
