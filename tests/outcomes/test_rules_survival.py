"""Survival at the edges of its horizon, of the visit's window and of the cut-off."""

from dataclasses import replace
from datetime import date

import pytest

from outcomes.rules import Survival, derive, endpoints
from tests.outcomes.records import SURVIVOR
from trial_edc.dates import PartialDateText

SILENT = replace(
    SURVIVOR, d28_visit_on=None, m3_visit_on=None, last_alive_on=None, creatinine=()
)


def at_28_days(record):
    derived = endpoints(record)
    return derived.os28_status, derived.os28_time, derived.os28_event


@pytest.mark.verifies("OUT-02")
@pytest.mark.parametrize(
    ("died_on", "expected"),
    [
        (date(2023, 3, 1), (Survival.DEAD, 0, 1)),
        (date(2023, 3, 29), (Survival.DEAD, 28, 1)),
        (date(2023, 3, 30), (Survival.ALIVE, 28, 0)),
    ],
)
def test_a_death_on_day_28_is_a_death_within_28_days(died_on, expected):
    assert at_28_days(replace(SILENT, death_on=died_on)) == expected


@pytest.mark.verifies("OUT-02")
@pytest.mark.parametrize(
    ("cutoff", "expected"),
    [
        (date(2023, 3, 11), (Survival.DEAD, 10, 1)),
        (date(2023, 3, 10), (Survival.PENDING, 0, 0)),
    ],
)
def test_a_death_counts_up_to_the_day_of_the_cut_off(cutoff, expected):
    record = replace(SILENT, death_on=date(2023, 3, 11), cutoff=cutoff)

    assert at_28_days(record) == expected


@pytest.mark.verifies("OUT-02")
@pytest.mark.parametrize(
    ("visited_on", "cutoff", "expected"),
    [
        (date(2023, 3, 27), date(2023, 3, 27), (Survival.ALIVE, 26, 0)),
        (date(2023, 3, 27), date(2023, 3, 26), (Survival.PENDING, 0, 0)),
        (date(2023, 4, 1), date(2023, 12, 31), (Survival.ALIVE, 28, 0)),
        (date(2023, 4, 2), date(2023, 12, 31), (Survival.UNKNOWN, 28, 0)),
        (None, date(2023, 12, 31), (Survival.UNKNOWN, 0, 0)),
    ],
)
def test_a_visit_known_by_the_cut_off_is_evidence_of_life(visited_on, cutoff, expected):
    record = replace(SILENT, d28_visit_on=visited_on, cutoff=cutoff)

    assert at_28_days(record) == expected


@pytest.mark.verifies("OUT-02")
@pytest.mark.parametrize(
    ("last_alive_on", "cutoff", "expected"),
    [
        (date(2023, 3, 28), date(2023, 12, 31), (Survival.UNKNOWN, 27, 0)),
        (date(2023, 3, 29), date(2023, 12, 31), (Survival.ALIVE, 28, 0)),
        (date(2023, 3, 29), date(2023, 3, 29), (Survival.ALIVE, 28, 0)),
        (date(2023, 3, 29), date(2023, 3, 28), (Survival.PENDING, 27, 0)),
    ],
)
def test_evidence_of_life_counts_from_day_28_and_up_to_the_cut_off(
    last_alive_on, cutoff, expected
):
    record = replace(SILENT, last_alive_on=last_alive_on, cutoff=cutoff)

    assert at_28_days(record) == expected


@pytest.mark.verifies("OUT-02")
@pytest.mark.parametrize(
    ("cutoff", "expected"),
    [
        (date(2023, 3, 20), Survival.UNKNOWN),
        (date(2023, 3, 19), Survival.PENDING),
    ],
)
def test_a_withdrawal_counts_up_to_the_day_of_the_cut_off(cutoff, expected):
    record = replace(SILENT, withdrawn_on=date(2023, 3, 20), cutoff=cutoff)

    assert endpoints(record).os28_status == expected


@pytest.mark.verifies("OUT-02")
@pytest.mark.parametrize(
    ("last_alive_on", "expected"),
    [
        (date(2023, 3, 29), Survival.UNKNOWN),  # of the death in March: on day 28, 30th
        (date(2023, 3, 30), Survival.ALIVE),
    ],
)
def test_nobody_dies_before_the_last_day_known_alive(last_alive_on, expected):
    record = replace(SILENT, last_alive_on=last_alive_on)

    derived = derive(record, PartialDateText.parse("2023-03"))

    assert derived.os28_status == expected


@pytest.mark.verifies("OUT-02")
def test_a_death_dated_before_day_0_has_no_time():
    derived = derive(SILENT, PartialDateText.parse("2023-02-28"))

    assert (derived.os28_status, derived.os28_time) == (Survival.DEAD, None)
