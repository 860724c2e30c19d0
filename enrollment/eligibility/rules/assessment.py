"""All criteria together: the verdict, and warnings about evidence that has aged."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from enrollment.eligibility.rules.criteria import (
    CRITERIA,
    CriterionOutcome,
    age_years,
    baseline_egfr,
)
from enrollment.eligibility.rules.evidence import Evidence
from enrollment.eligibility.rules.immunosuppression import steroid_exposure
from enrollment.eligibility.rules.severe_aki import Baseline, baseline, injury
from enrollment.eligibility.rules.states import State, Verdict
from trial_edc.protocol import PROTOCOL, Freshness
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_, Codelist

DECIDES_AGAINST = (State.NOT_MET, State.PRESENT)


@dataclass(frozen=True, slots=True)
class Assessment:
    """The verdict on a candidate, with reasons and derived values, unrounded.

    Units: `ratio_48h` is the steepest rise inside 48 hours; `egfr` mL/min/1.73 m² from
    the baseline; `uo_low_hours` the longest low run; `max_pred` mg of prednisone a day.
    """

    verdict: Verdict
    reasons: tuple[str, ...]
    outcomes: tuple[CriterionOutcome, ...]
    age: int | None
    baseline: Baseline
    ratio_48h: Decimal | None
    egfr: Decimal | None
    uo_low_hours: Decimal | None
    max_pred: Decimal | None


@implements("ELG-VERDICT")
def assess(evidence: Evidence) -> Assessment:
    outcomes = tuple(judge(evidence) for judge in CRITERIA)
    aki = injury(evidence)
    steepest, steroids = aki.creatinine.steepest, steroid_exposure(evidence)
    return Assessment(
        verdict=verdict(outcomes),
        reasons=tuple(
            f"{outcome.criterion}:{outcome.state}"
            for outcome in outcomes
            if outcome.state in (*DECIDES_AGAINST, State.UNKNOWN)
        ),
        outcomes=outcomes,
        age=age_years(evidence),
        baseline=baseline(evidence),
        ratio_48h=steepest.ratio if steepest else None,
        egfr=baseline_egfr(evidence),
        uo_low_hours=aki.urine.low_hours,
        max_pred=steroids.max_pred if steroids else None,
    )


def verdict(outcomes: tuple[CriterionOutcome, ...]) -> Verdict:
    """Ineligible beats indeterminate beats eligible."""
    states = {outcome.state for outcome in outcomes}
    if states.intersection(DECIDES_AGAINST):
        return Verdict.INELIGIBLE
    return Verdict.INDETERMINATE if State.UNKNOWN in states else Verdict.ELIGIBLE


class Stale(Codelist):
    """Evidence that is older than its limit at randomization; a warning only."""

    HCG = "hcg", N_("Pregnancy test is older than its limit")
    ECHO = "echo", N_("Echocardiography is older than its limit")
    PLATELETS = "platelets", N_("Platelet count is older than its limit")
    QUALIFYING_SAMPLE = (
        "qualifying_sample",
        N_("Qualifying creatinine is older than its limit"),
    )
    CONFIRMATION = "confirmation", N_("Criteria must be confirmed again")


@dataclass(frozen=True, slots=True)
class Ages:
    """When the evidence was obtained; None: there is none, so nothing can be old."""

    hcg_at: datetime | None = None
    echo_at: datetime | None = None
    platelets_at: datetime | None = None
    qualifying_sample_at: datetime | None = None
    confirmed_at: datetime | None = None


@implements("ELG-FRESH")
def stale_evidence(
    ages: Ages, at: datetime, limits: Freshness = PROTOCOL.freshness
) -> tuple[Stale, ...]:
    """Evidence older than its limit; exactly at the limit is fresh."""
    rows: tuple[tuple[Stale, datetime | None, timedelta], ...] = (
        (Stale.HCG, ages.hcg_at, timedelta(days=limits.hcg_days)),
        (Stale.ECHO, ages.echo_at, timedelta(days=limits.echo_days)),
        (
            Stale.PLATELETS,
            ages.platelets_at,
            timedelta(hours=limits.platelets_hours),
        ),
        (
            Stale.QUALIFYING_SAMPLE,
            ages.qualifying_sample_at,
            timedelta(hours=limits.qualifying_sample_hours),
        ),
        (
            Stale.CONFIRMATION,
            ages.confirmed_at,
            timedelta(hours=limits.reconfirmation_hours),
        ),
    )
    return tuple(
        warning
        for warning, then, limit in rows
        if then is not None and at - then > limit
    )
