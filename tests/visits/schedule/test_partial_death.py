"""A death known as a month or a year closes the visits that surely lie after it."""

import pytest

from record.casebook.form_data import Casebook, FormData
from record.casebook.values import Partial
from tests.visits import stage
from trial_edc import clock
from trial_edc.dates import PartialDateText
from visits.facts import death_of
from visits.schedule.selectors import schedule


@pytest.mark.parametrize(
    ("known", "opened_on", "first", "last"),
    [
        ("2026", "2026-05-10", "2026-01-01", "2026-05-10"),
        ("2026-05", "2026-06-02", "2026-05-01", "2026-05-31"),
        ("2026-05-09", "2026-05-10", "2026-05-09", "2026-05-09"),
        ("2026-05", "2026-04-30", "2026-05-01", "2026-05-31"),
        ("2026", None, "2026-01-01", "2026-12-31"),
    ],
)
def test_nobody_died_after_the_death_was_put_on_record(
    known: str, opened_on: str | None, first: str, last: str
) -> None:
    day = Partial(opened_on).earliest if opened_on else None
    death = FormData("DTH", {"death_on": Partial(known)}, opened_on=day)

    between = PartialDateText(Partial(first).earliest, Partial(last).latest)
    assert death_of(Casebook.of([death])) == between


@pytest.mark.django_db
def test_visits_before_the_record_of_the_death_stay_as_they_were() -> None:
    who = stage.infused(ago=40)
    before = {visit.code: visit.status for visit in schedule(who).visits}

    stage.enter(who, "DTH", {"death_on": f"{clock.today():%Y}"})

    after = {visit.code: visit.status for visit in schedule(who).visits}
    assert after == {**before, "SCR": "not_required", "M3": "not_required"}
