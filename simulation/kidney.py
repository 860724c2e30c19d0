"""The kidneys of a simulated person: creatinine over time; pure."""

from dataclasses import dataclass
from decimal import Decimal
from math import exp, log
from random import Random

from enrollment.eligibility.rules.egfr import egfr
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import Sex

HOURS_A_DAY = 24
COMPLETE_BELOW, PARTIAL_BELOW = 0.55, 0.9  # cumulative shares of recovery


@dataclass(frozen=True, slots=True)
class Kidney:
    """Serum creatinine from baseline over rise and peak to the plateau.

    Units: µmol/L, days after the later sample of the rise; `hours` lie between the two.
    """

    baseline: float
    first: float
    hours: float
    later: float
    peak: float
    peak_day: float
    half_life_days: float
    plateau: float

    def creatinine(self, days: float) -> float:
        rising = self.hours / HOURS_A_DAY
        if days <= -rising:
            return self.baseline
        if days <= 0:
            return interpolated(self.first, self.later, 1 + days / rising)
        if days <= self.peak_day:
            return interpolated(self.later, self.peak, days / self.peak_day)
        remaining: float = 0.5 ** ((days - self.peak_day) / self.half_life_days)
        return self.plateau + (self.peak - self.plateau) * remaining

    @property
    def fails(self) -> bool:
        """The kidney does not recover enough to live without dialysis."""
        return self.plateau > 4.5 * self.baseline


def interpolated(low: float, high: float, part: float) -> float:
    """Value at a part of the way, on the scale of ratios."""
    return low * exp(part * log(high / low))


def draw_kidney(criterion: str, sex: Sex, age: int, rng: Random) -> Kidney:
    baseline = rng.uniform(58, 92) * (0.82 if sex == Sex.FEMALE else 1)
    egfr_range = (30, 52) if criterion == "E9" else (66, 125)
    while (
        not egfr_range[0] <= (filtration := _egfr(baseline, age, sex)) <= egfr_range[1]
    ):
        baseline *= 0.97 if filtration < egfr_range[0] else 1.03
    plateau = baseline * rng.uniform(*_plateau_factors(rng))
    first = baseline * rng.uniform(1.02, 1.2)
    later = first * (
        rng.uniform(1.3, 1.8) if criterion == "I1" else rng.uniform(2.2, 3.3)
    )
    return Kidney(
        baseline=baseline,
        first=first,
        hours=rng.uniform(20, 42),
        later=later,
        peak=max(later, plateau) * rng.uniform(1.2, 1.9),
        peak_day=rng.uniform(1.5, 5),
        half_life_days=rng.uniform(3, 7),
        plateau=plateau,
    )


def _plateau_factors(rng: Random) -> tuple[float, float]:
    """Range of the plateau as multiples of the baseline."""
    share = rng.random()
    if share < COMPLETE_BELOW:
        return 1.0, 1.4
    return (1.6, 2.6) if share < PARTIAL_BELOW else (5, 7)


def _egfr(creatinine: float, age: int, sex: Sex) -> float:
    value = egfr(
        creatinine_umol_l=Decimal(round(creatinine)),
        age_years=age,
        sex=sex,
        equation=PROTOCOL.eligibility.egfr_equation,
    )
    return float(value)
