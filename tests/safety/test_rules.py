"""Who is a SUSAR, beyond the reference cases."""

from datetime import datetime

import pytest

from safety.rules import Clock, SeriousCase, deadlines, is_susar
from trial_edc.dates import SITE_ZONE

AWARE_AT = datetime(2023, 3, 5, 10, tzinfo=SITE_ZONE)


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
    ("found", "expected"),
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
    found: SeriousCase, *, expected: bool
) -> None:
    assert is_susar(found) is expected


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

    found = deadlines(aware)

    assert found.clock == Clock.DAYS_7
    assert str(found.initial_due_on) == "2023-03-13"
    assert str(found.followup_due_on) == "2023-03-21"
    assert found.report_to_sponsor_due_at is None
