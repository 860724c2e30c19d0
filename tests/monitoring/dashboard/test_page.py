"""What the dashboard says and draws of the participants against the plan."""

from datetime import date, timedelta

import pytest
from django.template.loader import render_to_string

from monitoring.dashboard.page import TOP, accrual_chart
from monitoring.dashboard.selectors import Dashboard

TARGET = 80
BEGUN_ON = date(2026, 1, 5)
TODAY = BEGUN_ON + timedelta(days=365)


def board(randomized):
    return Dashboard(
        today=TODAY,
        target=TARGET,
        begun_on=BEGUN_ON,
        planned_days=365,
        accrual=[(BEGUN_ON + timedelta(days=day), 1) for day in range(randomized)],
        forecast=None,
        statuses=[],
        visits=[],
        overdue=[],
        overdue_count=0,
        forms=[],
        queries_open=0,
        queries_answered=0,
    )


@pytest.mark.parametrize(
    ("randomized", "sentence"),
    [
        (
            79,
            (
                "79 of 80 participants are randomized (a steady pace would have "
                "brought 80 by today). There are too few yet to say when the last one "
                "will come."
            ),
        ),
        (80, "All 80 planned participants are randomized."),
        (81, "81 participants are randomized, 80 planned: 1 beyond the plan."),
        (82, "82 participants are randomized, 80 planned: 2 beyond the plan."),
    ],
)
def test_a_count_beyond_the_plan_says_so(randomized, sentence):
    text = render_to_string(
        "monitoring/dashboard/sentence.html", {"board": board(randomized)}
    )

    assert " ".join(text.removeprefix('<p class="sentence">').split()) == (
        f"{sentence} </p>"
    )


def test_the_line_of_a_full_trial_stays_within_the_chart():
    chart = accrual_chart(
        board(82).accrual,
        begun_on=BEGUN_ON,
        planned_days=365,
        target=TARGET,
        today=TODAY,
    )

    heights = [float(point.split(",")[1]) for point in chart.actual.split()]
    assert min(heights) == TOP


def test_people_of_one_day_are_one_step():
    chart = accrual_chart(
        [(BEGUN_ON, 4), (BEGUN_ON + timedelta(days=365), 36)],
        begun_on=BEGUN_ON,
        planned_days=365,
        target=TARGET,
        today=TODAY,
    )

    # 182 high and 486 wide: 4 of 80 are 9.1 above the base, 40 of 80 are 91
    assert chart.actual == (
        "36.0,194.0 36.0,194.0 36.0,184.9 522.0,184.9 522.0,103.0 522.0,103.0"
    )
