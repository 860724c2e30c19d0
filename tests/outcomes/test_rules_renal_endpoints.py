"""Creatinine, RRT and recovery on the first and last day that count."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from outcomes.rules import (
    CreatinineSample,
    EverRrt,
    Recovery,
    Rrt,
    RrtDependence,
    endpoints,
)
from tests.outcomes.records import SURVIVOR, at
from trial_edc.protocol import Month3Rule


def with_sample(when, umol_l="100", **changes):
    samples = (CreatinineSample(at(when), Decimal(umol_l)),)
    return endpoints(replace(SURVIVOR, creatinine=samples, **changes))


@pytest.mark.verifies("OUT-01")
@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2023-03-25T23:59", None),
        ("2023-03-26T00:00", Decimal(100)),
        ("2023-04-01T23:59", Decimal(100)),
        ("2023-04-02T00:00", None),
    ],
)
def test_creatinine_at_day_28_is_of_day_25_to_31(when, expected):
    assert with_sample(when).scr_d28 == expected


@pytest.mark.verifies("OUT-05")
@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2023-05-17T23:59", Recovery.UNKNOWN),
        ("2023-05-18T00:00", Recovery.COMPLETE),
        ("2023-06-15T23:59", Recovery.COMPLETE),
        ("2023-06-16T00:00", Recovery.UNKNOWN),
    ],
)
def test_creatinine_at_month_3_is_of_14_days_on_either_side(when, expected):
    assert with_sample(when).recovery_m3 == expected


@pytest.mark.verifies("WIN-02", "OUT-05")
@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2023-05-16T00:00", Recovery.COMPLETE),
        ("2023-06-13T23:59", Recovery.COMPLETE),
        ("2023-06-14T00:00", Recovery.UNKNOWN),
    ],
)
def test_where_month_3_is_90_days_its_window_moves_with_it(when, expected):
    schedule = replace(SURVIVOR.schedule, month3_rule=Month3Rule.DAYS_90)

    assert with_sample(when, schedule=schedule).recovery_m3 == expected


@pytest.mark.verifies("OUT-05", "OUT-06")
@pytest.mark.parametrize(
    ("umol_l", "expected"),
    [("120", Recovery.COMPLETE), ("120.01", Recovery.PARTIAL)],
)
def test_recovery_is_complete_up_to_one_and_a_half_times_baseline(umol_l, expected):
    assert with_sample("2023-06-01T08:00", umol_l).recovery_m3 == expected


@pytest.mark.verifies("OUT-04")
@pytest.mark.parametrize(
    ("visited_on", "last_session_on", "expected"),
    [
        (date(2023, 6, 15), date(2023, 6, 9), RrtDependence.DEPENDENT),
        (date(2023, 6, 15), date(2023, 6, 8), RrtDependence.INDEPENDENT),
        (date(2023, 6, 16), date(2023, 6, 10), RrtDependence.INDEPENDENT),
        (date(2023, 6, 16), date(2023, 5, 26), RrtDependence.DEPENDENT),
        (None, date(2023, 5, 26), RrtDependence.DEPENDENT),
        (None, date(2023, 5, 25), RrtDependence.INDEPENDENT),
    ],
)
def test_dependence_is_judged_on_the_7_days_to_the_visit_or_else_to_month_3(
    visited_on, last_session_on, expected
):
    session = Rrt(last_session_on, last_session_on)

    derived = endpoints(replace(SURVIVOR, m3_visit_on=visited_on, rrt=(session,)))

    assert derived.rrt_m3 == expected


@pytest.mark.verifies("OUT-04")
@pytest.mark.parametrize(
    ("started_on", "dependent", "ever"),
    [
        (date(2023, 6, 1), RrtDependence.DEPENDENT, EverRrt.YES),
        (date(2023, 6, 2), RrtDependence.INDEPENDENT, EverRrt.NO),
    ],
)
@pytest.mark.parametrize("is_transplant", [True, False])
def test_rrt_and_transplant_count_from_their_first_day(
    started_on, dependent, ever, *, is_transplant
):
    rrt = Rrt(started_on, is_transplant=is_transplant)

    derived = endpoints(replace(SURVIVOR, rrt=(rrt,)))

    assert (derived.rrt_m3, derived.ever_rrt_3m) == (dependent, ever)


@pytest.mark.verifies("OUT-04")
@pytest.mark.parametrize(
    ("ended_on", "expected"),
    [(date(2023, 3, 1), EverRrt.YES), (date(2023, 2, 28), EverRrt.NO)],
)
def test_rrt_that_ended_before_day_0_is_not_of_the_3_months(ended_on, expected):
    session = Rrt(date(2023, 2, 20), ended_on)

    assert endpoints(replace(SURVIVOR, rrt=(session,))).ever_rrt_3m == expected
