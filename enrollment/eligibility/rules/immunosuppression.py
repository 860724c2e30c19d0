"""E17: systemic immunosuppressants (limb a) and corticosteroids (limb b).

Limb a: a drug is stable if its last change (start, dose change, switch, stop) lies
strictly more than 4 calendar months before consent. Limb b: the largest daily total in
prednisone equivalents over [consent - 30 d, consent], and whether therapy is chronic.
"""

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from enrollment.eligibility.rules.evidence import (
    BurstDecision,
    Evidence,
    Immunosuppressant,
    SteroidCourse,
)
from enrollment.eligibility.rules.states import State
from trial_edc.dates import PartialDateText, add_months
from trial_edc.protocol import EligibilitySettings
from trial_edc.typed_text import plain

PREDNISONE_MG = Decimal(5)  # the dose that the table of equivalents refers to


@dataclass(frozen=True, slots=True)
class DrugStability:
    """One immunosuppressant: when it was last changed, and whether that is stable."""

    drug: str
    last_change: date | None
    state: State


@dataclass(frozen=True, slots=True)
class SteroidExposure:
    """Corticosteroids in the window, in mg of prednisone a day."""

    max_pred: Decimal
    by_day: Mapping[date, Decimal] = field(default_factory=dict)
    longest_run_days: int = 0
    is_chronic: bool = False
    is_incomplete: bool = False


@dataclass(frozen=True, slots=True)
class Immunosuppression:
    """E17 as a whole with what decided it."""

    state: State
    drugs: tuple[DrugStability, ...] = ()
    steroids: SteroidExposure | None = None
    needs_burst_decision: bool = False


@dataclass(frozen=True, slots=True)
class DoseCourse:
    """A steroid course on the calendar; `is_open`: where it lies is not known."""

    pred_mg: Decimal | None
    days: frozenset[date] = frozenset()
    is_open: bool = False

    def is_incomplete(self, opens: date) -> bool:
        in_window = any(day >= opens for day in self.days)
        return self.is_open or (in_window and self.pred_mg is None)


def immunosuppression(evidence: Evidence) -> Immunosuppression:
    """Present if either limb is; unknown if either is; else absent."""
    drugs = drug_stabilities(evidence)
    exposure = steroid_exposure(evidence)
    steroid_state, needs_decision = steroid_limb(evidence, exposure)
    states = {steroid_state, *(drug.state for drug in drugs)}
    if evidence.immunosuppressants is None:
        states.add(State.UNKNOWN)
    order = (State.PRESENT, State.UNKNOWN, State.ABSENT)
    state = next(state for state in order if state in states)
    return Immunosuppression(state, drugs, exposure, needs_decision)


def drug_stabilities(evidence: Evidence) -> tuple[DrugStability, ...]:
    local = evidence.settings.e17_local_routes
    return tuple(
        drug_stability(drug, evidence.consent_on, evidence.settings.e17_stable_months)
        for drug in evidence.immunosuppressants or ()
        if normalized_name(drug.route) not in local
    )


def drug_stability(
    drug: Immunosuppressant, consent_on: date | None, stable_months: int
) -> DrugStability:
    """Unstable: the last known change is too recent; unknown: a later one may be."""
    last, is_known = last_change(drug)
    state = State.UNKNOWN
    if consent_on and last and add_months(last, stable_months) >= consent_on:
        state = State.PRESENT
    elif consent_on and last and is_known:
        state = State.ABSENT
    return DrugStability(drug.drug, last, state)


def last_change(drug: Immunosuppressant) -> tuple[date | None, bool]:
    """Latest exactly known change, and whether none may be later."""
    if drug.stop and (stop := PartialDateText.parse(drug.stop)).is_exact:
        return stop.earliest, True
    texts = (*drug.changes, drug.stop) if drug.stop else drug.changes
    dates = [PartialDateText.parse(text) for text in texts if text]
    exact = max(
        (changed.earliest for changed in dates if changed.is_exact), default=None
    )
    if exact is None or not all(texts):
        return exact, False
    return exact, all(changed.latest <= exact for changed in dates)


def steroid_limb(
    evidence: Evidence, exposure: SteroidExposure | None
) -> tuple[State, bool]:
    """State of limb b, and whether an investigator must judge a short burst."""
    if exposure is None:
        return State.UNKNOWN, False
    is_above = exposure.max_pred > evidence.settings.e17_prednisone_mg_day
    if is_above and exposure.is_chronic:
        return State.PRESENT, False
    if exposure.is_incomplete:
        return State.UNKNOWN, False
    if is_above:
        return BURST_STATES[evidence.burst_decision], True
    return State.ABSENT, False


BURST_STATES = {
    BurstDecision.COUNTS: State.PRESENT,
    BurstDecision.DOES_NOT_COUNT: State.ABSENT,
    None: State.UNKNOWN,
}


def steroid_exposure(evidence: Evidence) -> SteroidExposure | None:
    """Daily totals of the systemic courses; None where they cannot be computed."""
    courses = systemic_courses(evidence)
    if courses is None or (courses and evidence.consent_on is None):
        return None
    if evidence.consent_on is None:
        return SteroidExposure(Decimal(0))
    settings, consent_on = evidence.settings, evidence.consent_on
    opens = consent_on - timedelta(days=settings.e17_window_days)
    dose_courses = [
        dose_course(course, opens, consent_on, settings) for course in courses
    ]
    by_day = daily_totals(dose_courses, opens, consent_on)
    longest = longest_run(
        {day for course in dose_courses for day in course.days}, opens
    )
    return SteroidExposure(
        max_pred=max(by_day.values()),
        by_day={day: mg for day, mg in by_day.items() if mg},
        longest_run_days=longest,
        is_chronic=longest >= settings.e17_chronic_days,
        is_incomplete=any(course.is_incomplete(opens) for course in dose_courses),
    )


def systemic_courses(evidence: Evidence) -> list[SteroidCourse] | None:
    """Courses not given locally; an unknown route may be systemic."""
    if evidence.steroids is None:
        return None
    local = evidence.settings.e17_local_routes
    return [c for c in evidence.steroids if normalized_name(c.route) not in local]


def dose_course(
    course: SteroidCourse, opens: date, consent_on: date, settings: EligibilitySettings
) -> DoseCourse:
    """Days of a course up to consent; a course with a partial date stays open.

    A course that cannot touch the window for all that is known is left out.
    """
    start = PartialDateText.parse(course.start) if course.start else None
    stop = PartialDateText.parse(course.stop) if course.stop else None
    is_exact = start is not None and start.is_exact
    is_exact = is_exact and (stop.is_exact if stop else course.ongoing)
    if (
        is_exact
        and start
        and normalized_name(course.route) in settings.e17_systemic_routes
    ):
        last = min(stop.earliest, consent_on) if stop else consent_on
        days = frozenset(calendar_days(start.earliest, last))
        return DoseCourse(prednisone_mg(course, settings), days)
    is_outside = (stop is not None and stop.latest < opens) or (
        start is not None and start.earliest > consent_on
    )
    return DoseCourse(None, is_open=not is_outside)


def prednisone_mg(
    course: SteroidCourse, settings: EligibilitySettings
) -> Decimal | None:
    """Daily dose in mg of prednisone; None where dose or equivalent is unknown.

    dose x 5 / (mg that equal prednisone 5 mg).
    """
    equivalent = settings.steroid_equivalents_mg.get(normalized_name(course.drug))
    if course.mg_per_day is None or equivalent is None:
        return None
    return course.mg_per_day * PREDNISONE_MG / equivalent


def daily_totals(
    courses: Sequence[DoseCourse], opens: date, consent_on: date
) -> dict[date, Decimal]:
    return {
        day: sum(
            (c.pred_mg for c in courses if c.pred_mg and day in c.days), Decimal(0)
        )
        for day in calendar_days(opens, consent_on)
    }


def longest_run(days: AbstractSet[date], opens: date) -> int:
    """Length of the longest run of consecutive days that reaches into the window."""
    longest = 0
    for day in days:
        if day < opens or day + timedelta(days=1) in days:
            continue
        first = day
        while first - timedelta(days=1) in days:
            first -= timedelta(days=1)
        longest = max(longest, (day - first).days + 1)
    return longest


def calendar_days(first: date, last: date) -> list[date]:
    """Both ends included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def normalized_name(name: str | None) -> str:
    return re.sub(r"[- ]", "_", plain(name or "").casefold())
