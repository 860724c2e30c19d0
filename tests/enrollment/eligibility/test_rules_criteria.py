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
    Evidence,
    Injury,
    Sample,
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
    at,
    candidate,
    hourly,
    sample,
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


def state(evidence: Evidence, criterion: str) -> State:
    outcomes = {outcome.criterion: outcome for outcome in assess(evidence).outcomes}
    return outcomes[criterion].state


def injury_of(evidence: Evidence) -> Injury:
    """Grounds of I1."""
    basis = assess(evidence).outcomes[0].basis
    assert isinstance(basis, Injury)
    return basis


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


@pytest.mark.verifies("KID-04")
@pytest.mark.parametrize(
    ("day", "source"),
    [
        ("2023-05-09", BaselineSource.MISSING),  # the day of T: may be after it
        ("2023-05-08", BaselineSource.D90),
        ("2023-02-08", BaselineSource.D365),  # begins more than 90 days before T
        ("2022-05-09", BaselineSource.MISSING),
    ],
)
def test_a_sample_without_time_counts_where_its_day_surely_does(
    day: str, source: BaselineSource
) -> None:
    dated = replace(sample(f"{day}T00:00", "80"), date_only=True)
    evidence = candidate(samples=(dated, Sample(RISE_AT, Decimal(200))))

    assert assess(evidence).baseline.source == source


@pytest.mark.verifies("KID-04")
@pytest.mark.parametrize(
    ("when", "source"),
    [
        ("2023-02-08T20:00", BaselineSource.D90),  # exactly 90 days
        ("2023-02-08T19:59", BaselineSource.D365),
        ("2022-05-09T20:00", BaselineSource.D365),  # exactly 365 days
        ("2022-05-09T19:59", BaselineSource.MISSING),
        ("2023-05-09T20:00", BaselineSource.MISSING),  # T itself is not before T
    ],
)
def test_baseline_periods_include_their_first_instant(
    when: str, source: BaselineSource
) -> None:
    evidence = candidate(samples=(sample(when, "80"), Sample(RISE_AT, Decimal(200))))

    assert assess(evidence).baseline.source == source


@pytest.mark.verifies("KID-04")
def test_baseline_without_any_sample_is_missing() -> None:
    assert assess(candidate(samples=())).baseline.source == BaselineSource.MISSING
    assert assess(candidate(samples=())).reasons == ("I1:unknown", "E9:unknown")


@pytest.mark.verifies("KID-04")
def test_baseline_is_anchored_on_the_start_of_the_low_urine_run() -> None:
    start = at("2023-05-08T20:00")
    low = hourly(start, "60", *(["28"] * 12))
    samples = (sample("2023-05-08T08:00", "85"), sample("2023-05-09T20:00", "84"))

    aki = injury_of(candidate(samples=samples, urine=low))

    assert aki.state == State.MET
    assert aki.reference_at == start + timedelta(hours=1)


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
        (NORMAL, State.NOT_MET, None),
        (LOW[1:], State.UNKNOWN, "11.00"),
        ([*LOW[:6], None, *LOW], State.MET, "12.00"),
        ([*NORMAL, None], State.UNKNOWN, None),
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


def test_a_creatinine_above_zero_is_required() -> None:
    with pytest.raises(ValueError, match="above 0"):
        Sample(RISE_AT, Decimal(0))


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


@pytest.mark.verifies("ELG-I1")
@given(st.permutations(candidate().samples))
def test_order_of_entry_changes_nothing(samples: list[Sample]) -> None:
    result = assess(candidate(samples=tuple(samples)))

    assert result == replace(assess(candidate()), outcomes=result.outcomes)
    assert result.outcomes[0].state == State.MET
