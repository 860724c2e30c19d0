"""Pages of the visits room."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from casebook.models import FormInstance, Participant
from tests.people import person
from tests.visits import stage
from trial_edc import clock
from trial_edc.vocabulary import MissingCode, VisitStatus
from visits import selectors
from visits.bedside import infusion_at
from visits.models import Laboratory, ReferenceRange

pytestmark = pytest.mark.django_db
SIGNS = {
    "temperature_c": "36.8",
    "heart_rate": "84",
    "respiratory_rate": "16",
    "spo2_pct": "97",
    "systolic_bp": "120",
    "diastolic_bp": "70",
}


@pytest.fixture
def coordinator() -> User:
    return person("CO")


@pytest.fixture
def desk(coordinator: User) -> Client:
    client = Client()
    client.force_login(coordinator)
    return client


def page(name: str, someone: Participant, *rest: object) -> str:
    return reverse(f"visits:{name}", args=[someone.number, *rest])


def minutes_ago(minutes: int) -> str:
    at = clock.now() - timedelta(minutes=minutes)
    return at.astimezone(clock.SITE_TZ).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize("visits", [1, 3])
def test_schedule_page_takes_the_same_statements_however_long(desk, visits):
    someone = stage.infused(ago=9)
    for number in range(visits):
        stage.attend(someone, f"D{number + 1}", ago=8 - number)
    desk.get(page("schedule", someone))

    with CaptureQueriesContext(connection) as told:
        shown = desk.get(page("schedule", someone))

    assert shown.status_code == 200
    assert len(told) == 5


def test_schedule_page_shows_windows_and_what_is_late(desk):
    someone = stage.infused(ago=9)

    text = desk.get(page("schedule", someone)).content.decode()

    assert stage.day(2).isoformat() in text
    assert "Overdue" in text
    assert page("mark_missed", someone, "D7", 0) in text


def test_marking_missed_and_reopening(desk):
    someone = stage.infused(ago=9)

    empty = desk.post(page("mark_missed", someone, "D7", 0), {"reason": "other"})
    done = desk.post(page("mark_missed", someone, "D7", 0), {"reason": "refused"})

    assert (empty.status_code, done.status_code) == (200, 302)
    assert selectors.schedule(someone).visit("D7").status == VisitStatus.MISSED
    text = desk.get(page("schedule", someone)).content.decode()
    assert page("reopen", someone, "D7", 0) in text

    desk.post(page("reopen", someone, "D7", 0), {"why": "was seen after all"})

    assert selectors.schedule(someone).visit("D7").status == VisitStatus.OVERDUE


def test_visit_that_took_place_is_not_marked_missed(desk):
    someone = stage.infused(ago=9)
    stage.attend(someone, "D7", ago=2)

    told = desk.post(page("mark_missed", someone, "D7", 0), {"reason": "refused"})

    assert "took place" in told.content.decode()


def test_visit_whose_forms_hold_values_is_not_marked_missed(desk):
    someone = stage.infused(ago=9)
    stage.enter(someone, "VIT", {"weight_kg": 70}, visit="D7")

    told = desk.post(page("mark_missed", someone, "D7", 0), {"reason": "refused"})

    text = "Forms of this visit hold values: VIT. Record it as done."
    assert text in told.content.decode()
    assert selectors.schedule(someone).visit("D7").status == VisitStatus.OVERDUE


def test_visit_at_which_nothing_could_be_measured_may_be_marked_missed(desk):
    someone = stage.infused(ago=9)
    stage.enter(someone, "VIT", {"weight_kg": MissingCode.NOT_DONE}, visit="D7")

    desk.post(page("mark_missed", someone, "D7", 0), {"reason": "refused"})

    assert selectors.schedule(someone).visit("D7").status == VisitStatus.MISSED


def test_form_page_shows_the_moved_windows_before_it_saves_another_day_0(desk):
    someone = stage.randomised(ago=13)
    stage.infuse(someone, ago=9)
    stage.attend(someone, "D7", ago=2)
    record = FormInstance.objects.get(participant=someone, code="INF", visit="D0")
    address = reverse("entry:form", args=[record.pk])
    typed = {
        "based_on": record.revision,
        "action": "draft",
        "given": "given",
        "started_at": f"{stage.days_ago(12).astimezone(clock.SITE_TZ):%Y-%m-%d %H:%M}",
        "started_at__reason": "transcription",
        "started_at__reason_text": "a slip",
    }

    asked = desk.post(address, typed)
    before = selectors.schedule(someone).day0
    saved = desk.post(address, {**typed, "confirmed": "yes"})

    text = asked.content.decode()
    assert asked.status_code == 422
    assert "Another start of infusion 1 moves every window." in text
    assert f"{stage.day(2)} · outside its window" in text
    assert before == stage.day(9)
    assert saved.status_code == 302, saved.content.decode()
    assert selectors.schedule(someone).day0 == stage.day(12)


def test_form_page_asks_nothing_when_day_0_stands(desk):
    someone = stage.infused(ago=9)
    record = FormInstance.objects.get(participant=someone, code="INF", visit="D0")
    typed = {
        "based_on": record.revision,
        "action": "draft",
        "given": "given",
        "started_at": f"{stage.days_ago(9).astimezone(clock.SITE_TZ):%Y-%m-%d %H:%M}",
        "access": "central",
    }

    saved = desk.post(reverse("entry:form", args=[record.pk]), typed)

    assert saved.status_code == 302, saved.content.decode()


def test_adding_an_unscheduled_visit_opens_its_record(desk):
    someone = stage.infused(ago=9)

    told = desk.post(page("add_unscheduled", someone), {"with_examinations": "on"})

    record = FormInstance.objects.get(participant=someone, code="VIS", visit="UNS")
    assert told.headers["Location"] == reverse("entry:form", args=[record.pk])


def test_bedside_without_a_visit_opens_the_present_infusion(desk):
    someone = stage.infused(ago=9)
    record = FormInstance.objects.get(participant=someone, code="INF", visit="D0")

    first = desk.get(page("bedside", someone)).headers["Location"]
    stage.change(record, given="not_given", not_given_reason="clinical")
    second = desk.get(page("bedside", someone)).headers["Location"]

    assert first == page("bedside", someone, "D0")
    assert second == page("bedside", someone, "D7")


def test_bedside_saves_start_measurements_and_stop_at_once(desk):
    someone = stage.randomised(ago=0.5)
    stage.enter(someone, "IRQ", {"decision": "go"}, visit="D0")

    shown = desk.get(page("bedside", someone, "D0")).content.decode()
    assert "Start the infusion" in shown
    desk.post(page("start", someone, "D0"), {"started_at": minutes_ago(16)})
    desk.post(
        page("measure", someone, "D0", "pre"),
        {**SIGNS, "taken_at": minutes_ago(20)},
    )
    desk.post(page("not_taken", someone, "D0", "m15"), {"reason": "procedure"})
    desk.post(page("stop", someone, "D0"), {"stopped_at": minutes_ago(1)})

    bedside = infusion_at(someone, "D0")
    assert bedside.next_point.code == "end"
    assert bedside.record.get("given") == "given"
    done = [(p.code, p.status) for p in bedside.points if p.is_answered]
    assert done == [("pre", "complete"), ("m15", "not_done")]
    text = desk.get(page("bedside", someone, "D0")).content.decode()
    assert "120/70 mmHg" in text


def test_improbable_value_is_kept_with_an_explanation(desk):
    someone = stage.infused(ago=0.01)
    address = page("measure", someone, "D0", "m15")
    typed = {**SIGNS, "temperature_c": "38.9", "taken_at": minutes_ago(0)}

    asked = desk.post(address, typed)
    assert "say why it stands" in asked.content.decode()
    assert 'value="38.9"' in asked.content.decode()
    desk.post(address, {**typed, "explain:VSI.temperature_c.soft": "measured twice"})

    row = infusion_at(someone, "D0").points[1].row
    assert str(row.get("temperature_c")) == "38.9"


def test_impossible_value_is_refused_and_typing_stays(desk):
    someone = stage.infused(ago=0.01)
    typed = {**SIGNS, "diastolic_bp": "130", "taken_at": minutes_ago(0)}

    told = desk.post(page("measure", someone, "D0", "m15"), typed).content.decode()

    assert "Diastolic pressure must be below systolic." in told
    assert 'value="130"' in told


@pytest.mark.verifies("WIN-01")
def test_another_start_of_infusion_1_shows_the_new_windows_first(desk):
    someone = stage.infused(ago=9)
    stage.attend(someone, "D7", ago=2)
    another = {"started_at": stage.days_ago(5).strftime("%Y-%m-%dT%H:%M")}

    shown = desk.post(page("start", someone, "D0"), another).content.decode()

    assert "Nothing has been saved yet" in shown
    assert "outside its window" in shown
    assert selectors.schedule(someone).day0 == stage.day(9)

    desk.post(page("start", someone, "D0"), {**another, "confirmed": "1"})

    assert selectors.schedule(someone).day0 != stage.day(9)


def test_laboratory_is_registered_and_its_range_approved_by_another():
    manager, leader = Client(), Client()
    manager.force_login(person("DM"))
    leader.force_login(person("PI"))
    manager.post(reverse("visits:laboratories"), {"code": "C1", "name": "Central"})
    address = reverse("visits:laboratory", args=["C1"])
    typed = {"analyte": "crp", "sex": "any", "unit": "mg/L", "high": "8"}

    odd = manager.post(address, {**typed, "unit": "g/L", "valid_from": "2020-01-01"})
    assert "Enter one of: mg/L." in odd.content.decode()
    manager.post(address, {**typed, "valid_from": "2020-01-01"})
    (entered,) = ReferenceRange.objects.all()
    assert "awaits approval" in manager.get(address).content.decode()
    refused = manager.post(reverse("visits:approve_range", args=[entered.pk]))
    leader.post(reverse("visits:approve_range", args=[entered.pk]))

    entered.refresh_from_db()
    assert refused.status_code == 403
    assert entered.approved_by is not None
    assert Laboratory.objects.get().code == "C1"


def test_safety_and_product_staff_see_no_schedule():
    someone = stage.infused(ago=9)
    client = Client()
    for role in ("SO", "UP", "AD"):
        client.force_login(person(role))
        assert client.get(page("schedule", someone)).status_code == 403


def test_bedside_nurse_sees_in_patients_only():
    here, gone = stage.infused(1, ago=9), stage.infused(2, ago=9)
    stay = {"kind": "hospital", "hospital": "ours", "in_at": stage.days_ago(12)}
    stage.row(here, "STY", stay)
    stage.row(gone, "STY", {**stay, "out_at": stage.days_ago(1)})
    client = Client()
    client.force_login(person("BN"))

    seen = [client.get(page("bedside", p, "D7")).status_code for p in (here, gone)]

    assert seen == [200, 404]
