"""Windows and visit status."""

from dataclasses import replace
from datetime import datetime

import pytest

from tests.oracle.cases import Case, compare, day, each_case, yes
from trial_edc.protocol import PROTOCOL, Month3Rule, ScheduleSettings
from trial_edc.vocabulary import VisitCode, WithdrawalKind
from visits.schedule.rules import Course, DatedWithdrawal, HospitalStay, visit_status


def schedule(case: Case) -> ScheduleSettings:
    """Apply the case's month-3 rule."""
    rule = case["month3_rule"]
    return replace(
        PROTOCOL.schedule,
        month3_rule=Month3Rule(rule) if rule else PROTOCOL.schedule.month3_rule,
    )


def course(case: Case) -> Course:
    """Read one participant's course."""
    day0, discharged = day(case["day0_date"]), day(case["discharge_date"])
    withdrawn = day(case["followup_withdrawal_date"])
    kind = WithdrawalKind.EVERYTHING
    return Course(
        day0=day0,
        death_on=day(case["death_date"]),
        withdrawals=(DatedWithdrawal(kind, withdrawn),) if withdrawn else (),
        stays=(HospitalStay(day0 or discharged, discharged),) if discharged else (),
    )


@pytest.mark.verifies("WIN-01", "WIN-02", "WIN-03", "WIN-05")
@each_case("schedule_cases.csv")
def test_window_and_status(case: Case) -> None:
    state = visit_status(
        VisitCode(case["visit"]),
        course(case),
        now=datetime.fromisoformat(case["now_utc"]),
        done_on=day(case["visit_done_date"]),
        marked_missed=yes(case["marked_missed"]),
        schedule=schedule(case),
    )

    span = state.window
    derived = {
        "expected_target": span and span.target,
        "expected_window_open": span and span.opens,
        "expected_window_close": span and span.closes,
        "expected_status": state.status,
        "expected_out_of_window": state.out_of_window,
    }
    compare(case, derived)
