"""Criterion I1, urine: the rate and the hours on either side of their limits."""

from datetime import timedelta
from decimal import Decimal

import pytest

from enrollment.eligibility.rules import (
    CollectionRun,
    State,
    TimedCollection,
    UrineLimb,
    urine_limb,
)
from tests.enrollment.candidates import at, candidate, hourly

pytestmark = pytest.mark.verifies("ELG-I1")

START = at("2023-05-09T00:00")
TOO_SHORT = "record shorter than needed"


def limb(*urine, **changes):
    return urine_limb(candidate(urine=urine, **changes))


@pytest.mark.parametrize(
    ("ml_an_hour", "expected"), [("34.999", State.MET), ("35", State.NOT_MET)]
)
def test_a_rate_is_low_strictly_below_half_a_millilitre(ml_an_hour, expected):
    assert limb(*hourly(START, *[ml_an_hour] * 12)).state == expected


@pytest.mark.parametrize(
    ("seconds", "expected"), [(43_199, State.UNKNOWN), (43_200, State.MET)]
)
def test_a_run_is_long_enough_from_12_hours_to_the_second(seconds, expected):
    urine = TimedCollection(START, START + timedelta(seconds=seconds), Decimal(100))

    assert limb(urine).state == expected


@pytest.mark.parametrize(
    ("gap_seconds", "expected", "why"),
    [
        (0, State.MET, ""),
        (1, State.UNKNOWN, TOO_SHORT),
        (-1, State.UNKNOWN, "collection times overlap"),
    ],
)
def test_collections_are_contiguous_where_one_ends_as_the_next_begins(
    gap_seconds, expected, why
):
    urine = hourly(START, *["10"] * 6)
    later = hourly(urine[-1].end + timedelta(seconds=gap_seconds), *["10"] * 6)

    result = limb(*urine, *later)

    assert (result.state, result.why_unknown) == (expected, why)


def test_enough_urine_for_12_hours_needs_no_reason():
    urine = hourly(START, *["35"] * 12)

    assert limb(*urine) == UrineLimb(State.NOT_MET, longest=CollectionRun(urine))


def test_the_hours_of_a_low_run_have_two_decimals():
    end = START + timedelta(hours=7, minutes=20)

    result = limb(TimedCollection(START, end, Decimal(10)))

    assert str(result.low_hours) == "7.33"


def test_a_collection_that_ends_as_it_begins_is_a_wrong_time():
    urine = hourly(START, *["10"] * 12)
    moment = TimedCollection(urine[-1].end, urine[-1].end, Decimal(0))

    assert limb(*urine, moment) == UrineLimb(
        State.UNKNOWN, why_unknown="collection times overlap"
    )


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"weight_kg": None}, "no weight"),
        ({"weight_kg": Decimal(0)}, "no weight"),
        ({"weight_estimated": True}, "weight only estimated"),
    ],
)
def test_without_a_measured_weight_nothing_is_judged(changes, why):
    result = limb(*hourly(START, *["10"] * 12), **changes)

    assert result == UrineLimb(State.UNKNOWN, why_unknown=why)


def test_the_smallest_weight_is_a_weight():
    assert limb(weight_kg=Decimal("0.1")).why_unknown == TOO_SHORT


def test_the_limb_tells_its_runs():
    low, more_low = hourly(START, *["10"] * 3), hourly(START, *["10"] * 5)
    much = hourly(low[-1].end, "100")
    after = tuple(
        TimedCollection(c.start + timedelta(hours=4), c.end + timedelta(hours=4), c.ml)
        for c in more_low
    )

    assert limb(*low, *much, *after) == UrineLimb(
        State.UNKNOWN,
        qualifying=None,
        longest_low=CollectionRun(after),
        longest=CollectionRun((*low, *much, *after)),
        why_unknown=TOO_SHORT,
    )


def test_of_equally_long_runs_the_earliest_is_told():
    low = hourly(START, *["10"] * 2)
    later = hourly(START + timedelta(hours=9), *["10"] * 2)

    result = limb(*low, *later)

    assert (result.longest_low, result.longest) == (
        CollectionRun(low),
        CollectionRun(low),
    )


def test_a_volume_that_is_missing_leaves_the_limb_unknown():
    urine = hourly(START, *["100"] * 12, None)

    assert limb(*urine) == UrineLimb(
        State.UNKNOWN,
        longest=CollectionRun(urine[:12]),
        why_unknown="a volume is missing",
    )


def test_a_run_that_qualifies_stands_beside_a_missing_volume():
    urine = hourly(START, *["10"] * 12, None)
    run = CollectionRun(urine[:12])

    assert limb(*urine) == UrineLimb(State.MET, run, run, run)
