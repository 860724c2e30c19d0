"""The times of a bag: of the request alone, to the minute."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from randomization.product.rules.bag_times import BagTimes, bag_times
from trial_edc.dates import SITE_TZ
from trial_edc.protocol import PROTOCOL

pytestmark = pytest.mark.verifies("RND-05")
NOON = datetime(2026, 3, 8, 12, tzinfo=SITE_TZ)
MINUTE = timedelta(minutes=1)
SETTINGS = replace(
    PROTOCOL.infusion,
    thaw_to_start_max_min=120,
    opened_to_start_max_min=120,
    preparation_lead_min=90,
    release_lead_min=20,
)


def times(signed_before_min: float, **settings: int) -> tuple[int, ...]:
    """Minutes from the planned start to each time."""
    found = bag_times(
        NOON,
        signed_at=NOON - signed_before_min * MINUTE,
        settings=replace(SETTINGS, **settings),
    )
    instants = (found.prepare_from, found.leaves_at, found.start_before)
    return tuple((instant - NOON) // MINUTE for instant in instants)


@pytest.mark.parametrize(
    ("signed_before_min", "expected"),
    [
        (600, (-90, -20, 30)),
        (90, (-90, -20, 30)),
        (89, (-89, -19, 31)),
        (89.9, (-90, -20, 30)),
        (0, (0, 70, 120)),
        (-30, (30, 100, 150)),
    ],
)
def test_times_count_from_the_first_start_that_both_preparations_reach(
    signed_before_min, expected
):
    assert times(signed_before_min) == expected


@pytest.mark.parametrize(
    ("settings", "start_before"),
    [
        ({"thaw_to_start_max_min": 110}, 20),
        ({"opened_to_start_max_min": 110}, 20),
        ({"thaw_to_start_max_min": 240, "opened_to_start_max_min": 110}, 20),
    ],
)
def test_the_stricter_limit_holds_for_both_products(settings, start_before):
    assert times(600, **settings)[-1] == start_before


def test_the_request_counts_to_the_minute():
    found = bag_times(NOON, signed_at=NOON - 600.5 * MINUTE, settings=SETTINGS)

    assert found == BagTimes(
        requested_at=NOON - 601 * MINUTE,
        prepare_from=NOON - 90 * MINUTE,
        leaves_at=NOON - 20 * MINUTE,
        start_before=NOON + 30 * MINUTE,
    )


def test_a_bag_keeps_from_its_first_preparation_until_the_label_ends():
    limits = PROTOCOL.infusion
    found = bag_times(NOON, signed_at=NOON - 600 * MINUTE)

    longest = (found.start_before - found.prepare_from) / MINUTE

    assert longest <= min(limits.thaw_to_start_max_min, limits.opened_to_start_max_min)
    assert found.prepare_from < found.leaves_at < NOON < found.start_before


@pytest.mark.parametrize(("minutes", "expected"), [(-1, False), (0, True), (1, True)])
def test_a_bag_handed_over_before_the_request_is_another_one(minutes, expected):
    signed_at = NOON - 600 * MINUTE
    bag = bag_times(NOON, signed_at=signed_at, settings=SETTINGS)

    assert bag.are_of(signed_at + minutes * MINUTE) is expected
    assert bag.are_of(None) is False
