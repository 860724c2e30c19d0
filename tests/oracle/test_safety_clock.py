"""Reporting deadlines of serious adverse events."""

import pytest

from safety.reports.rules.clocks import SeriousCase, deadlines
from tests.oracle.cases import Case, at_site, compare, each_case, yes


@pytest.mark.verifies("SAF-01", "SAF-02", "SAF-03")
@each_case("safety_clock_cases.csv")
def test_deadlines(case: Case) -> None:
    aware, sponsor = case["investigator_aware_at"], case["sponsor_aware_at"]
    expected = case["expected_per_reference_safety_info"]

    due = deadlines(
        SeriousCase(
            serious=yes(case["serious"]),
            fatal_or_life_threatening=yes(case["fatal_or_life_threatening"]),
            investigator_aware_at=at_site(aware) if aware else None,
            sponsor_aware_at=at_site(sponsor) if sponsor else None,
            causality_investigator=case["causality_investigator"] or None,
            causality_sponsor=case["causality_sponsor"] or None,
            expected=yes(expected) if expected else None,
        )
    )

    derived = {
        "exp_sae_report_due_to_sponsor": due.report_to_sponsor_due_at,
        "exp_susar": due.is_susar,
        "exp_clock": due.clock,
        "exp_initial_due_date": due.initial_due_on,
        "exp_followup_due_date": due.followup_due_on,
    }
    compare(case, derived, always="exp_initial_due_date exp_followup_due_date")
