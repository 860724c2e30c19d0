"""Kidney function of a participant, read from the casebook; pure."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from enrollment.eligibility.facts import evidence
from enrollment.eligibility.facts.as_of_randomization import as_of_randomization
from enrollment.eligibility.rules import baseline, egfr, injury, kdigo
from record.casebook.form_data import Casebook, FormData, fact
from record.casebook.intervals import bounds
from record.casebook.values import Partial, Quantity
from trial_edc.dates import SITE_TZ, completed_years, site_date
from trial_edc.vocabulary import N_, Codelist, Sex, VisitCode
from visits.schedule.facts import window_of
from visits.schedule.rules import Window

ONSET = timedelta(days=7)  # AKI is known or presumed to have begun within 7 days


class SampleUse(Codelist):
    """What a creatinine value is used for."""

    PAIR = "pair", N_("Part of the qualifying pair")
    BASELINE = "baseline", N_("Baseline")
    DAY_28 = VisitCode.DAY_28.value, N_("In the window of day 28")
    MONTH_3 = VisitCode.MONTH_3.value, N_("In the window of month 3")


def sampled_on(data: FormData) -> date | None:
    at = data.get("sample_at")
    if isinstance(at, Partial):
        return at.earliest
    return site_date(at) if at else None


@fact("deciding_samples")
def deciding_samples(casebook: Casebook) -> dict[SampleUse, frozenset[str]]:
    screened = evidence.evidence_of(as_of_randomization(casebook))
    pair, basis = injury(screened).creatinine.qualifying, baseline(screened).sample
    frozen = casebook.value("RAN", "baseline_sample")
    baseline_ids = {str(frozen)} if frozen else {basis.id} if basis else set()
    return {
        SampleUse.PAIR: frozenset((pair.earlier.id, pair.later.id) if pair else ()),
        SampleUse.BASELINE: frozenset(baseline_ids),
    }


@fact("sample_windows")
def sample_windows(casebook: Casebook) -> dict[SampleUse, Window | None]:
    """Windows of the visits whose creatinine is an endpoint."""
    return {
        use: window_of(casebook, use.value)
        for use in (SampleUse.DAY_28, SampleUse.MONTH_3)
    }


def uses(data: FormData, casebook: Casebook) -> list[SampleUse]:
    mine, on = str(data.form_id), sampled_on(data)
    decides: dict[SampleUse, frozenset[str]] = casebook.fact("deciding_samples")
    windows: dict[SampleUse, Window | None] = casebook.fact("sample_windows")
    used = {use: mine in samples for use, samples in decides.items()}
    for use, window in windows.items():
        used[use] = window is not None and on is not None and on in window
    return [use for use, holds in used.items() if holds]


def stable_egfr(data: FormData, casebook: Casebook) -> Decimal | None:
    """None but for a baseline or a month-3 value: eGFR is invalid in unstable AKI."""
    value, on, sex = data.get("value"), sampled_on(data), casebook.value("DEM", "sex")
    born = casebook.value("DEM", "birth_date")
    if not isinstance(value, Quantity) or on is None or not sex or not born:
        return None
    if not {SampleUse.BASELINE, SampleUse.MONTH_3} & set(uses(data, casebook)):
        return None
    return egfr(
        creatinine_umol_l=value.standard,
        age_years=completed_years(born, on),
        sex=Sex(sex),
    )


def ratio_to_baseline(data: FormData, casebook: Casebook) -> Decimal | None:
    value, basis = data.get("value"), baseline_umol_l(casebook)
    if not isinstance(value, Quantity) or not basis:
        return None
    return value.standard / basis


def baseline_umol_l(casebook: Casebook) -> Decimal | None:
    """The baseline as frozen at randomization; before that from present data."""
    umol_l: Decimal | None = casebook.fact("baseline_umol_l")
    return umol_l


@fact("baseline_umol_l")
def _baseline_umol_l(casebook: Casebook) -> Decimal | None:
    frozen: Decimal | None = casebook.value("RAN", "baseline_umol_l")
    return (
        frozen or baseline(evidence.evidence_of(as_of_randomization(casebook))).umol_l
    )


def kdigo_stage(casebook: Casebook, until: date) -> int | None:
    """The highest KDIGO stage of this injury up to a date; None before it is known."""
    present = evidence.evidence_of(casebook)
    reference_at = injury(
        evidence.evidence_of(as_of_randomization(casebook))
    ).reference_at
    if reference_at is None:
        return None
    first, last = reference_at - ONSET, _end_of(until)
    result = kdigo(
        samples=[sample for sample in present.samples if first <= sample.at < last],
        baseline_umol_l=baseline_umol_l(casebook),
        rrt_started=any(
            started and bounds(started)[0] < last
            for row in casebook.rows("RRT")
            for started in [row.get("started_at")]
        ),
        urine=[
            urine
            for urine in present.urine
            if first <= urine.start and urine.end <= last
        ],
        weight_kg=None if present.weight_estimated else present.weight_kg,
    )
    return result.stage


def _end_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SITE_TZ) + timedelta(days=1)
