"""What stands against randomizing, at the edges of each condition."""

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
    missing=(),
    is_consented=True,
    is_screening_open=True,
    verdict="eligible",
    reasons=(),
    confirmed_at=NOW - timedelta(hours=24),
    was_confirmed=True,
    has_person_key=True,
    undecided=(),
    same=(),
)


@pytest.mark.verifies("RND-01")
def test_a_confirmation_holds_to_its_last_moment():
    assert obstacles(READY, now=NOW, hours=24) == ()


PAUSED = "Randomization is paused until two persons reopen it."
NO_KEY = "No hospital number is on record; enter it as contact details."
UNDECIDED = "An investigator has to decide whether this is the same person as"
SAME = "An investigator decided that this is the same person as"
NOT_OPEN = "The study is not open for randomization."


@pytest.mark.verifies("RND-01", "RND-12")
@pytest.mark.parametrize(
    ("changes", "obstacle"),
    [
        ({"study_status": StudyStatus.SETUP}, Obstacle("study", NOT_OPEN)),
        ({"missing": ("No plan.",)}, Obstacle("go_live", "No plan.")),
        ({"study_status": StudyStatus.CLOSED}, Obstacle("study", NOT_OPEN)),
        ({"study_status": StudyStatus.LOCKED}, Obstacle("study", NOT_OPEN)),
        ({"study_status": StudyStatus.PAUSED_RANDOMIZATION}, Obstacle("study", PAUSED)),
        ({"study_status": StudyStatus.PAUSED_INFUSION}, Obstacle("study", PAUSED)),
        (
            {"is_consented": False},
            Obstacle("consent", "No valid consent is on record."),
        ),
        ({"has_person_key": False}, Obstacle("person", NO_KEY)),
        ({"undecided": ("S-001R",)}, Obstacle("person", UNDECIDED, "S-001R")),
        ({"same": ("S-001R",)}, Obstacle("person", SAME, "S-001R")),
        (
            {"is_screening_open": False},
            Obstacle("screening", "The screening is closed."),
        ),
        (
            {"verdict": "undecided"},
            Obstacle("verdict", "The participant is not eligible."),
        ),
        (
            {"confirmed_at": NOW - timedelta(hours=24, microseconds=1)},
            Obstacle(
                "confirmation",
                "The confirmation of eligibility is too old; confirm it again.",
            ),
        ),
        (
            {"confirmed_at": None},
            Obstacle(
                "confirmation",
                "A deciding value changed after the confirmation; confirm again.",
            ),
        ),
        (
            {"confirmed_at": None, "was_confirmed": False},
            Obstacle("confirmation", "No investigator has confirmed eligibility."),
        ),
    ],
)
def test_each_condition_alone_is_an_obstacle(changes, obstacle):
    state = replace(READY, **changes)

    assert obstacles(state, now=NOW, hours=24) == (obstacle,)


def test_every_obstacle_is_named_with_its_criteria() -> None:
    nothing = RandomizationState(
        study_status=StudyStatus.SETUP,
        missing=("No allocation list is sealed.",),
        is_consented=False,
        is_screening_open=False,
        verdict="not_eligible",
        reasons=("I2:not_met", "E9:present"),
        confirmed_at=None,
        was_confirmed=False,
        has_person_key=False,
        undecided=("S-001R", "S-002W"),
        same=("S-003A",),
    )

    assert obstacles(nothing, now=NOW, hours=24) == (
        Obstacle("study", "The study is not open for randomization."),
        Obstacle("go_live", "No allocation list is sealed."),
        Obstacle("consent", "No valid consent is on record."),
        Obstacle("person", NO_KEY),
        Obstacle("person", UNDECIDED, "S-001R"),
        Obstacle("person", UNDECIDED, "S-002W"),
        Obstacle("person", SAME, "S-003A"),
        Obstacle("screening", "The screening is closed."),
        Obstacle("verdict", "The participant is not eligible."),
        Obstacle("criterion", "Criterion not satisfied", "I2:not_met"),
        Obstacle("criterion", "Criterion not satisfied", "E9:present"),
        Obstacle("confirmation", "No investigator has confirmed eligibility."),
    )
