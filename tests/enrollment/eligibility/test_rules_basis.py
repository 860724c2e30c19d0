"""What each criterion tells of the evidence that decided it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from enrollment.eligibility.rules import (
    CRITERIA,
    AgeBasis,
    Baseline,
    BaselineSource,
    CreatinineLimb,
    CriterionAnswer,
    CriterionOutcome,
    FiltrationBasis,
    JudgementBasis,
    MeasurementBasis,
    OrganCountBasis,
    SamplePair,
    State,
    assess,
    immunosuppression,
    injury,
)
from tests.enrollment.candidates import (
    INCLUSIONS,
    JUDGED,
    answered,
    candidate,
    injury_of,
    sample,
)
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import Sex

YES, NO, NOT_APPLICABLE = CriterionAnswer


def outcome(evidence, criterion):
    outcomes = {outcome.criterion: outcome for outcome in assess(evidence).outcomes}
    return outcomes[criterion]


def test_criteria_stand_in_the_order_of_the_protocol():
    inclusions = [f"I{n}" for n in range(1, 5)]
    exclusions = [f"E{n}" for n in range(1, 21)]

    outcomes = [judge(candidate()) for judge in CRITERIA]

    assert [one.criterion for one in outcomes] == [*inclusions, *exclusions]


@pytest.mark.verifies("ELG-I3", "ELG-I4")
@pytest.mark.parametrize("criterion", INCLUSIONS)
@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (YES, State.MET),
        (NO, State.NOT_MET),
        (NOT_APPLICABLE, State.UNKNOWN),
        (None, State.UNKNOWN),
    ],
)
def test_an_inclusion_is_met_by_yes_alone(criterion, answer, state):
    assert outcome(answered(criterion, answer), criterion) == CriterionOutcome(
        criterion, state, JudgementBasis(answer)
    )


@pytest.mark.parametrize("criterion", [name for name in JUDGED if name != "E2"])
@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (YES, State.PRESENT),
        (NO, State.ABSENT),
        (NOT_APPLICABLE, State.NOT_APPLICABLE),
        (None, State.UNKNOWN),
    ],
)
def test_an_exclusion_is_present_by_yes_alone(criterion, answer, state):
    assert outcome(answered(criterion, answer), criterion) == CriterionOutcome(
        criterion, state, JudgementBasis(answer)
    )


@pytest.mark.verifies("ELG-E2")
@pytest.mark.parametrize(
    ("sex", "state", "answer"),
    [
        (Sex.MALE, State.NOT_APPLICABLE, NOT_APPLICABLE),
        (Sex.FEMALE, State.PRESENT, YES),
        (None, State.PRESENT, YES),
    ],
)
def test_pregnancy_is_not_asked_of_men(sex, state, answer):
    evidence = replace(answered("E2", YES), sex=sex)

    assert outcome(evidence, "E2") == CriterionOutcome(
        "E2", state, JudgementBasis(answer)
    )


@pytest.mark.verifies("ELG-I2")
def test_age_is_told_in_completed_years():
    assert outcome(candidate(), "I2") == CriterionOutcome("I2", State.MET, AgeBasis(50))
    assert outcome(candidate(birth_on=None), "I2") == CriterionOutcome(
        "I2", State.UNKNOWN, AgeBasis(None)
    )


@pytest.mark.verifies("ELG-E9")
def test_filtration_is_told_with_its_baseline_and_excludes_strictly_below_the_limit():
    evidence = candidate()
    lowest = evidence.samples[0]
    filtration = assess(evidence).egfr
    at_limit = replace(PROTOCOL.eligibility, e9_egfr=filtration)
    above = replace(PROTOCOL.eligibility, e9_egfr=filtration + Decimal("1e-20"))
    basis = FiltrationBasis(
        Baseline(Decimal(80), BaselineSource.D90, lowest), 50, filtration
    )

    assert outcome(replace(evidence, settings=at_limit), "E9") == CriterionOutcome(
        "E9", State.ABSENT, basis
    )
    assert outcome(replace(evidence, settings=above), "E9") == CriterionOutcome(
        "E9", State.PRESENT, basis
    )


@pytest.mark.verifies("ELG-E11")
@pytest.mark.parametrize(
    ("lvef_pct", "state", "value"),
    [
        ("0.4", State.UNKNOWN, None),  # a fraction typed for a percentage
        ("1", State.UNKNOWN, None),
        ("1.01", State.PRESENT, Decimal("1.01")),
        ("39.99", State.PRESENT, Decimal("39.99")),
        ("40", State.ABSENT, Decimal(40)),
    ],
)
def test_an_ejection_fraction_is_a_percentage_strictly_below_40(lvef_pct, state, value):
    evidence = candidate(lvef_pct=Decimal(lvef_pct))

    assert outcome(evidence, "E11") == CriterionOutcome(
        "E11", state, MeasurementBasis(value, NO)
    )


@pytest.mark.verifies("ELG-E18")
@pytest.mark.parametrize(
    ("platelets", "answer", "state"),
    [
        ("24.99", NO, State.PRESENT),
        ("25", NO, State.ABSENT),
        ("25", YES, State.PRESENT),
        ("25", None, State.UNKNOWN),
        (None, YES, State.PRESENT),
        (None, NO, State.UNKNOWN),
    ],
)
def test_platelets_or_the_judgement_decide(platelets, answer, state):
    value = None if platelets is None else Decimal(platelets)
    evidence = replace(answered("E18_other", answer), platelets=value)

    assert outcome(evidence, "E18") == CriterionOutcome(
        "E18", state, MeasurementBasis(value, answer)
    )


@pytest.mark.verifies("ELG-E13")
@pytest.mark.parametrize(
    ("failed_organs", "state", "counted"),
    [
        (None, State.UNKNOWN, None),
        ({"hepatic", "cns", "renal"}, State.ABSENT, {"hepatic", "cns"}),
        (
            {"hepatic", "cns", "respiratory", "renal"},
            State.PRESENT,
            {"hepatic", "cns", "respiratory"},
        ),
    ],
)
def test_organs_are_told_without_the_kidney(failed_organs, state, counted):
    evidence = candidate(failed_organs=failed_organs and frozenset(failed_organs))

    assert outcome(evidence, "E13") == CriterionOutcome(
        "E13", state, OrganCountBasis(counted and frozenset(counted))
    )


def test_injury_and_immunosuppression_are_told_whole():
    evidence = candidate()

    assert outcome(evidence, "I1") == CriterionOutcome(
        "I1", State.MET, injury(evidence)
    )
    assert outcome(evidence, "E17") == CriterionOutcome(
        "E17", State.ABSENT, immunosuppression(evidence)
    )


@pytest.mark.verifies("ELG-I1")
def test_an_attested_rise_is_told_with_its_sample_and_the_steepest_pair():
    samples = (
        sample("2023-04-01T08:00", "80"),
        sample("2023-05-08T20:00", "150"),
        sample("2023-05-09T20:00", "161"),
    )
    settings = replace(PROTOCOL.eligibility, i1_allow_attested_onset=True)

    aki = injury_of(candidate(samples=samples, settings=settings, onset_attested=YES))

    assert aki.creatinine == CreatinineLimb(
        State.MET,
        qualifying=None,
        steepest=SamplePair(samples[1], samples[2]),
        attested_by=samples[2],
    )


@pytest.mark.verifies("ELG-I1")
def test_creatinine_is_unknown_until_there_is_a_pair():
    samples = (sample("2023-05-08T20:00", "150"), sample("2023-05-09T20:00", "161"))
    pair = SamplePair(*samples)

    alone = injury_of(candidate(samples=samples[:1]))
    both = injury_of(candidate(samples=samples))

    assert alone.creatinine == CreatinineLimb(State.UNKNOWN, None, None)
    assert both.creatinine == CreatinineLimb(State.NOT_MET, None, pair)


def test_steroids_never_asked_for_have_no_dose():
    assert assess(candidate(steroids=None)).max_pred is None
    assert assess(candidate(steroids=())).max_pred == 0
