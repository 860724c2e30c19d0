"""Kidney function: eGFR, and a baseline calculated back from it.

eGFR is invalid in unstable AKI: it is shown for a baseline and for stable later values.
"""

from decimal import Decimal
from typing import NamedTuple

from trial_edc.protocol import PROTOCOL, EgfrEquation
from trial_edc.requirements import implements
from trial_edc.units import CREATININE
from trial_edc.vocabulary import Sex

UMOL_L_PER_MG_DL = CREATININE["mg/dL"]
KAPPA = {Sex.FEMALE: Decimal("0.7"), Sex.MALE: Decimal("0.9")}


class CkdEpi(NamedTuple):
    """Coefficients of a CKD-EPI creatinine equation."""

    scale: Decimal
    alpha: dict[Sex, Decimal]
    exponent: Decimal
    ageing: Decimal
    female: Decimal


CKD_EPI = {
    EgfrEquation.CKD_EPI_2021: CkdEpi(
        Decimal(142),
        {Sex.FEMALE: Decimal("-0.241"), Sex.MALE: Decimal("-0.302")},
        Decimal("-1.200"),
        Decimal("0.9938"),
        Decimal("1.012"),
    ),
    EgfrEquation.CKD_EPI_2009: CkdEpi(
        Decimal(141),
        {Sex.FEMALE: Decimal("-0.329"), Sex.MALE: Decimal("-0.411")},
        Decimal("-1.209"),
        Decimal("0.993"),
        Decimal("1.018"),
    ),
}


@implements("KID-01")
def egfr(
    *,
    creatinine_umol_l: Decimal,
    age_years: int,
    sex: Sex,
    equation: EgfrEquation = PROTOCOL.eligibility.egfr_equation,
) -> Decimal:
    """Estimate the glomerular filtration rate, CKD-EPI creatinine equations.

        2021: 142 · min(Scr/κ, 1)^α · max(Scr/κ, 1)^−1.200 · 0.9938^age · 1.012 [female]
        2009: 141 · min(Scr/κ, 1)^α · max(Scr/κ, 1)^−1.209 · 0.993^age · 1.018 [female]

    where Scr is creatinine in mg/dL, κ 0.7 (F) or 0.9 (M), α −0.241 (F) or −0.302 (M)
    in 2021, −0.329 (F) or −0.411 (M) in 2009 (non-Black).

    Units: µmol/L, completed years; returns mL/min/1.73 m², unrounded.
    Valid: adults; assay traceable to IDMS; stable creatinine.
    Source: Inker LA et al. N Engl J Med 2021;385:1737-49; Levey AS et al. Ann Intern
    Med 2009;150:604-12.
    """
    terms = CKD_EPI[equation]
    ratio = creatinine_umol_l / UMOL_L_PER_MG_DL / KAPPA[sex]
    value = terms.scale * min(ratio, Decimal(1)) ** terms.alpha[sex]
    value *= max(ratio, Decimal(1)) ** terms.exponent * terms.ageing**age_years
    return value * terms.female if sex == Sex.FEMALE else value


@implements("KID-02")
def mdrd_baseline_umol_l(
    *,
    age_years: int,
    sex: Sex,
    egfr_ml_min_1_73m2: Decimal = PROTOCOL.eligibility.imputed_egfr,
    constant: Decimal = PROTOCOL.eligibility.mdrd_constant,
) -> Decimal:
    """Creatinine that would give an assumed eGFR; a flagged sensitivity only.

        Scr = (eGFR / (175 · age^−0.203 · 0.742 [female]))^(−1/1.154)

    Units: completed years, mL/min/1.73 m²; returns µmol/L.
    Source: Levey AS et al. Clin Chem 2007;53:766-72 (IDMS-traceable MDRD).
    """
    expected = constant * Decimal(age_years) ** Decimal("-0.203")
    if sex == Sex.FEMALE:
        expected *= Decimal("0.742")
    exponent = -1 / Decimal("1.154")
    return (egfr_ml_min_1_73m2 / expected) ** exponent * UMOL_L_PER_MG_DL
