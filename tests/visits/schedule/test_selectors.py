"""Schedules of one and of many participants."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from record.accounts.proofs import ReAuthenticated
from record.audit.attribution import Source, attributed
from record.capture.services.form_status import sign_form
from record.casebook.models import FormInstance
from tests.people import STAGE, person
from tests.shown import revision
from tests.visits import stage
from trial_edc import clock
from trial_edc.vocabulary import VisitStatus
from visits.schedule import selectors

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("participants", [1, 3])
def test_schedules_take_the_same_selects_for_any_number(participants):
    people = [stage.infused(number + 1, ago=9) for number in range(participants)]

    with CaptureQueriesContext(connection) as statements:
        schedules = selectors.schedules(people)

    assert len(schedules) == participants
    assert (
        len(statements) == 3
    )  # the schedule; two of what is on record of a late visit


def test_schedule_tells_target_window_status_and_days_left():
    someone = stage.infused(ago=5)
    stage.attend(someone, "SCR", ago=5)

    schedule = selectors.schedule(someone)

    day_7 = schedule.visit("D7")
    assert day_7.state.window.target == stage.day(-2)
    assert (day_7.status, day_7.days_left(schedule.today)) == (VisitStatus.UPCOMING, 3)
    assert schedule.day_of_study == 5
    assert schedule.next_visit.code == "D4"
    assert schedule.visit("D28").days_left(schedule.today) == 26


def test_done_visits_are_no_longer_next():
    someone = stage.infused(ago=0.01)
    stage.attend(someone, "SCR", ago=0.01)
    stage.attend(someone, "D0", ago=0.01)

    schedule = selectors.schedule(someone)

    assert schedule.next_visit.code == "D1"
    assert schedule.visit("D0").done_on == stage.day(0.01)
    assert schedule.visit("D0").days_left(schedule.today) is None


def test_draft_of_a_visit_makes_it_done_only_with_a_date():
    someone = stage.infused(ago=5)

    stage.enter(someone, "VIS", {"performed": "Y"}, visit="D7")

    assert selectors.schedule(someone).visit("D7").status == VisitStatus.UPCOMING


def test_without_infusion_only_the_day_0_visit_is_awaited():
    someone = stage.randomized(ago=0.5)

    schedule = selectors.schedule(someone)

    assert schedule.visit("D0").status == VisitStatus.UPCOMING
    assert schedule.visit("D28").status == VisitStatus.NOT_SCHEDULED
    assert schedule.visit("D0").closes_on == stage.day(-0.5)


@pytest.mark.verifies("WIN-01")
def test_signed_refusal_anchors_the_schedule_on_randomization():
    someone, doctor = stage.randomized(ago=3), person("IN")
    request = stage.enter(
        someone,
        "IRQ",
        {"decision": "no_go_final", "reason": "clinical"},
        visit="D0",
    )
    assert selectors.schedule(someone).course.anchor is None
    with attributed(by=STAGE, via=Source.COMMAND):
        FormInstance.objects.filter(pk=request.pk).update(status="complete")
    _fill(request)

    proof = ReAuthenticated(doctor.pk, clock.now())
    sign_form(request, shown_revision=revision(request), proof=proof, by=doctor)

    schedule = selectors.schedule(someone)
    assert schedule.course.anchor == stage.day(3)
    assert schedule.day0 is None
    assert stage.due(someone, "D28") == stage.day(3) + timedelta(days=31)


def _fill(request: FormInstance) -> None:
    stage.change(
        request,
        planned_start_at=stage.days_ago(2.9),
        dosing_weight_kg=70,
        weighed_at=stage.days_ago(3),
        weight_source="bed_scale",
        **dict.fromkeys(
            ("ventilated_now", "unstable_now", "vasopressor_rising_now"), "N"
        ),
        infection_uncontrolled_now="N",
        consent_withdrawn_now="N",
    )


def test_unscheduled_visit_stands_at_the_end():
    someone = stage.infused(ago=5)
    stage.enter(someone, "VIS", {"performed": "Y"}, visit="UNS")

    assert selectors.schedule(someone).visits[-1].code == "UNS"
