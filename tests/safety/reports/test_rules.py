"""Who is a SUSAR, beyond the reference cases."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from safety.reports.rules.clocks import (
    Clock,
    Deadlines,
    SeriousCase,
    deadlines,
    follow_up_deadlines,
    is_susar,
)
from trial_edc.dates import SITE_TZ
from trial_edc.protocol import PROTOCOL

AWARE_AT = datetime(2023, 3, 5, 10, tzinfo=SITE_TZ)


def case(
    investigator: str | None, sponsor: str | None, *, expected: bool | None = False
) -> SeriousCase:
    """Make a serious, not fatal case."""
    return SeriousCase(
        serious=True,
        fatal_or_life_threatening=False,
        investigator_aware_at=AWARE_AT,
        causality_investigator=investigator,
        causality_sponsor=sponsor,
        expected=expected,
    )


@pytest.mark.verifies("SAF-02")
@pytest.mark.parametrize(
    ("serious_case", "expected"),
    [
        (case("unlikely", "unrelated"), False),
        (case("possible", None), True),
        (case(None, "not_assessable"), True),
        (case(None, None), True),  # assessed by nobody counts as related
        (case("certain", "certain", expected=True), False),
        (case("certain", "certain", expected=None), False),  # not yet assessed
    ],
)
def test_related_by_either_and_unexpected(
    serious_case: SeriousCase, *, expected: bool
) -> None:
    assert is_susar(serious_case) is expected


@pytest.mark.verifies("SAF-03")
def test_days_count_from_the_sponsors_site_date() -> None:
    late = datetime.fromisoformat("2023-03-05T17:00:00+00:00")  # 6 March at the site
    aware = SeriousCase(
        serious=True,
        fatal_or_life_threatening=True,
        investigator_aware_at=None,
        sponsor_aware_at=late,
        expected=False,
    )

    due = deadlines(aware)

    assert due.clock == Clock.DAYS_7
    assert str(due.initial_due_on) == "2023-03-13"
    assert str(due.followup_due_on) == "2023-03-21"
    assert due.report_to_sponsor_due_at is None


def susar(aware_on: str, *, grave: bool, expected: bool = False) -> Deadlines | None:
    """Deadlines of new information on a fatal SUSAR of 5 March."""
    first = SeriousCase(
        serious=True,
        fatal_or_life_threatening=grave,
        investigator_aware_at=None,
        sponsor_aware_at=AWARE_AT,
        expected=False,
    )
    later = datetime.fromisoformat(f"{aware_on}T09:00").replace(tzinfo=SITE_TZ)
    new = replace(first, sponsor_aware_at=later, expected=expected)
    return follow_up_deadlines(deadlines(first), new)


@pytest.mark.verifies("SAF-03", "SAF-10")
@pytest.mark.parametrize(
    ("aware_on", "grave", "due_on"),
    [
        ("2023-03-06", True, date(2023, 3, 13)),  # 7 days from the new information
        ("2023-03-14", True, date(2023, 3, 20)),  # the complete follow-up comes first
        ("2023-03-20", True, date(2023, 3, 20)),
        ("2023-03-21", True, date(2023, 3, 28)),  # after it, 7 days again
        ("2023-03-21", False, date(2023, 4, 5)),
    ],
)
def test_new_information_on_a_susar_is_due_from_its_own_receipt(
    aware_on: str, due_on: date, *, grave: bool
) -> None:
    due = susar(aware_on, grave=grave)

    assert due == Deadlines(
        None,
        is_susar=True,
        clock=Clock.FOLLOW_UP,
        initial_due_on=due_on,
        followup_due_on=date(2023, 3, 20) if grave else None,
    )


@pytest.mark.verifies("SAF-02", "SAF-10")
def test_version_that_is_a_susar_no_more_has_no_deadline() -> None:
    assert susar("2023-03-06", grave=True, expected=True) == Deadlines(None)


@pytest.mark.verifies("SAF-01", "SAF-03")
def test_new_information_on_a_susar_has_its_report_to_the_sponsor():
    first = replace(case("possible", None), sponsor_aware_at=AWARE_AT)
    new_at = datetime(2023, 3, 9, 15, 30, tzinfo=SITE_TZ)
    new = replace(first, investigator_aware_at=new_at, sponsor_aware_at=new_at)

    assert follow_up_deadlines(deadlines(first), new) == Deadlines(
        datetime(2023, 3, 10, 15, 30, tzinfo=SITE_TZ),
        is_susar=True,
        clock=Clock.FOLLOW_UP,
        initial_due_on=date(2023, 3, 24),
    )


@pytest.mark.verifies("SAF-01", "SAF-02", "SAF-03")
def test_the_settings_say_who_is_related_and_how_long_a_clock_runs():
    settings = replace(
        PROTOCOL.safety,
        related_causalities=("unlikely",),
        report_to_sponsor_hours=2,
        susar_other_days=5,
    )
    unlikely = replace(case("unlikely", None), sponsor_aware_at=AWARE_AT)

    due = deadlines(unlikely, settings)

    assert due == Deadlines(
        datetime(2023, 3, 5, 12, tzinfo=SITE_TZ),
        is_susar=True,
        clock=Clock.DAYS_15,
        initial_due_on=date(2023, 3, 10),
    )
    assert follow_up_deadlines(due, unlikely, settings) == replace(
        due, clock=Clock.FOLLOW_UP
    )
    assert not is_susar(case("possible", None), settings)
