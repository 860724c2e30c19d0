"""Which steps the study may take, and which of them two persons take."""

import pytest

from randomization.study.rules import needs_second_person, next_steps
from randomization.vocabulary import StudyStatus

SETUP, OPEN, PAUSED, STOPPED, CLOSED, LOCKED = (
    StudyStatus.SETUP,
    StudyStatus.OPEN,
    StudyStatus.PAUSED_RANDOMIZATION,
    StudyStatus.PAUSED_INFUSION,
    StudyStatus.CLOSED,
    StudyStatus.LOCKED,
)


@pytest.mark.parametrize(
    ("status", "steps"),
    [
        (SETUP, (OPEN,)),
        (OPEN, (PAUSED, STOPPED, CLOSED)),
        (PAUSED, (STOPPED, OPEN, CLOSED)),
        (STOPPED, (PAUSED, OPEN, CLOSED)),
        (CLOSED, (OPEN,)),
        (LOCKED, ()),
    ],
)
def test_each_status_leads_to_some_others(status, steps):
    assert next_steps(status) == steps


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (SETUP, OPEN, True),
        (PAUSED, OPEN, True),
        (STOPPED, OPEN, True),
        (CLOSED, OPEN, True),
        (STOPPED, PAUSED, True),
        (PAUSED, STOPPED, False),
        (OPEN, PAUSED, False),
        (OPEN, STOPPED, False),
        (OPEN, CLOSED, False),
        (STOPPED, CLOSED, False),
    ],
)
def test_a_step_that_allows_more_needs_a_second_person(before, after, expected):
    assert needs_second_person(before, after) is expected
