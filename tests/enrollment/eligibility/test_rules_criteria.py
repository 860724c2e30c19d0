"""Each criterion by itself, at its boundary and where the evidence is missing."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrollment.eligibility.rules import (
    CRITERIA,
    Ages,
    BaselineSource,
    CriterionAnswer,
    Stale,
    State,
    Verdict,
    assess,
    stale_evidence,
)
from tests.enrollment.candidates import (
    INCLUSIONS,
    JUDGED,
    RISE_AT,
    answered,
    candidate,
    sample,
    state,
)
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import Sex

JUDGEMENTS = [
    pytest.param("I3", marks=pytest.mark.verifies("ELG-I3")),
    pytest.param("I4", marks=pytest.mark.verifies("ELG-I4")),
    pytest.param("E1", marks=pytest.mark.verifies("ELG-E1")),
    pytest.param("E3", marks=pytest.mark.verifies("ELG-E3")),
    pytest.param("E4", marks=pytest.mark.verifies("ELG-E4")),
    pytest.param("E5", marks=pytest.mark.verifies("ELG-E5")),
    pytest.param("E6", marks=pytest.mark.verifies("ELG-E6")),
    pytest.param("E7", marks=pytest.mark.verifies("ELG-E7")),
    pytest.param("E8", marks=pytest.mark.verifies("ELG-E8")),
    pytest.param("E10", marks=pytest.mark.verifies("ELG-E10")),
    pytest.param("E12", marks=pytest.mark.verifies("ELG-E12")),
    pytest.param("E14", marks=pytest.mark.verifies("ELG-E14")),
    pytest.param("E15", marks=pytest.mark.verifies("ELG-E15")),
    pytest.param("E16", marks=pytest.mark.verifies("ELG-E16")),
    pytest.param("E19", marks=pytest.mark.verifies("ELG-E19")),
    pytest.param("E20", marks=pytest.mark.verifies("ELG-E20")),
]


def test_the_reference_candidate_is_eligible() -> None:
    result = assess(candidate())

    assert (result.verdict, result.reasons) == (Verdict.ELIGIBLE, ())
    assert result.baseline.source == BaselineSource.D90


def test_criteria_are_those_of_the_protocol_in_its_order() -> None:
    criteria = [judge(candidate()).criterion for judge in CRITERIA]

    assert criteria == [criterion.id for criterion in PROTOCOL.criteria]


@pytest.mark.parametrize("criterion", JUDGEMENTS)
def test_judgement_decides(criterion: str) -> None:
    wrong = CriterionAnswer.NO if criterion in INCLUSIONS else CriterionAnswer.YES
    name = "not_met" if criterion in INCLUSIONS else "present"

    against, unknown = answered(criterion, wrong), answered(criterion, None)

    assert assess(against).reasons == (f"{criterion}:{name}",)
    assert assess(against).verdict == Verdict.INELIGIBLE
    assert assess(unknown).reasons == (f"{criterion}:unknown",)
    assert assess(unknown).verdict == Verdict.INDETERMINATE


@pytest.mark.parametrize("criterion", JUDGED)
def test_what_does_not_apply_counts_as_absent(criterion: str) -> None:
    result = assess(answered(criterion, CriterionAnswer.NOT_APPLICABLE))

    assert result.verdict == Verdict.ELIGIBLE
    assert State.NOT_APPLICABLE in {outcome.state for outcome in result.outcomes}


@pytest.mark.verifies("ELG-E2")
@pytest.mark.parametrize(
    ("sex", "answer", "expected"),
    [
        (Sex.MALE, CriterionAnswer.YES, State.NOT_APPLICABLE),
        (Sex.MALE, None, State.NOT_APPLICABLE),
        (Sex.FEMALE, None, State.UNKNOWN),
        (Sex.FEMALE, CriterionAnswer.YES, State.PRESENT),
        (None, CriterionAnswer.NO, State.ABSENT),
    ],
)
def test_pregnancy_is_not_asked_of_men(
    sex: Sex | None, answer: CriterionAnswer | None, expected: State
) -> None:
    assert state(replace(answered("E2", answer), sex=sex), "E2") == expected


@pytest.mark.verifies("ELG-I2")
@pytest.mark.parametrize(
    ("birth_on", "expected"),
    [
        (date(2005, 5, 11), State.NOT_MET),
        (date(2005, 5, 10), State.MET),
        (date(1957, 5, 11), State.MET),
        (date(1957, 5, 10), State.NOT_MET),
        (None, State.UNKNOWN),
    ],
)
def test_age_is_inclusive(birth_on: date | None, expected: State) -> None:
    assert state(candidate(birth_on=birth_on), "I2") == expected


@pytest.mark.verifies("ELG-E9")
@pytest.mark.parametrize(
    ("birth_on", "baseline_mg_dl", "expected"),
    [
        (date(1978, 1, 20), "1.46", State.ABSENT),  # 60.06
        (date(1978, 1, 20), "1.47", State.PRESENT),  # 59.57, prints as 60
        (date(1958, 5, 10), "1.90", State.NOT_APPLICABLE),  # 65
        (None, "1.00", State.UNKNOWN),
    ],
)
def test_low_egfr_counts_below_65(
    birth_on: date | None, baseline_mg_dl: str, expected: State
) -> None:
    samples = (
        sample("2023-05-08T08:00", baseline_mg_dl, "mg/dL"),
        sample("2023-05-09T20:00", "4.0", "mg/dL"),
    )

    assert state(candidate(samples=samples, birth_on=birth_on), "E9") == expected


@pytest.mark.verifies("ELG-E11")
@pytest.mark.parametrize(
    ("lvef", "answer", "expected"),
    [
        ("39.9", CriterionAnswer.NO, State.PRESENT),
        ("40", CriterionAnswer.NO, State.ABSENT),
        ("60", None, State.UNKNOWN),
        ("60", CriterionAnswer.YES, State.PRESENT),
        (None, CriterionAnswer.NO, State.UNKNOWN),
        (None, CriterionAnswer.YES, State.PRESENT),
        ("0.6", CriterionAnswer.NO, State.UNKNOWN),  # a fraction is no percentage
    ],
)
def test_ejection_fraction_or_judgement(
    lvef: str | None, answer: CriterionAnswer | None, expected: State
) -> None:
    evidence = answered("E11_arrhythmia_or_severe", answer)
    percent = None if lvef is None else Decimal(lvef)

    assert state(replace(evidence, lvef_pct=percent), "E11") == expected


@pytest.mark.verifies("ELG-E18")
@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        ("24.99", "10^9/L", State.PRESENT),
        ("25", "10^9/L", State.ABSENT),
        ("24999", "/uL", State.PRESENT),
        ("25000", "/uL", State.ABSENT),
        (None, "10^9/L", State.UNKNOWN),
    ],
)
def test_platelets(value: str | None, unit: str, expected: State) -> None:
    count = None if value is None else Decimal(value)

    assert state(candidate(platelets=count, platelets_unit=unit), "E18") == expected


@pytest.mark.verifies("ELG-E13")
@pytest.mark.parametrize(
    ("organs", "expected"),
    [
        (None, State.UNKNOWN),
        (frozenset(), State.ABSENT),
        (frozenset({"respiratory", "hepatic", "renal"}), State.ABSENT),
        (frozenset({"respiratory", "hepatic", "cns"}), State.PRESENT),
    ],
)
def test_more_than_two_organs(organs: frozenset[str] | None, expected: State) -> None:
    assert state(candidate(failed_organs=organs), "E13") == expected


@pytest.mark.verifies("ELG-FRESH")
@pytest.mark.parametrize(
    ("name", "limit", "warning"),
    [
        ("hcg_at", timedelta(days=7), Stale.HCG),
        ("echo_at", timedelta(days=30), Stale.ECHO),
        ("platelets_at", timedelta(hours=48), Stale.PLATELETS),
        ("qualifying_sample_at", timedelta(hours=72), Stale.QUALIFYING_SAMPLE),
        ("confirmed_at", timedelta(hours=24), Stale.CONFIRMATION),
    ],
)
def test_evidence_is_fresh_up_to_its_limit(
    name: str, limit: timedelta, warning: Stale
) -> None:
    old = RISE_AT - limit

    assert stale_evidence(Ages(**{name: old}), RISE_AT) == ()
    assert stale_evidence(Ages(**{name: old - timedelta(seconds=1)}), RISE_AT) == (
        warning,
    )


states = st.sampled_from(
    [CriterionAnswer.YES, CriterionAnswer.NO, None, CriterionAnswer.NOT_APPLICABLE]
)


@pytest.mark.verifies("ELG-VERDICT")
@given(st.dictionaries(st.sampled_from((*INCLUSIONS, *JUDGED)), states))
def test_verdict_is_the_worst_of_the_states(
    changes: dict[str, CriterionAnswer | None],
) -> None:
    result = assess(candidate(answers={**candidate().answers, **changes}))

    words = {reason.split(":")[1] for reason in result.reasons}
    expected = Verdict.ELIGIBLE
    if words & {"not_met", "present"}:
        expected = Verdict.INELIGIBLE
    elif words:
        expected = Verdict.INDETERMINATE
    assert result.verdict == expected
    order = [criterion.id for criterion in PROTOCOL.criteria]
    listed = [order.index(reason.split(":")[0]) for reason in result.reasons]
    assert listed == sorted(listed)
