"""Stage of acute kidney injury (KDIGO): by creatinine, by urine, by RRT."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from enrollment.eligibility.rules.evidence import Sample, TimedCollection, is_rate_below
from enrollment.eligibility.rules.severe_aki import SamplePair, sample_pairs
from enrollment.eligibility.rules.urine_limb import (
    CollectionRun,
    contiguous_runs,
    has_wrong_times,
)
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements


@dataclass(frozen=True, slots=True)
class KdigoStage:
    """AKI stage by creatinine and by urine; None: cannot be staged."""

    creatinine: int | None
    urine: int | None

    @property
    def stage(self) -> int | None:
        known = [stage for stage in (self.creatinine, self.urine) if stage is not None]
        return max(known, default=None)


RISE = {"mg/dL": Decimal("0.3"), "umol/L": Decimal("26.5")}  # within 48 hours
STAGE_3_VALUE = {"mg/dL": Decimal("4.0"), "umol/L": Decimal("353.6")}
RISE_HOURS = 48
AKI_RATIO, STAGE_2_RATIO, STAGE_3_RATIO = Decimal("1.5"), Decimal(2), Decimal(3)
LOW_ML_KG_H, VERY_LOW_ML_KG_H = Decimal("0.5"), Decimal("0.3")
STAGE_1_HOURS, STAGE_2_HOURS, VERY_LOW_HOURS, ANURIA_HOURS = 6, 12, 24, 12


@implements("KID-03")
def kdigo(
    *,
    samples: Sequence[Sample],
    baseline_umol_l: Decimal | None,
    rrt_started: bool,
    urine: Sequence[TimedCollection] = (),
    weight_kg: Decimal | None = None,
    anuria_ml: Decimal = PROTOCOL.eligibility.kdigo_anuria_ml,
) -> KdigoStage:
    """Stage AKI over a period, by creatinine, urine output and RRT.

    Source: KDIGO Clinical Practice Guideline for AKI, Kidney Int Suppl 2012;2:8.
    """
    return KdigoStage(
        creatinine_stage(samples, baseline_umol_l, rrt_started=rrt_started),
        urine_stage(urine, weight_kg, anuria_ml),
    )


def creatinine_stage(
    samples: Sequence[Sample], baseline_umol_l: Decimal | None, *, rrt_started: bool
) -> int | None:
    """Stage by creatinine; None where limits of detection leave it open."""
    if rrt_started:
        return 3
    if not samples:
        return None
    least = stage_at(Extreme.LEAST, samples, baseline_umol_l)
    return least if least == stage_at(Extreme.MOST, samples, baseline_umol_l) else None


class Extreme(Enum):
    """What the creatinine of all samples is at least, or at most."""

    LEAST = "least"
    MOST = "most"

    def of(self, sample: Sample) -> Decimal:
        return sample.least if self is Extreme.LEAST else sample.most


def stage_at(
    extreme: Extreme, samples: Sequence[Sample], baseline_umol_l: Decimal | None
) -> int | None:
    """A value above 4.0 mg/dL counts only where AKI is met."""
    rises = any(is_rise(pair, extreme) for pair in sample_pairs(samples, RISE_HOURS))
    if baseline_umol_l is None and not rises:
        return None
    peak = max(extreme.of(sample) for sample in samples)
    stage = 1 if rises else 0
    if baseline_umol_l is not None:
        steps = (AKI_RATIO, STAGE_2_RATIO, STAGE_3_RATIO)
        ratio_stage = sum(peak >= step * baseline_umol_l for step in steps)
        stage = max(stage, ratio_stage)
    is_highest = any(is_very_high(sample, extreme) for sample in samples)
    return 3 if stage and is_highest else stage


def is_rise(pair: SamplePair, extreme: Extreme) -> bool:
    """Creatinine rose by 0.3 mg/dL (26.5 umol/L) or more."""
    if pair.is_exact and pair.earlier.unit == pair.later.unit:
        return pair.later.value - pair.earlier.value >= RISE[pair.later.unit]
    if pair.is_exact or extreme is Extreme.LEAST:
        return pair.later.least >= RISE["umol/L"] + pair.earlier.most
    return pair.later.most > RISE["umol/L"] + pair.earlier.least


def is_very_high(sample: Sample, extreme: Extreme) -> bool:
    """Creatinine is 4.0 mg/dL (353.6 umol/L) or more."""
    if sample.is_exact:
        return sample.value >= STAGE_3_VALUE[sample.unit]
    return extreme.of(sample) >= STAGE_3_VALUE["umol/L"]


def urine_stage(
    urine: Sequence[TimedCollection], weight_kg: Decimal | None, anuria_ml: Decimal
) -> int | None:
    """Stage by the mean over whole contiguous collections."""
    collections = sorted(urine, key=lambda c: c.start)
    if weight_kg is None or not collections or has_wrong_times(collections):
        return None
    measured = contiguous_runs(collections, lambda c: c.ml is not None)
    return max(
        (
            stretch_stage(
                CollectionRun(run.collections[first : last + 1]), weight_kg, anuria_ml
            )
            for run in measured
            for first in range(len(run.collections))
            for last in range(first, len(run.collections))
        ),
        default=None,
    )


def stretch_stage(run: CollectionRun, weight_kg: Decimal, anuria_ml: Decimal) -> int:
    hours = run.hours
    ml = sum((c.ml for c in run.collections if c.ml is not None), Decimal(0))
    is_low = is_rate_below(LOW_ML_KG_H, ml, weight_kg, run.duration)
    is_very_low = is_rate_below(VERY_LOW_ML_KG_H, ml, weight_kg, run.duration)
    is_anuria = ml <= anuria_ml and hours >= ANURIA_HOURS
    if is_anuria or (is_very_low and hours >= VERY_LOW_HOURS):
        return 3
    if is_low and hours >= STAGE_2_HOURS:
        return 2
    return 1 if is_low and hours >= STAGE_1_HOURS else 0
