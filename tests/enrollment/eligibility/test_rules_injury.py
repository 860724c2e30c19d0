"""Criterion I1: a rise of creatinine in 48 hours, low urine, attested onset."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrollment.eligibility.rules import (
    CriterionAnswer,
    Sample,
    State,
    assess,
)
from tests.enrollment.candidates import (
    RISE_AT,
    at,
    candidate,
    hourly,
    injury_of,
    sample,
    state,
)
from trial_edc.protocol import PROTOCOL


@pytest.mark.verifies("ELG-I1")
@pytest.mark.parametrize(
    ("later", "value", "expected"),
    [
        ("2023-05-09T20:00", "170", State.UNKNOWN),  # exactly two-fold, no urine
        ("2023-05-09T20:00", "170.0001", State.MET),
        ("2023-05-10T08:00", "171", State.MET),  # 48 h 00 min
        ("2023-05-10T08:01", "171", State.UNKNOWN),
    ],
)
def test_more_than_two_fold_within_48_hours(
    later: str, value: str, expected: State
) -> None:
    samples = (sample("2023-05-08T08:00", "85"), sample(later, value))

    assert state(candidate(samples=samples), "I1") == expected


@pytest.mark.verifies("UNI-01")
def test_a_pair_may_mix_units() -> None:
    samples = (
        sample("2023-05-08T08:00", "88.4"),
        sample("2023-05-09T08:00", "2", "mg/dL"),
    )
    more = (samples[0], sample("2023-05-09T08:00", "2.01", "mg/dL"))

    assert assess(candidate(samples=samples)).ratio_48h == 2
    assert state(candidate(samples=samples), "I1") == State.UNKNOWN
    assert state(candidate(samples=more), "I1") == State.MET


@pytest.mark.verifies("ELG-I1")
def test_a_sample_without_time_makes_no_pair() -> None:
    day = replace(sample("2023-05-08T00:00", "80"), date_only=True)
    evidence = candidate(samples=(day, sample("2023-05-09T20:00", "200")))

    assert state(evidence, "I1") == State.UNKNOWN
    assert assess(evidence).baseline.umol_l == 80


@pytest.mark.verifies("ELG-I1")
def test_the_earliest_rise_anchors_the_baseline() -> None:
    samples = (
        sample("2023-05-08T00:00", "60"),
        sample("2023-05-08T10:00", "50"),
        sample("2023-05-09T06:00", "105"),
        sample("2023-05-09T20:00", "130"),
    )

    assert injury_of(candidate(samples=samples)).reference_at == samples[2].at


@pytest.mark.verifies("ELG-I1")
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"onset_attested": CriterionAnswer.YES}, State.MET),
        ({"onset_attested": CriterionAnswer.NO}, State.UNKNOWN),
        ({"onset_attested": None}, State.UNKNOWN),
        ({"onset_attested": CriterionAnswer.YES, "samples": ()}, State.UNKNOWN),
    ],
)
def test_attested_onset_counts_where_the_setting_allows(
    changes: dict[str, object], expected: State
) -> None:
    apart = (sample("2023-04-01T08:00", "80"), sample("2023-05-09T20:00", "161"))
    allowed = replace(PROTOCOL.eligibility, i1_allow_attested_onset=True)
    evidence = candidate(**{"samples": apart, "settings": allowed, **changes})

    assert state(evidence, "I1") == expected
    assert (
        state(replace(evidence, settings=PROTOCOL.eligibility), "I1") == State.UNKNOWN
    )


@pytest.mark.verifies("ELG-I1")
def test_attested_onset_needs_a_baseline_to_compare_with() -> None:
    allowed = replace(PROTOCOL.eligibility, i1_allow_attested_onset=True)
    alone = (sample("2023-05-09T20:00", "161"),)
    evidence = candidate(
        samples=alone, settings=allowed, onset_attested=CriterionAnswer.YES
    )

    assert state(evidence, "I1") == State.UNKNOWN


LOW, NORMAL = ["34.9"] * 12, ["35"] * 12  # 0.5 ml/kg/h is 35 ml at 70 kg


@pytest.mark.verifies("ELG-I1")
@pytest.mark.parametrize(
    ("ml", "expected", "low_hours"),
    [
        (LOW, State.MET, "12.00"),
        (NORMAL, State.NOT_MET, "0"),
        (LOW[1:], State.UNKNOWN, "11.00"),
        ([*LOW[:6], None, *LOW], State.MET, "12.00"),
        ([*NORMAL, None], State.UNKNOWN, "0"),
        ([None] * 12, State.UNKNOWN, None),
        ([], State.UNKNOWN, None),
        ([*LOW[:6], "35", *LOW[:5]], State.NOT_MET, "6.00"),
    ],
)
def test_urine_limb_wants_every_collection_low(
    ml: list[str | None], expected: State, low_hours: str | None
) -> None:
    stable = (sample("2023-05-08T08:00", "85"), sample("2023-05-09T20:00", "86"))
    evidence = candidate(samples=stable, urine=hourly(at("2023-05-09T00:00"), *ml))

    aki = injury_of(evidence)

    assert aki.urine.state == expected
    assert aki.urine.low_hours == (low_hours and Decimal(low_hours))
    assert aki.state == expected


@pytest.mark.verifies("ELG-I1")
@pytest.mark.parametrize(
    "changes",
    [
        {"weight_kg": None},
        {"weight_kg": Decimal(0)},
        {"weight_estimated": True},
        {"urine": hourly(at("2023-05-09T00:00"), *LOW) * 2},  # each one twice
    ],
)
def test_urine_limb_is_unknown_without_a_true_weight_or_with_wrong_times(
    changes: dict[str, object],
) -> None:
    low = hourly(at("2023-05-09T00:00"), *LOW)

    aki = injury_of(candidate(**{"urine": low, **changes}))

    assert aki.urine.state == State.UNKNOWN
    assert aki.urine.why_unknown


def test_a_creatinine_above_zero_is_required() -> None:
    with pytest.raises(ValueError, match="above 0"):
        Sample(RISE_AT, Decimal(0))


@pytest.mark.verifies("ELG-I1")
@given(st.permutations(candidate().samples))
def test_order_of_entry_changes_nothing(samples: list[Sample]) -> None:
    result = assess(candidate(samples=tuple(samples)))

    assert result == replace(assess(candidate()), outcomes=result.outcomes)
    assert result.outcomes[0].state == State.MET
