"""What follows from dates and findings of monitoring visits."""

from datetime import date

import pytest

from monitoring.visits.rules import (
    days_problem,
    is_overdue,
    raises_share,
    state_of_visit,
)

FIRST, SECOND, THIRD = (date(2026, 4, day) for day in (1, 2, 3))


@pytest.mark.verifies("SDV-03")
@pytest.mark.parametrize(
    ("category", "severity", "raises"),
    [
        ("data", "major", True),
        ("consent", "critical", True),
        ("eligibility", "major", True),
        ("safety", "major", True),
        ("data", "minor", False),
        ("documents", "critical", False),
        ("staff", "major", False),
        ("facilities", "major", False),
        ("procedures", "major", False),
        ("other", "critical", False),
    ],
)
def test_major_findings_in_the_data_raise_the_share(category, severity, raises):
    assert raises_share(category, severity) is raises


@pytest.mark.verifies("MVL-01")
@pytest.mark.parametrize(
    ("is_done", "is_cancelled", "state"),
    [
        (False, False, "planned"),
        (True, False, "done"),
        (False, True, "cancelled"),
    ],
)
def test_a_visit_is_planned_done_or_cancelled(is_done, is_cancelled, state):
    assert state_of_visit(is_done=is_done, is_cancelled=is_cancelled) == state


@pytest.mark.verifies("MVL-03")
@pytest.mark.parametrize(
    ("today", "is_closed", "late"),
    [
        (FIRST, False, False),
        (SECOND, False, False),
        (THIRD, False, True),
        (THIRD, True, False),
    ],
)
def test_an_action_is_late_from_the_day_after_it_is_due(today, is_closed, late):
    assert is_overdue(due_on=SECOND, today=today, is_closed=is_closed) is late


@pytest.mark.parametrize(
    ("started_on", "ended_on", "problem"),
    [
        (SECOND, SECOND, ""),
        (FIRST, SECOND, ""),
        (SECOND, FIRST, "order"),
        (FIRST, THIRD, "future"),
    ],
)
def test_a_visit_ends_when_it_began_or_later_and_not_in_the_future(
    started_on, ended_on, problem
):
    assert days_problem(started_on, ended_on, SECOND) == problem
