"""Laws that the verdict obeys whatever is entered."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrollment.eligibility.rules import (
    CriterionAnswer,
    Evidence,
    Sample,
    State,
    SteroidCourse,
    TimedCollection,
    Verdict,
    assess,
)
from tests.enrollment.candidates import (
    BESIDE_NUMBERS,
    INCLUSIONS,
    JUDGED,
    RISE_AT,
    candidate,
)

pytestmark = pytest.mark.verifies("ELG-VERDICT")
ALL_ANSWERS = (*INCLUSIONS, *JUDGED, *BESIDE_NUMBERS)
HOUR = timedelta(hours=1)

hundredths_mg_dl = st.integers(30, 1200)
hours_before = st.integers(0, 24 * 120)


@st.composite
def samples(draw: st.DrawFn, *, least: int = 0) -> tuple[Sample, ...]:
    """Draw creatinine values in mg/dL, close together or months apart."""
    near = st.integers(0, 72)
    rows = draw(
        st.lists(
            st.tuples(st.one_of(near, hours_before), hundredths_mg_dl),
            min_size=least,
            max_size=8,
        )
    )
    return tuple(
        Sample(RISE_AT - n * HOUR, Decimal(value) / 100, "mg/dL", id=f"{index}")
        for index, (n, value) in enumerate(rows)
    )


def summary(evidence: Evidence) -> tuple[object, ...]:
    assessment = assess(evidence)
    return (
        assessment.verdict,
        assessment.reasons,
        assessment.baseline.umol_l,
        assessment.baseline.source,
        assessment.ratio_48h,
        assessment.egfr,
        assessment.max_pred,
    )


@given(rows=samples())
def test_the_unit_changes_nothing(rows: tuple[Sample, ...]) -> None:
    converted = tuple(
        replace(sample, value=sample.value * Decimal("88.4"), unit="umol/L")
        for sample in rows
    )

    assert summary(candidate(samples=converted)) == summary(candidate(samples=rows))


@given(data=st.data(), rows=samples(least=2))
def test_the_order_of_rows_changes_nothing(
    data: st.DataObject, rows: tuple[Sample, ...]
) -> None:
    courses = tuple(
        SteroidCourse(
            "prednisone", Decimal(mg), f"2023-0{month}-01", None, route="oral"
        )
        for mg, month in ((5, 2), (7, 3), (4, 5))
    )
    collections = tuple(
        TimedCollection(RISE_AT - (n + 1) * HOUR, RISE_AT - n * HOUR, Decimal(20 + n))
        for n in range(13)
    )
    first = candidate(samples=rows, steroids=courses, urine=collections)

    def shuffled(rows_to_shuffle: Sequence[object]) -> tuple[object, ...]:
        return tuple(data.draw(st.permutations(rows_to_shuffle)))

    other = replace(
        first,
        samples=shuffled(rows),  # type: ignore[arg-type]
        steroids=shuffled(courses),  # type: ignore[arg-type]
        urine=shuffled(collections),  # type: ignore[arg-type]
    )

    assert summary(other) == summary(first)


@pytest.mark.verifies("ELG-I1")
@given(rows=samples(least=1))
def test_a_further_sample_never_turns_met_into_not_met(
    rows: tuple[Sample, ...],
) -> None:
    evidence = candidate()
    assert assess(evidence).outcomes[0].state == State.MET

    more = replace(evidence, samples=(*evidence.samples, *rows))

    assert assess(more).outcomes[0].state == State.MET


@pytest.mark.verifies("ELG-I1")
@given(rows=samples(least=2))
def test_fewer_samples_never_decide_against(rows: tuple[Sample, ...]) -> None:
    """Not met with fewer samples can only be met or not met with more, not unknown."""
    without_urine = candidate(samples=rows, weight_kg=Decimal(70))
    fewer = replace(without_urine, samples=rows[:-1])
    order = {State.UNKNOWN: 0, State.NOT_MET: 1, State.MET: 2}

    def limb(evidence: Evidence) -> int:
        basis = assess(evidence).outcomes[0].basis
        return order[basis.creatinine.state]  # type: ignore[union-attr]

    assert limb(fewer) <= limb(without_urine)


@given(
    answers=st.fixed_dictionaries(
        {
            name: st.sampled_from([CriterionAnswer.YES, CriterionAnswer.NO, None])
            for name in ALL_ANSWERS
        }
    ),
    masked=st.sampled_from(ALL_ANSWERS),
)
def test_what_nobody_knows_makes_nobody_eligible(
    answers: dict[str, CriterionAnswer | None], masked: str
) -> None:
    assessment = assess(candidate(answers={**answers, masked: None}))

    assert assessment.verdict != Verdict.ELIGIBLE


@given(
    answers=st.fixed_dictionaries(
        {
            name: st.sampled_from([CriterionAnswer.YES, CriterionAnswer.NO, None])
            for name in ALL_ANSWERS
        }
    )
)
def test_the_verdict_follows_from_the_states_alone(
    answers: dict[str, CriterionAnswer | None],
) -> None:
    assessment = assess(candidate(answers=answers))
    states = {outcome.state for outcome in assessment.outcomes}

    expected = Verdict.ELIGIBLE
    if states & {State.NOT_MET, State.PRESENT}:
        expected = Verdict.INELIGIBLE
    elif State.UNKNOWN in states:
        expected = Verdict.INDETERMINATE
    assert assessment.verdict == expected
    assert len(assessment.outcomes) == 24
