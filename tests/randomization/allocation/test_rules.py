"""What stands against randomising, at the edges of each condition."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from randomization.allocation.rules.readiness import (
    Obstacle,
    RandomizationState,
    obstacles,
)
from randomization.vocabulary import StudyStatus

NOW = datetime(2026, 3, 17, 4, tzinfo=UTC)
READY = RandomizationState(
    study_status=StudyStatus.OPEN,
    is_consented=True,
    is_screening_open=True,
    verdict="eligible",
    reasons=(),
    confirmed_at=NOW - timedelta(hours=24),
    was_confirmed=True,
)


def against(**changes: object) -> list[tuple[str, str]]:
    state = replace(READY, **changes)  # type: ignore[arg-type]
    return [(one.code, one.detail) for one in obstacles(state, now=NOW, hours=24)]


@pytest.mark.verifies("RND-01")
def test_a_confirmation_holds_to_its_last_moment() -> None:
    late = NOW - timedelta(hours=24, microseconds=1)

    assert against() == []
    assert against(confirmed_at=late) == [("confirmation", "")]


@pytest.mark.verifies("RND-01")
@pytest.mark.parametrize(
    ("changes", "obstacle"),
    [
        ({"study_status": StudyStatus.SETUP}, "study"),
        ({"study_status": StudyStatus.PAUSED_RANDOMISATION}, "study"),
        ({"study_status": StudyStatus.PAUSED_INFUSION}, "study"),
        ({"is_consented": False}, "consent"),
        ({"is_screening_open": False}, "screening"),
        ({"verdict": "undecided"}, "verdict"),
        ({"confirmed_at": None}, "confirmation"),
    ],
)
def test_each_condition_alone_is_an_obstacle(
    changes: dict[str, object], obstacle: str
) -> None:
    assert against(**changes) == [(obstacle, "")]


def test_every_obstacle_is_named_with_its_criteria() -> None:
    nothing = RandomizationState(
        study_status=StudyStatus.SETUP,
        is_consented=False,
        is_screening_open=False,
        verdict="not_eligible",
        reasons=("I2:not_met", "E9:present"),
        confirmed_at=None,
        was_confirmed=False,
    )

    assert obstacles(nothing, now=NOW, hours=24) == (
        Obstacle("study", "The study is not open for randomization."),
        Obstacle("consent", "No valid consent is on record."),
        Obstacle("screening", "The screening is closed."),
        Obstacle("verdict", "The participant is not eligible."),
        Obstacle("criterion", "Criterion not satisfied", "I2:not_met"),
        Obstacle("criterion", "Criterion not satisfied", "E9:present"),
        Obstacle("confirmation", "No investigator has confirmed eligibility."),
    )


def test_a_lapsed_confirmation_differs_from_none() -> None:
    lapsed = replace(READY, confirmed_at=None)

    assert [one.message for one in obstacles(lapsed, now=NOW, hours=24)] == [
        "A deciding value changed after the confirmation; confirm again."
    ]
