"""Eligibility of the protocol as pure rules: values in, states and grounds out."""

from enrollment.eligibility.rules.assessment import (
    Ages,
    Assessment,
    Stale,
    assess,
    stale_evidence,
)
from enrollment.eligibility.rules.creatinine import (
    Baseline,
    CreatinineLimb,
    Injury,
    Pair,
    baseline,
    injury,
)
from enrollment.eligibility.rules.criteria import (
    CRITERIA,
    Aged,
    Counted,
    Filtered,
    Judged,
    Measured,
    Outcome,
    age_years,
)
from enrollment.eligibility.rules.evidence import (
    Answer,
    BurstDecision,
    Evidence,
    Immunosuppressant,
    Sample,
    SteroidCourse,
    UrineCollection,
)
from enrollment.eligibility.rules.immunosuppression import (
    DrugStability,
    Immunosuppression,
    SteroidExposure,
    drug_stability,
    immunosuppression,
    prednisone_mg,
)
from enrollment.eligibility.rules.kidney import (
    KdigoStage,
    egfr,
    kdigo,
    mdrd_baseline_umol_l,
)
from enrollment.eligibility.rules.states import BaselineSource, State, Verdict
from enrollment.eligibility.rules.urine import Run, UrineLimb, urine_limb

__all__ = [
    "CRITERIA",
    "Aged",
    "Ages",
    "Answer",
    "Assessment",
    "Baseline",
    "BaselineSource",
    "BurstDecision",
    "Counted",
    "CreatinineLimb",
    "DrugStability",
    "Evidence",
    "Filtered",
    "Immunosuppressant",
    "Immunosuppression",
    "Injury",
    "Judged",
    "KdigoStage",
    "Measured",
    "Outcome",
    "Pair",
    "Run",
    "Sample",
    "Stale",
    "State",
    "SteroidCourse",
    "SteroidExposure",
    "UrineCollection",
    "UrineLimb",
    "Verdict",
    "age_years",
    "assess",
    "baseline",
    "drug_stability",
    "egfr",
    "immunosuppression",
    "injury",
    "kdigo",
    "mdrd_baseline_umol_l",
    "prednisone_mg",
    "stale_evidence",
    "urine_limb",
]
