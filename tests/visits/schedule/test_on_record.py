"""A visit of which anything is on record is never missed by the clock alone."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from entry.worklist.selectors.work import work_for
from record.casebook.form_data import Casebook, FormData
from record.casebook.models import Participant
from record.casebook.selectors import casebook_of
from record.casebook.values import MissingCode, Partial
from tests.people import STAGE, person
from tests.visits import stage
from trial_edc import clock
from trial_edc.dates import SITE_TZ
from trial_edc.vocabulary import VisitCode, VisitStatus
from visits.deviations.services import raise_missed_visits_of
from visits.facts import VISIT_FORMS, VisitsOnRecord, visits_on_record
from visits.reminders.facts import is_awaited
from visits.schedule.facts import Visit, is_on_record
from visits.schedule.rules import Course, StatusReason, VisitState, visit_status
from visits.schedule.selectors import schedule, visit_record
from visits.schedule.services import mark_missed

DAY_0 = date(2026, 3, 1)
COURSE = Course(day0=DAY_0)  # the window of day 28 is 26 March to 1 April, grace to 8
D28, LAST = VisitCode.DAY_28, date(2026, 4, 1)
NOON = datetime(2026, 3, 29, 12, tzinfo=SITE_TZ)


def state(today: date, course: Course = COURSE, **facts: bool) -> VisitState:
    now = datetime.combine(today, time(12), SITE_TZ)
    return visit_status(D28, course, now=now, on_record=True, **facts)


@pytest.mark.parametrize(
    ("today", "expected", "reason"),
    [
        (LAST, VisitStatus.DUE, None),
        (date(2026, 4, 2), VisitStatus.OVERDUE, StatusReason.ON_RECORD),
        (date(2026, 4, 8), VisitStatus.OVERDUE, StatusReason.ON_RECORD),
        (date(2026, 4, 9), VisitStatus.OVERDUE, StatusReason.ON_RECORD),
        (date(2027, 4, 9), VisitStatus.OVERDUE, StatusReason.ON_RECORD),
    ],
)
def test_it_stays_overdue_until_it_is_entered(today, expected, reason):
    assert (state(today).status, state(today).reason) == (expected, reason)


def test_a_later_death_does_not_make_it_missed():
    died = replace(COURSE, death_on=date(2026, 4, 2))
    in_time = replace(COURSE, death_on=LAST)

    assert state(date(2026, 5, 1), died).status == VisitStatus.OVERDUE
    assert state(date(2026, 5, 1), in_time).status == VisitStatus.NOT_REQUIRED


def test_a_person_may_say_that_it_was_missed():
    marked = state(date(2026, 5, 1), marked_missed=True)

    assert (marked.status, marked.reason) == (VisitStatus.MISSED, StatusReason.MARKED)


def row(code: str, visit: str = "", **values: Any) -> FormData:
    return FormData(code, values, visit=visit)


BEGUN = {
    "VIS": {"performed": "Y"},
    "IRQ": {"decision": "go"},
    "INF": {"given": "given"},
    "VSI": {"taken_at": MissingCode.NOT_DONE},
    "VIT": {"weight_kg": 70},
    "LAB": {"sampled_at": NOON},
    "O28": {"vital_status": "alive"},
    "OM3": {"vital_status": "alive"},
}
PLANNED = [
    row("VIS", "D28", appointment_at=NOON),
    row("IRQ", "D28", planned_start_at=NOON),
    row("IRQ", "D28", retry_at=NOON),
    row("LAB", "D28", sampled_at=None),
]


def on_record(*rows: FormData) -> bool:
    return is_on_record(D28, COURSE, visits_on_record(Casebook.of(rows)))


@pytest.mark.parametrize("code", VISIT_FORMS)
def test_a_form_begun_is_on_record_for_its_visit(code):
    assert on_record(row(code, "D28", **BEGUN[code]))
    assert not on_record(row(code, "D21", **BEGUN[code]))


@pytest.mark.parametrize("planned", PLANNED)
def test_a_plan_is_no_record(planned):
    assert not on_record(planned)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 3, 25), False),
        (date(2026, 3, 26), True),
        (date(2026, 4, 1), True),
        (date(2026, 4, 2), False),
    ],
)
def test_a_sample_or_contact_counts_on_the_days_of_the_window(day, expected):
    at = datetime.combine(day, time(0), SITE_TZ)

    assert on_record(row("CRE", sample_at=Partial(day.isoformat()))) is expected
    assert on_record(row("CAL", at=at, reached="relative")) is expected
    assert not on_record(row("CAL", at=at, reached="nobody"))
    assert not on_record(row("CRE", sample_at=Partial("2026-03")))


@pytest.mark.django_db
def test_pages_and_edit_checks_see_the_same_on_record():
    who = stage.infused(ago=20)
    stage.row(who, "CRE", {"sample_at": stage.days_ago(3), "value": 80})
    stage.row(who, "CAL", {"at": stage.days_ago(5), "reached": "relative"})
    stage.enter(who, "VIT", {"weight_kg": 70}, visit="D7")
    stage.enter(who, "VIS", {"appointment_at": stage.days_ago(1)}, visit="D14")

    assert schedule(who).on_record == visits_on_record(casebook_of(who))
    assert schedule(who).on_record == VisitsOnRecord(
        frozenset({"D0", "D7"}), frozenset({stage.day(3), stage.day(5)})
    )


@pytest.fixture
def at_midnight() -> tuple[Participant, datetime]:
    """Somebody infused half an hour before midnight, and the time an hour later."""
    begins = datetime.combine(clock.today(), time(23, 30), SITE_TZ)
    with clock.at(begins + timedelta(minutes=1)):
        who = stage.infused(ago=0)
    return who, begins + timedelta(hours=1)


def day_0(who: Participant) -> Visit:
    return schedule(who).visit("D0")


@pytest.mark.django_db
def test_day_0_after_midnight_is_a_record_to_be_entered(at_midnight):
    who, now = at_midnight
    with clock.at(now):
        work = {(item.kind, item.text) for item in work_for(person("CO"))}

        assert day_0(who).status == VisitStatus.OVERDUE
        assert ("Visit", "Day 0 · Record to be entered") in work


@pytest.mark.django_db
def test_nobody_is_told_that_a_visit_on_record_is_late(at_midnight):
    who, now = at_midnight
    with clock.at(now + timedelta(days=30)):
        assert not is_awaited(day_0(who))
        raise_missed_visits_of([who])

    assert not any(" D0 " in occasion for occasion in stage.rules_broken(who))


@pytest.mark.django_db
def test_a_visit_with_a_sample_alone_may_be_marked_as_missed():
    who = stage.infused(ago=60)
    stage.row(who, "CRE", {"sample_at": stage.days_ago(32), "value": 80})
    assert schedule(who).visit("D28").status == VisitStatus.OVERDUE

    mark_missed(visit_record(who, "D28"), by=STAGE, reason="refused")

    assert schedule(who).visit("D28").status == VisitStatus.MISSED
