"""Vital signs and laboratory values of a simulated course; pure.

The same course for all: the simulated trial has no treatment effect, and nothing here
could know an arm.
"""

from collections.abc import Iterator, Mapping
from math import exp
from random import Random

from trial_edc.vocabulary import Sex

URGENT_POTASSIUM = 6.4  # above it dialysis starts at once
Range = tuple[str | None, str | None]

# Reference ranges of the demo's laboratory: unit, men, women.
RANGES: Mapping[str, tuple[str, Range, Range]] = {
    "platelets": ("10^9/L", ("125", "350"), ("125", "350")),
    "haemoglobin": ("g/L", ("130", "175"), ("115", "150")),
    "wbc": ("10^9/L", ("3.5", "9.5"), ("3.5", "9.5")),
    "potassium": ("mmol/L", ("3.5", "5.5"), ("3.5", "5.5")),
    "sodium": ("mmol/L", ("135", "147"), ("135", "147")),
    "bicarbonate": ("mmol/L", ("20", "30"), ("20", "30")),
    "urea": ("mmol/L", ("2.8", "8.2"), ("2.6", "7.5")),
    "alt": ("U/L", (None, "50"), (None, "40")),
    "ast": ("U/L", (None, "40"), (None, "35")),
    "bilirubin": ("umol/L", ("3", "26"), ("3", "21")),
}


def reported_value(value: float, rng: Random, *, spread: float = 0.04) -> int:
    """Value as a laboratory reports it, with its scatter."""
    return max(round(value * exp(rng.gauss(0, spread))), 12)


def vital_signs(rng: Random, *, fever: bool = False) -> dict[str, object]:
    systolic = round(min(max(rng.gauss(126, 13), 86), 189))
    temperature = rng.gauss(38.7 if fever else 36.7, 0.3)
    heart_rate = round(min(max(rng.gauss(106 if fever else 84, 10), 52), 138))
    return {
        "temperature_c": f"{min(max(temperature, 35.2), 40.2):.1f}",
        "heart_rate": heart_rate,
        "respiratory_rate": round(min(max(rng.gauss(18, 2.2), 11), 29)),
        "spo2_pct": round(min(max(rng.gauss(97, 1.4), 90), 100)),
        "systolic_bp": systolic,
        "diastolic_bp": round(systolic * rng.uniform(0.52, 0.68)),
    }


def panel(
    creatinine: float, days: float, sex: Sex, rng: Random
) -> dict[str, tuple[str, str]]:
    return dict(_panel_values(creatinine, max(days, 0), sex, rng))


def _panel_values(
    creatinine: float, days: float, sex: Sex, rng: Random
) -> Iterator[tuple[str, tuple[str, str]]]:
    illness = 0.5 ** (days / 9)  # remaining share of the acute illness
    men = sex == Sex.MALE
    yield (
        "platelets",
        _reported(rng.gauss(205 - 55 * illness, 38), 0, "10^9/L", 45, 480),
    )
    hb = rng.gauss((138 if men else 124) - 22 * illness, 9)
    yield "haemoglobin", _reported(hb, 0, "g/L", 66, 172)
    wbc = rng.gauss(7 + 6 * illness, 1.8)
    yield "wbc", _reported(wbc, 1, "10^9/L", 2.6, 24)
    yield "neutrophils", _reported(wbc * rng.uniform(0.6, 0.8), 1, "10^9/L", 1.4, 20)
    potassium = rng.gauss(4.1 + creatinine / 700, 0.35)
    yield "potassium", _reported(potassium, 1, "mmol/L", 3.1, URGENT_POTASSIUM)
    yield "sodium", _reported(rng.gauss(140 - 2 * illness, 3), 0, "mmol/L", 123, 152)
    bicarbonate = rng.gauss(25.5 - creatinine / 110, 1.7)
    yield "bicarbonate", _reported(bicarbonate, 1, "mmol/L", 12.5, 31)
    urea = rng.gauss(3 + creatinine / 18, 1.6)
    yield "urea", _reported(urea, 1, "mmol/L", 2.4, 48)
    yield "albumin", _reported(rng.gauss(39 - 8 * illness, 3), 0, "g/L", 22, 50)
    alt = 24 * exp(rng.gauss(0.8 * illness, 0.45))
    yield "alt", _reported(alt, 0, "U/L", 6, 460)
    ast = alt * rng.uniform(0.8, 1.4)
    yield "ast", _reported(ast, 0, "U/L", 7, 480)
    bilirubin = 11 * exp(rng.gauss(0.5 * illness, 0.4))
    yield "bilirubin", _reported(bilirubin, 0, "umol/L", 3, 120)
    crp = 6 + 150 * illness * exp(rng.gauss(0, 0.4))
    yield "crp", _reported(crp, 0, "mg/L", 1, 340)


def _reported(
    value: float, decimals: int, unit: str, *limits: float
) -> tuple[str, str]:
    low, high = limits
    return f"{min(max(value, low), high):.{decimals}f}", unit
