"""The calendar of the ward: which visit stands on which day, and for whom."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from record.accounts.models import User
from record.audit.attribution import Source
from record.capture.services.forms import save
from tests.people import person
from tests.visits import stage
from trial_edc import clock
from trial_edc.dates import SITE_TZ
from visits.calendar import page as calendar
from visits.calendar import selectors as calendar_selectors
from visits.calendar.page import VisitFilter
from visits.calendar.selectors import ParticipantFilter, planned_visits, shown
from visits.schedule.selectors import visit_record

pytestmark = pytest.mark.django_db
CALENDAR = "visits:calendar"


@pytest.fixture
def coordinator() -> User:
    return person("CO")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def planned_visit(
    user: User, number: str, label: str
) -> calendar_selectors.PlannedVisit:
    planned = shown(planned_visits(user))
    return next(
        visit
        for visit in planned
        if (visit.participant.number, visit.label) == (number, label)
    )


def discharge(someone, *, ago: float) -> None:
    times = {"in_at": stage.days_ago(ago + 2), "out_at": stage.days_ago(ago)}
    stage.row(someone, "STY", {"kind": "hospital", "hospital": "ours", **times})


@pytest.mark.verifies("CAL-01")
def test_a_visit_stands_on_its_target_its_appointment_or_the_day_it_was_done(
    coordinator,
):
    someone = stage.infused(ago=3)
    stage.attend(someone, "D1", ago=1)
    noon = datetime.combine(stage.day(-6), datetime.min.time(), SITE_TZ)
    booked = noon + timedelta(hours=9, minutes=30)
    stage.enter(someone, "VIS", {"appointment_at": booked}, visit="D10")

    days = {
        label: planned_visit(coordinator, "S-001X", label).day
        for label in ("D7", "D10")
    }

    assert days == {"D7": stage.day(-4), "D10": stage.day(-6)}
    assert planned_visit(coordinator, "S-001X", "D1").day == stage.day(1)
    assert planned_visit(coordinator, "S-001X", "D10").appointment_time == "09:30"


@pytest.mark.verifies("CAL-01")
def test_the_day_0_visit_stands_on_the_day_by_which_it_is_due(coordinator):
    stage.randomized(ago=0.5)

    (day_0,) = [
        visit
        for visit in shown(planned_visits(coordinator))
        if visit.visit.code != "SCR"
    ]

    assert (day_0.label, day_0.day) == ("D0", stage.day(-0.5))
    assert day_0.visit.status == "upcoming"


def test_what_is_not_required_or_not_booked_stands_nowhere(coordinator):
    someone = stage.infused(ago=5)
    stage.enter(someone, "DTH", {"death_on": stage.day(3).isoformat()})

    statuses = {
        (visit.label, visit.visit.status)
        for visit in shown(planned_visits(coordinator))
    }

    assert statuses == {("D0", "overdue"), ("D1", "missed")}


@pytest.mark.verifies("CAL-01")
def test_each_role_sees_whose_schedules_it_may_see():
    in_patient, out_patient = stage.infused(1, ago=3), stage.infused(2, ago=3)
    discharge(out_patient, ago=1)

    numbers = {
        role: {
            visit.participant.number for visit in shown(planned_visits(person(role)))
        }
        for role in ("CO", "MO", "BN", "SO", "UP", "AD")
    }

    both = {in_patient.number, out_patient.number}
    assert numbers == {
        "CO": both,
        "MO": both,
        "BN": {in_patient.number},
        "SO": set(),
        "UP": set(),
        "AD": set(),
    }


def test_whose_narrows_to_the_ward_and_to_ones_own(coordinator):
    in_patient, other = stage.infused(1, ago=3), stage.infused(2, ago=3)
    discharge(other, ago=1)
    record = visit_record(other, "D7")
    booked = {"appointment_at": stage.days_ago(-4)}
    save(record, booked, by=coordinator, via=Source.COMMAND)

    numbers = {
        whose: {
            visit.participant.number
            for visit in shown(planned_visits(coordinator, whose))
        }
        for whose in ParticipantFilter
    }

    assert numbers == {
        ParticipantFilter.ALL: {in_patient.number, other.number},
        ParticipantFilter.IN_HOSPITAL: {in_patient.number},
        ParticipantFilter.MINE: {other.number},
    }


def test_a_month_has_whole_weeks_from_monday_with_each_visit_once(coordinator):
    stage.infused(ago=3)
    planned = planned_visits(coordinator)
    target = stage.day(-4)

    weeks = calendar.month_of(target, planned)

    days = [day for week in weeks for day in week]
    assert {len(week) for week in weeks} == {7}
    assert days[0].on.weekday() == 0
    assert [d.on for d in days if any(visit.label == "D7" for visit in d.visits)] == [
        target
    ]
    assert sum(day.is_today for day in days) <= 1


def test_a_week_shows_open_windows_beside_what_stands_there(coordinator):
    stage.infused(ago=3)
    planned = planned_visits(coordinator).filter(visit="D7")
    target = stage.day(-4)

    cells = {
        cell.on: cell
        for day in (target, target + timedelta(days=1))
        for line in calendar.week_lines(day, calendar.week_of(day, planned))
        for cell in line.cells
    }

    assert [visit.label for visit in cells[target].visits] == ["D7"]
    assert cells[target].open == ()
    after = cells[target + timedelta(days=1)]
    assert (after.visits, [visit.label for visit in after.open]) == ((), ["D7"])


@pytest.mark.parametrize(
    ("on", "before", "after"),
    [
        (date(2026, 1, 31), date(2025, 12, 1), date(2026, 2, 1)),
        (date(2026, 3, 1), date(2026, 2, 1), date(2026, 4, 1)),
        (date(2026, 12, 15), date(2026, 11, 1), date(2027, 1, 1)),
    ],
)
def test_months_before_and_after(on, before, after):
    assert (calendar.month_before(on), calendar.month_after(on)) == (before, after)


@pytest.mark.parametrize("view", ["month", "week"])
def test_calendar_takes_the_same_statements_for_any_number(coordinator, view):
    client = client_of(coordinator)
    url = reverse(CALENDAR) + f"?view={view}"
    client.get(url)
    counts = []
    for number in (1, 2, 3):
        stage.infused(number, ago=3)
        with CaptureQueriesContext(connection) as statements:
            assert client.get(url).status_code == 200
        counts.append(len(statements))

    assert counts == [6, 6, 6] if view == "month" else [7, 7, 7]


def test_each_entry_leads_to_its_visit_and_odd_choices_count_as_none(coordinator):
    someone = stage.infused(ago=9)
    client, url = client_of(coordinator), reverse(CALENDAR)
    record = planned_visit(coordinator, someone.number, "D7").record_id

    month = client.get(url).content.decode()
    invalid = client.get(url + "?view=x&on=2026-02-31&whose=y&what=z")
    distant = client.get(url + "?on=9999-12-31")

    assert f'href="{reverse("entry:form", args=[record])}"' in month
    assert "Overdue" in month
    assert (invalid.status_code, distant.status_code) == (200, 200)
    assert invalid.context["choice"].on == distant.context["choice"].on == clock.today()


def test_filters_count_what_they_show(coordinator):
    stage.infused(ago=9)
    client, url = client_of(coordinator), reverse(CALENDAR)

    counts = client.get(url).context["counts"]

    planned = planned_visits(coordinator)
    expected = {
        what: len(shown(calendar.selected(planned, what))) for what in VisitFilter
    }
    assert counts == {
        "awaited": expected[VisitFilter.AWAITED],
        "overdue": expected[VisitFilter.OVERDUE],
        "all": expected[VisitFilter.ALL],
    }
    assert counts["overdue"] > 0


@pytest.mark.parametrize(("limit", "more"), [(2, 0), (1, 1)])
def test_a_day_shows_the_first_visits_and_counts_the_others(
    coordinator, monkeypatch, limit, more
):
    for number in (1, 2):
        stage.infused(number, ago=3)
    monkeypatch.setattr(calendar, "MOST_A_DAY", limit)
    target = stage.day(-4)

    weeks = calendar.month_of(target, planned_visits(coordinator).filter(visit="D7"))

    [day] = [day for week in weeks for day in week if day.on == target]
    assert (len(day.visits), day.more) == (limit, more)
