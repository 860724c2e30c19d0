"""Eligibility of the protocol as pure rules: values in, states and their basis out."""

from enrollment.eligibility.rules.assessment import (
    Ages,
    Assessment,
    Stale,
    assess,
    stale_evidence,
)
from enrollment.eligibility.rules.criteria import (
    CRITERIA,
    AgeBasis,
    CriterionOutcome,
    FiltrationBasis,
    JudgementBasis,
    MeasurementBasis,
    OrganCountBasis,
    age_years,
)
from enrollment.eligibility.rules.egfr import egfr, mdrd_baseline_umol_l
from enrollment.eligibility.rules.evidence import (
    BurstDecision,
    CriterionAnswer,
    Evidence,
    Immunosuppressant,
    Sample,
    SteroidCourse,
    TimedCollection,
)
from enrollment.eligibility.rules.immunosuppression import (
    DrugStability,
    Immunosuppression,
    SteroidExposure,
    drug_stability,
    immunosuppression,
    prednisone_mg,
)
from enrollment.eligibility.rules.kdigo_stage import KdigoStage, kdigo
from enrollment.eligibility.rules.severe_aki import (
    Baseline,
    CreatinineLimb,
    Injury,
    SamplePair,
    baseline,
    injury,
)
from enrollment.eligibility.rules.states import BaselineSource, State, Verdict
from enrollment.eligibility.rules.urine_limb import (
    CollectionRun,
    UrineLimb,
    urine_limb,
)

__all__ = [
    "CRITERIA",
    "AgeBasis",
    "Ages",
    "Assessment",
    "Baseline",
    "BaselineSource",
    "BurstDecision",
    "CollectionRun",
    "CreatinineLimb",
    "CriterionAnswer",
    "CriterionOutcome",
    "DrugStability",
    "Evidence",
    "FiltrationBasis",
    "Immunosuppressant",
    "Immunosuppression",
    "Injury",
    "JudgementBasis",
    "KdigoStage",
    "MeasurementBasis",
    "OrganCountBasis",
    "Sample",
    "SamplePair",
    "Stale",
    "State",
    "SteroidCourse",
    "SteroidExposure",
    "TimedCollection",
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
