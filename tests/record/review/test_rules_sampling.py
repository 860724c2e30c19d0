"""The plan of verification: tiers, shares and the draw of participants."""

import hashlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis.strategies import integers, text

from record.review.rules import (
    PLACES,
    VerificationPlan,
    places_below,
    sampling_place,
    share_after_findings,
    tier_of,
)
from trial_edc.protocol import PROTOCOL, TierSettings
from trial_edc.typed_toml import OddValue
from trial_edc.vocabulary import VerificationTier

CRITICAL = [
    "CNS",
    "ELG",
    "RAN",
    "INF",
    "CRE",
    "RRT",
    "O28",
    "OM3",
    "DTH",
    "AE",
    "SAE",
    "PRD",
    "DVP",
]
NUMBERS = [f"S-{number:04}" for number in range(4000)]


def plan(seed="seed", **shares_pct):
    return VerificationPlan(seed, {"critical": 100, "important": 50} | shares_pct)


@pytest.mark.verifies("SDV-01")
@pytest.mark.parametrize(
    ("code", "tier"),
    [
        *[(code, "critical") for code in CRITICAL],
        ("LAB", "important"),
        ("VIS", "other"),
        ("ZZA", "other"),  # a form that no tier names
    ],
)
def test_a_form_is_of_the_tier_that_names_it_or_of_the_last(code, tier):
    assert tier_of(code) == tier


@pytest.mark.verifies("SDV-01")
def test_a_place_is_the_beginning_of_a_hash_that_anybody_can_check():
    digest = hashlib.sha256(b"seed:other:S-001Z").hexdigest()

    assert sampling_place("seed", "other", "S-001Z") == int(digest[:7], 16)
    assert sampling_place("seed", "other", "S-001Z") != sampling_place(
        "seed", "important", "S-001Z"
    )


@pytest.mark.parametrize(
    ("share", "places"), [(0, 0), (1, 2684354), (50, PLACES // 2), (100, PLACES)]
)
def test_a_share_takes_its_part_of_the_places(share, places):
    assert places_below(share) == places


@pytest.mark.verifies("SDV-01")
def test_a_share_is_that_of_the_participants_and_a_larger_one_has_all_of_a_smaller():
    small, large = plan(other=20), plan(other=30)

    chosen = {number for number in NUMBERS if small.asks_for("VIS", number)}
    more = {number for number in NUMBERS if large.asks_for("VIS", number)}

    assert chosen < more
    assert 0.17 < len(chosen) / len(NUMBERS) < 0.23
    assert 0.27 < len(more) / len(NUMBERS) < 0.33


def test_the_place_that_a_share_ends_at_is_outside():
    first, *_ = sorted(NUMBERS, key=lambda number: sampling_place("s", "other", number))
    nobody = VerificationPlan("s", {"other": 0})

    assert not nobody.asks_for("VIS", first)


@pytest.mark.verifies("SDV-01")
def test_all_are_asked_for_in_a_full_tier_before_a_draw_and_of_what_unblinds():
    answers = Counter(
        (
            plan(other=1).asks_for("INF", number),
            plan("", other=1).asks_for("VIS", number),
            plan(other=1).asks_for("VIS", number, is_restricted=True),
        )
        for number in NUMBERS
    )

    assert answers == {(True, True, True): len(NUMBERS)}


@pytest.mark.verifies("SDV-03")
@pytest.mark.parametrize(
    ("share", "findings", "raised"),
    [(20, 0, 20), (20, 1, 40), (20, 4, 100), (20, 5, 100), (100, 1, 100)],
)
def test_each_finding_raises_the_share_up_to_all(share, findings, raised):
    assert share_after_findings(share, findings, 20) == raised


@given(seed=text(min_size=1), share=integers(1, 99), findings=integers(0, 9))
def test_nobody_leaves_the_sample_by_findings(seed, share, findings):
    before = plan(seed, other=share)
    after = plan(seed, other=share_after_findings(share, findings, 20))

    assert all(
        after.asks_for("VIS", number)
        for number in NUMBERS[:50]
        if before.asks_for("VIS", number)
    )


@pytest.mark.parametrize("share", [0, 101])
def test_a_share_is_from_1_to_100(share):
    with pytest.raises(OddValue, match="is not from 1 to 100"):
        TierSettings(VerificationTier.OTHER, share)


def test_the_last_tier_has_what_no_other_names():
    *named, rest = PROTOCOL.verification.tiers

    assert [bool(tier.forms) for tier in named] == [True, True]
    assert rest.forms == ()
