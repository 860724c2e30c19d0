"""Limits of detection in the criteria: used where they decide, else unknown."""

from dataclasses import replace
from decimal import Decimal

import pytest

from enrollment.eligibility.rules import (
    BaselineSource,
    CriterionAnswer,
    Sample,
    State,
    assess,
    kdigo,
)
from tests.enrollment.candidates import (
    answered,
    at,
    candidate,
    injury_of,
    sample,
    state,
)

BEFORE, EARLIER, LATER = "2023-04-01T08:00", "2023-05-08T08:00", "2023-05-09T20:00"


def known(when: str, text: str, unit: str = "umol/L") -> Sample:
    """A sample such as `<50` or `120`."""
    comparator = text[0] if text[0] in "<>" else ""
    return replace(sample(when, text.lstrip("<>"), unit), comparator=comparator)


@pytest.mark.verifies("ELG-I1")
@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        ("100", ">353.6", State.MET),
        ("100", ">200", State.MET),  # above 200, so strictly more than two-fold
        ("100", ">199", State.UNKNOWN),
        ("<50", "100", State.MET),  # below 50, so 100 is strictly more than two-fold
        ("<50", "99", State.UNKNOWN),
        ("100", "<200", State.NOT_MET),
        ("100", "<201", State.UNKNOWN),
        (">100", "200", State.NOT_MET),
        (">100", "201", State.UNKNOWN),
    ],
)
def test_a_limit_decides_on_a_rise_only_where_the_rise_is_certain(
    earlier: str, later: str, expected: State
) -> None:
    evidence = candidate(samples=(known(EARLIER, earlier), known(LATER, later)))

    assert injury_of(evidence).creatinine.state == expected
    assert assess(evidence).ratio_48h is None


@pytest.mark.verifies("KID-04")
@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (">90", (Decimal(85), BaselineSource.D90)),
        (">85", (Decimal(85), BaselineSource.D90)),
        (">84", (None, BaselineSource.MISSING)),
        ("<200", (None, BaselineSource.MISSING)),
    ],
)
def test_a_limit_that_may_be_the_lowest_leaves_the_baseline_missing(
    before: str, expected: tuple[Decimal | None, BaselineSource]
) -> None:
    samples = (known(BEFORE, before), known(EARLIER, "85"), known(LATER, "200"))

    before_injury = assess(candidate(samples=samples)).baseline

    assert (before_injury.umol_l, before_injury.source) == expected


@pytest.mark.verifies("ELG-E9")
@pytest.mark.parametrize(
    ("before", "earlier", "expected"),
    [
        ("<80", "85", State.ABSENT),  # at 80, eGFR is 103
        ("<124", "130", State.ABSENT),  # 60.8
        ("<126", "130", State.UNKNOWN),  # 59.6
        (">126", "180", State.PRESENT),
        (">124", "180", State.UNKNOWN),
        (">124", "125", State.ABSENT),  # 60.2: both ends are above
        ("<200", "85", State.ABSENT),  # the lowest is 85 at most
    ],
)
def test_a_baseline_that_is_a_limit_decides_e9_where_its_bounds_agree(
    before: str, earlier: str, expected: State
) -> None:
    samples = (known(BEFORE, before), known(EARLIER, earlier), known(LATER, "400"))

    assert state(candidate(samples=samples), "E9") == expected


@pytest.mark.verifies("ELG-E18")
@pytest.mark.parametrize(
    ("comparator", "count", "expected"),
    [
        ("<", "18", State.PRESENT),
        ("<", "25", State.PRESENT),
        ("<", "26", State.UNKNOWN),
        (">", "25", State.ABSENT),
        (">", "24", State.UNKNOWN),
        (">", "2000", State.ABSENT),
    ],
)
def test_platelets_below_or_above_a_limit(
    comparator: str, count: str, expected: State
) -> None:
    evidence = replace(
        answered("E18_other", CriterionAnswer.NO),
        platelets=Decimal(count),
        platelets_comparator=comparator,
    )

    assert state(evidence, "E18") == expected


@pytest.mark.verifies("KID-03")
@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        ("100", ">353.6", 3),
        ("100", ">4.0 mg", 3),
        ("100", ">300", 3),  # three times the baseline, whatever it is
        ("100", ">299", None),
        ("100", "<126.5", 0),
        ("100", "<127", None),
        ("<50", "76.5", 1),  # a rise of more than 26.5 whatever it was before
        ("<50", "76", None),
    ],
)
def test_a_stage_is_known_where_each_value_below_or_above_the_limit_gives_it(
    earlier: str, later: str, expected: int | None
) -> None:
    unit = "mg/dL" if later.endswith("mg") else "umol/L"
    samples = (known(EARLIER, earlier), known(LATER, later.removesuffix(" mg"), unit))

    staged = kdigo(samples=samples, baseline_umol_l=Decimal(100), rrt_started=False)

    assert staged.creatinine == expected


def test_a_limit_without_time_makes_no_pair() -> None:
    day_only = replace(known(LATER, ">400"), date_only=True, at=at("2023-05-09T00:00"))

    evidence = candidate(samples=(known(EARLIER, "85"), day_only))

    assert injury_of(evidence).creatinine.state == State.UNKNOWN
