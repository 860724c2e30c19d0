"""Raw course of a participant: every derived endpoint."""

import json
from dataclasses import asdict, replace
from decimal import Decimal

import pytest

from outcomes.rules import (
    CreatinineSample,
    Interval,
    Record,
    RecordedEvent,
    Rrt,
    derive,
)
from tests.oracle.cases import Case, at_site, compare, day, each_case, number, yes
from trial_edc.protocol import PROTOCOL, Month3Rule


def intervals(cell: str) -> list[Interval]:
    """Read stays; an empty end is still there."""
    rows = json.loads(cell or "[]")
    return [
        Interval(at_site(start), at_site(end) if end else None) for start, end in rows
    ]


def record(case: Case) -> Record:
    """Read one participant."""
    randomized_on, cutoff = day(case["randomised_date"]), day(case["data_cutoff"])
    assert randomized_on
    assert cutoff
    rule = Month3Rule(case["month3_rule"] or PROTOCOL.schedule.month3_rule)
    rrt = json.loads(case["rrt"] or "[]")
    return Record(
        randomized_on=randomized_on,
        infusion_1_at=at_site(case["infusion1_at"]) if case["infusion1_at"] else None,
        baseline_umol_l=number(case["baseline_scr_umol_l"]),
        cutoff=cutoff,
        d28_visit_on=day(case["d28_visit_done"]),
        m3_visit_on=day(case["m3_visit_done"]),
        last_alive_on=day(case["last_known_alive"]),
        death_on=day(case["death_date"]),
        withdrawn_on=day(case["followup_withdrawal_date"]),
        creatinine=[
            CreatinineSample(at_site(at), Decimal(str(value)))
            for at, value in json.loads(case["scr"] or "[]")
        ],
        rrt=[Rrt(at_site(start).date(), day(end)) for start, end in rrt],
        hospital=intervals(case["hosp"]),
        icu=intervals(case["icu"]),
        events=[
            RecordedEvent(onset, grade, yes(serious))
            for onset, grade, serious in json.loads(case["ae"] or "[]")
        ],
        schedule=replace(PROTOCOL.schedule, month3_rule=rule),
    )


@pytest.mark.verifies(
    "OUT-01",
    "OUT-02",
    "OUT-03",
    "OUT-04",
    "OUT-05",
    "OUT-06",
    "OUT-07",
    "OUT-08",
    "OUT-09",
)
@each_case("outcome_cases.csv")
def test_endpoints(case: Case) -> None:
    derived = asdict(derive(record(case)))

    compare(case, {f"exp_{name}": value for name, value in derived.items()})
