"""The states of a criterion and the verdicts they lead to."""

from trial_edc.vocabulary import N_, Codelist


class State(Codelist):
    """What the evidence says about one criterion."""

    MET = "met", N_("Met")
    NOT_MET = "not_met", N_("Not met")
    ABSENT = "absent", N_("Absent")
    PRESENT = "present", N_("Present")
    UNKNOWN = "unknown", N_("Unknown")
    NOT_APPLICABLE = "not_applicable", N_("Not applicable")


class Verdict(Codelist):
    """What all criteria together say about a candidate."""

    ELIGIBLE = "eligible", N_("Eligible")
    INELIGIBLE = "ineligible", N_("Ineligible")
    INDETERMINATE = "indeterminate", N_("Indeterminate")


class BaselineSource(Codelist):
    """Where the baseline creatinine comes from."""

    D90 = "d90", N_("Lowest in the 90 days before")
    D365 = "d365", N_("Lowest in the 365 days before")
    MISSING = "missing", N_("Missing")
    IMPUTED = "imputed", N_("Back-calculated, sensitivity analysis only")
