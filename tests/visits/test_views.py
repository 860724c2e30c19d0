"""Pages of the visits room."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from record.accounts.models import User
from record.casebook.models import FormInstance, Participant
from tests.people import person
from tests.shown import shown
from tests.visits import stage
from trial_edc import dates
from trial_edc.vocabulary import MissingCode, VisitStatus
from visits.models import Laboratory, ReferenceRange
from visits.schedule import selectors

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator() -> User:
    return person("CO")


@pytest.fixture
def client(coordinator: User) -> Client:
    client = Client()
    client.force_login(coordinator)
    return client


def page(name: str, someone: Participant, *rest: object) -> str:
    return reverse(f"visits:{name}", args=[someone.number, *rest])


@pytest.mark.parametrize("visits", [1, 3])
def test_schedule_page_takes_the_same_statements_however_long(client, visits):
    someone = stage.infused(ago=9)
    for number in range(visits):
        stage.attend(someone, f"D{number + 1}", ago=8 - number)
    client.get(page("schedule", someone))

    with CaptureQueriesContext(connection) as statements:
        response = client.get(page("schedule", someone))

    assert response.status_code == 200
    assert len(statements) == 7  # two of them since a visit is late


def test_schedule_page_shows_windows_and_what_is_late(client):
    someone = stage.infused(ago=9)

    text = client.get(page("schedule", someone)).content.decode()

    assert stage.day(2).isoformat() in text
    assert "Overdue" in text
    assert page("mark_missed", someone, "D7", 0) in text


def test_marking_missed_and_reopening(client):
    someone = stage.infused(ago=9)

    empty = client.post(page("mark_missed", someone, "D7", 0), {"reason": "other"})
    done = client.post(page("mark_missed", someone, "D7", 0), {"reason": "refused"})

    assert (empty.status_code, done.status_code) == (200, 302)
    assert selectors.schedule(someone).visit("D7").status == VisitStatus.MISSED
    text = client.get(page("schedule", someone)).content.decode()
    assert page("reopen", someone, "D7", 0) in text

    client.post(page("reopen", someone, "D7", 0), {"why": "was seen after all"})

    assert selectors.schedule(someone).visit("D7").status == VisitStatus.OVERDUE


def test_visit_that_took_place_is_not_marked_missed(client):
    someone = stage.infused(ago=9)
    stage.attend(someone, "D7", ago=2)

    response = client.post(page("mark_missed", someone, "D7", 0), {"reason": "refused"})

    assert "took place" in response.content.decode()


def test_visit_whose_forms_hold_values_is_not_marked_missed(client):
    someone = stage.infused(ago=9)
    stage.enter(someone, "VIT", {"weight_kg": 70}, visit="D7")

    response = client.post(page("mark_missed", someone, "D7", 0), {"reason": "refused"})

    text = "Forms of this visit hold values: VIT. Record it as done."
    assert text in response.content.decode()
    assert selectors.schedule(someone).visit("D7").status == VisitStatus.OVERDUE


def test_visit_at_which_nothing_could_be_measured_may_be_marked_missed(client):
    someone = stage.infused(ago=9)
    stage.enter(someone, "VIT", {"weight_kg": MissingCode.NOT_DONE}, visit="D7")

    client.post(page("mark_missed", someone, "D7", 0), {"reason": "refused"})

    assert selectors.schedule(someone).visit("D7").status == VisitStatus.MISSED


def test_form_page_shows_the_moved_windows_before_it_saves_another_day_0(client):
    someone = stage.randomized(ago=13)
    stage.infuse(someone, ago=9)
    stage.attend(someone, "D7", ago=2)
    record = FormInstance.objects.get(participant=someone, code="INF", visit="D0")
    address = reverse("entry:form", args=[record.pk])
    typed = {
        "based_on": record.revision,
        "save_as": "draft",
        "given": "given",
        "started_at": f"{stage.days_ago(12).astimezone(dates.SITE_TZ):%Y-%m-%d %H:%M}",
        "started_at__reason": "transcription",
        "started_at__reason_text": "a slip",
    }

    preview = client.post(address, typed)
    before = selectors.schedule(someone).day0
    saved = client.post(address, {**typed, "confirmed": "yes"})

    text = preview.content.decode()
    assert preview.status_code == 422
    assert "Another start of infusion 1 moves every window." in text
    assert f"{stage.day(2)} · outside its window" in text
    assert before == stage.day(9)
    assert saved.status_code == 302, saved.content.decode()
    assert selectors.schedule(someone).day0 == stage.day(12)


def test_form_page_asks_nothing_when_day_0_stands(client):
    someone = stage.infused(ago=9)
    record = FormInstance.objects.get(participant=someone, code="INF", visit="D0")
    typed = {
        "based_on": record.revision,
        "save_as": "draft",
        "given": "given",
        "started_at": f"{stage.days_ago(9).astimezone(dates.SITE_TZ):%Y-%m-%d %H:%M}",
        "access": "central",
    }

    saved = client.post(reverse("entry:form", args=[record.pk]), typed)

    assert saved.status_code == 302, saved.content.decode()


def test_adding_an_unscheduled_visit_opens_its_record(client):
    someone = stage.infused(ago=9)

    response = client.post(
        page("add_unscheduled", someone), {"with_examinations": "on"}
    )

    record = FormInstance.objects.get(participant=someone, code="VIS", visit="UNS")
    assert response.headers["Location"] == reverse("entry:form", args=[record.pk])


def test_laboratory_is_registered_and_its_range_approved_by_another():
    manager, leader = Client(), Client()
    manager.force_login(person("DM"))
    leader.force_login(person("PI"))
    manager.post(reverse("visits:laboratories"), {"code": "C1", "name": "Central"})
    address = reverse("visits:laboratory", args=["C1"])
    typed = {"analyte": "crp", "sex": "any", "unit": "mg/L", "high": "8"}

    invalid = manager.post(
        address, {**typed, "unit": "g/L", "valid_from": "2020-01-01"}
    )
    assert "Enter one of: mg/L." in invalid.content.decode()
    manager.post(address, {**typed, "valid_from": "2020-01-01"})
    (reference_range,) = ReferenceRange.objects.all()
    assert "awaits approval" in manager.get(address).content.decode()
    refused = manager.post(reverse("visits:approve_range", args=[reference_range.pk]))
    seen = shown(leader, address)
    leader.post(reverse("visits:approve_range", args=[reference_range.pk]), seen)

    reference_range.refresh_from_db()
    assert refused.status_code == 403
    assert reference_range.approved_by is not None
    assert Laboratory.objects.get().code == "C1"


def test_safety_and_product_staff_see_no_schedule():
    someone = stage.infused(ago=9)
    client = Client()
    for role in ("SO", "UP", "AD"):
        client.force_login(person(role))
        assert client.get(page("schedule", someone)).status_code == 403
