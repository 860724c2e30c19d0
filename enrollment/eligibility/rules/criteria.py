"""The 24 criteria, one function each, in protocol order: `CRITERIA`.

Each answers its state and the evidence that decided it. The screen, the log and the
tests loop over the same tuple. Wording: trial_edc/protocol.toml.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from enrollment.eligibility.rules.egfr import egfr
from enrollment.eligibility.rules.evidence import CriterionAnswer, Evidence
from enrollment.eligibility.rules.immunosuppression import (
    Immunosuppression,
    immunosuppression,
)
from enrollment.eligibility.rules.severe_aki import (
    Baseline,
    Injury,
    baseline,
    baseline_between,
    injury,
)
from enrollment.eligibility.rules.states import State
from trial_edc.dates import completed_years
from trial_edc.requirements import implements
from trial_edc.vocabulary import Sex


@dataclass(frozen=True, slots=True)
class JudgementBasis:
    """What the investigator answered."""

    answer: CriterionAnswer | None


@dataclass(frozen=True, slots=True)
class AgeBasis:
    """Completed years on the consent date."""

    age_years: int | None


@dataclass(frozen=True, slots=True)
class FiltrationBasis:
    """E9: baseline, the eGFR it gives and the age."""

    baseline: Baseline
    age_years: int | None
    egfr: Decimal | None


@dataclass(frozen=True, slots=True)
class MeasurementBasis:
    """A number, or a judgement beside it; with a comparator a limit of detection."""

    value: Decimal | None
    answer: CriterionAnswer | None
    comparator: str = ""

    def is_below(self, limit: Decimal) -> bool | None:
        """None: not known, or a limit of detection leaves it open."""
        if self.value is None:
            return None
        if self.comparator == "<":
            return True if self.value <= limit else None
        if self.comparator == ">":
            return False if self.value >= limit else None
        return self.value < limit


@dataclass(frozen=True, slots=True)
class OrganCountBasis:
    """E13: failing organs that count."""

    organs: frozenset[str] | None


CriterionBasis = (
    Injury
    | JudgementBasis
    | AgeBasis
    | FiltrationBasis
    | MeasurementBasis
    | OrganCountBasis
    | Immunosuppression
)


@dataclass(frozen=True, slots=True)
class CriterionOutcome:
    """State of one criterion with what decided it."""

    criterion: str
    state: State
    basis: CriterionBasis


def age_years(evidence: Evidence) -> int | None:
    """Completed years on the consent date, where both dates are known."""
    if evidence.birth_on is None or evidence.consent_on is None:
        return None
    return completed_years(evidence.birth_on, evidence.consent_on)


def baseline_egfr(evidence: Evidence) -> Decimal | None:
    """EGFR from the baseline creatinine, never from an imputed one."""
    umol_l = baseline(evidence).umol_l
    return None if umol_l is None else egfr_at(evidence, umol_l)


def egfr_at(evidence: Evidence, umol_l: Decimal) -> Decimal | None:
    """EGFR at a creatinine, without end at 0; None without age or sex."""
    age = age_years(evidence)
    if age is None or evidence.sex is None:
        return None
    if not umol_l:
        return Decimal("Infinity")
    return egfr(
        creatinine_umol_l=umol_l,
        age_years=age,
        sex=evidence.sex,
        equation=evidence.settings.egfr_equation,
    )


def is_egfr_below(evidence: Evidence, limit: Decimal) -> bool | None:
    """A baseline known by a limit of detection decides where its bounds agree."""
    rates = [egfr_at(evidence, end) for end in baseline_between(evidence) or ()]
    answers = {rate < limit for rate in rates if rate is not None}
    return answers.pop() if len(answers) == 1 else None


def judge_inclusion(evidence: Evidence, criterion: str) -> CriterionOutcome:
    answer = evidence.answers.get(criterion)
    return CriterionOutcome(criterion, INCLUSION_STATES[answer], JudgementBasis(answer))


def judge_exclusion(evidence: Evidence, criterion: str) -> CriterionOutcome:
    answer = evidence.answers.get(criterion)
    return CriterionOutcome(criterion, EXCLUSION_STATES[answer], JudgementBasis(answer))


INCLUSION_STATES = {
    CriterionAnswer.YES: State.MET,
    CriterionAnswer.NO: State.NOT_MET,
    CriterionAnswer.NOT_APPLICABLE: State.UNKNOWN,
    None: State.UNKNOWN,
}
EXCLUSION_STATES = {
    CriterionAnswer.YES: State.PRESENT,
    CriterionAnswer.NO: State.ABSENT,
    CriterionAnswer.NOT_APPLICABLE: State.NOT_APPLICABLE,
    None: State.UNKNOWN,
}


def judge_number(
    criterion: str, basis: MeasurementBasis, limit: Decimal
) -> CriterionOutcome:
    """Present if the number is strictly below the limit or the judgement says so."""
    state, is_below = State.ABSENT, basis.is_below(limit)
    if is_below or basis.answer == CriterionAnswer.YES:
        state = State.PRESENT
    elif is_below is None or basis.answer is None:
        state = State.UNKNOWN
    return CriterionOutcome(criterion, state, basis)


@implements("ELG-I1")
def severe_aki(evidence: Evidence) -> CriterionOutcome:
    """I1: more than two-fold creatinine within 48 h and/or 12 h of low urine output."""
    aki = injury(evidence)
    return CriterionOutcome("I1", aki.state, aki)


@implements("ELG-I2")
def age_between_18_and_65(evidence: Evidence) -> CriterionOutcome:
    """I2: 18 to 65 completed years, both inclusive."""
    age, settings = age_years(evidence), evidence.settings
    state = State.UNKNOWN
    if age is not None:
        is_inside = settings.minimum_age_years <= age <= settings.maximum_age_years
        state = State.MET if is_inside else State.NOT_MET
    return CriterionOutcome("I2", state, AgeBasis(age))


@implements("ELG-I3")
def informed_consent(evidence: Evidence) -> CriterionOutcome:
    return judge_inclusion(evidence, "I3")


@implements("ELG-I4")
def able_to_comply(evidence: Evidence) -> CriterionOutcome:
    return judge_inclusion(evidence, "I4")


@implements("ELG-E1")
def excluded_cause_of_aki(evidence: Evidence) -> CriterionOutcome:
    """E1: any of the eight listed causes ("and" reads as "or")."""
    return judge_exclusion(evidence, "E1")


@implements("ELG-E2")
def pregnant_or_lactating(evidence: Evidence) -> CriterionOutcome:
    """E2: not asked of men."""
    if evidence.sex == Sex.MALE:
        return CriterionOutcome(
            "E2", State.NOT_APPLICABLE, JudgementBasis(CriterionAnswer.NOT_APPLICABLE)
        )
    return judge_exclusion(evidence, "E2")


@implements("ELG-E3")
def allergic_person(evidence: Evidence) -> CriterionOutcome:
    return judge_exclusion(evidence, "E3")


@implements("ELG-E4")
def organ_or_stem_cell_transplant(evidence: Evidence) -> CriterionOutcome:
    """E4: organ or haematopoietic stem cell transplant, ever."""
    return judge_exclusion(evidence, "E4")


@implements("ELG-E5")
def malignant_tumor_or_history_of_cancer(evidence: Evidence) -> CriterionOutcome:
    """E5: malignancy, any, at any time."""
    return judge_exclusion(evidence, "E5")


@implements("ELG-E6")
def life_expectancy_less_than_3_months(evidence: Evidence) -> CriterionOutcome:
    """E6: strictly less than 3 months."""
    return judge_exclusion(evidence, "E6")


@implements("ELG-E7")
def end_stage_liver_disease(evidence: Evidence) -> CriterionOutcome:
    return judge_exclusion(evidence, "E7")


@implements("ELG-E8")
def uncontrollable_infection(evidence: Evidence) -> CriterionOutcome:
    return judge_exclusion(evidence, "E8")


@implements("ELG-E9")
def egfr_below_60_before_age_65(evidence: Evidence) -> CriterionOutcome:
    """E9: younger than 65 and baseline eGFR strictly below 60, unrounded."""
    settings, age = evidence.settings, age_years(evidence)
    is_below = is_egfr_below(evidence, settings.e9_egfr)
    state = State.UNKNOWN
    if age is not None and age >= settings.e9_applies_below_years:
        state = State.NOT_APPLICABLE
    elif is_below is not None:
        state = State.PRESENT if is_below else State.ABSENT
    basis = FiltrationBasis(baseline(evidence), age, baseline_egfr(evidence))
    return CriterionOutcome("E9", state, basis)


@implements("ELG-E10")
def severe_pulmonary_dysfunction(evidence: Evidence) -> CriterionOutcome:
    return judge_exclusion(evidence, "E10")


@implements("ELG-E11")
def severe_cardiac_dysfunction(evidence: Evidence) -> CriterionOutcome:
    """E11: ejection fraction strictly below 40 %, or judged severe.

    A value of 1 or less is a fraction typed for a percentage: no answer.
    """
    lvef = evidence.lvef_pct
    if lvef is not None and lvef <= 1:
        lvef = None
    answer = evidence.answers.get("E11_arrhythmia_or_severe")
    basis = MeasurementBasis(lvef, answer)
    return judge_number("E11", basis, evidence.settings.e11_lvef_pct)


@implements("ELG-E12")
def hemodynamically_unstable(evidence: Evidence) -> CriterionOutcome:
    """E12: a stable low vasopressor dose is not by itself unstable."""
    return judge_exclusion(evidence, "E12")


@implements("ELG-E13")
def more_than_2_nonrenal_organs_failing(evidence: Evidence) -> CriterionOutcome:
    """E13: three or more distinct organs; the kidney does not count."""
    if evidence.failed_organs is None:
        return CriterionOutcome("E13", State.UNKNOWN, OrganCountBasis(None))
    settings = evidence.settings
    organs = evidence.failed_organs & frozenset(settings.e13_organs)
    is_present = len(organs) > settings.e13_more_than_organs
    return CriterionOutcome(
        "E13", State.PRESENT if is_present else State.ABSENT, OrganCountBasis(organs)
    )


@implements("ELG-E14")
def vasculitis(evidence: Evidence) -> CriterionOutcome:
    return judge_exclusion(evidence, "E14")


@implements("ELG-E15")
def history_of_chronic_systemic_infection(evidence: Evidence) -> CriterionOutcome:
    """E15: a history is enough."""
    return judge_exclusion(evidence, "E15")


@implements("ELG-E16")
def vasopressor_dose_may_increase(evidence: Evidence) -> CriterionOutcome:
    """E16: the investigator believes that the dose may have to be raised."""
    return judge_exclusion(evidence, "E16")


@implements("ELG-E17")
def unstable_immunosuppression_or_steroids(evidence: Evidence) -> CriterionOutcome:
    """E17: a drug not stable for 4 months, or chronic steroid above 15 mg a day."""
    basis = immunosuppression(evidence)
    return CriterionOutcome("E17", basis.state, basis)


@implements("ELG-E18")
def low_platelets_or_severe_hematologic_abnormality(
    evidence: Evidence,
) -> CriterionOutcome:
    """E18: platelets strictly below 25 x 10^9/L, or another severe disorder."""
    answer = evidence.answers.get("E18_other")
    basis = MeasurementBasis(
        evidence.platelets_10e9_l, answer, evidence.platelets_comparator
    )
    return judge_number("E18", basis, evidence.settings.e18_platelets_10e9_l)


@implements("ELG-E19")
def need_for_mechanical_ventilation(evidence: Evidence) -> CriterionOutcome:
    """E19: mechanical ventilation now or expected."""
    return judge_exclusion(evidence, "E19")


@implements("ELG-E20")
def in_another_clinical_trial(evidence: Evidence) -> CriterionOutcome:
    """E20: an interventional trial now or within 30 days."""
    return judge_exclusion(evidence, "E20")


CRITERIA: tuple[Callable[[Evidence], CriterionOutcome], ...] = (
    severe_aki,
    age_between_18_and_65,
    informed_consent,
    able_to_comply,
    excluded_cause_of_aki,
    pregnant_or_lactating,
    allergic_person,
    organ_or_stem_cell_transplant,
    malignant_tumor_or_history_of_cancer,
    life_expectancy_less_than_3_months,
    end_stage_liver_disease,
    uncontrollable_infection,
    egfr_below_60_before_age_65,
    severe_pulmonary_dysfunction,
    severe_cardiac_dysfunction,
    hemodynamically_unstable,
    more_than_2_nonrenal_organs_failing,
    vasculitis,
    history_of_chronic_systemic_infection,
    vasopressor_dose_may_increase,
    unstable_immunosuppression_or_steroids,
    low_platelets_or_severe_hematologic_abnormality,
    need_for_mechanical_ventilation,
    in_another_clinical_trial,
)
