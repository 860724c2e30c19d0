"""Forms that await an event: who opens them, and who is reminded of them."""

import pytest
from django.test import Client
from django.urls import reverse

from entry.worklist.selectors.work import work_for
from record.audit.attribution import Source, attributed
from record.audit.models import Entry
from record.casebook.services import form_instances
from tests.outcomes import course
from tests.people import STAGE, person

pytestmark = pytest.mark.django_db


def address(number: str, code: str) -> str:
    return reverse("entry:open_form", args=[number, code])


def browser(role: str) -> Client:
    client = Client()
    client.force_login(person(role))
    return client


def work(role: str) -> set[tuple[str, str, bool]]:
    return {(item.kind, item.text, item.is_late) for item in work_for(person(role))}


@pytest.mark.parametrize(
    ("role", "code", "answer"),
    [("CO", "DTH", 200), ("CO", "EOS", 200), ("CO", "RAN", 404), ("MO", "DTH", 403)],
)
def test_death_and_end_of_study_are_begun_by_who_enters_forms(role, code, answer):
    participant, client = course.randomized(), browser(role)
    entries = Entry.objects.count()

    page = client.get(address(participant.number, code))

    assert page.status_code == answer
    assert ("(not saved yet)" in page.content.decode()) is (answer == 200)
    assert Entry.objects.count() == entries


@pytest.mark.parametrize(
    ("code", "typed"), [("DTH", {"place": "home"}), ("EOS", {"on": "2026-04-01"})]
)
def test_a_form_on_demand_exists_from_its_first_save_and_once(code, typed):
    participant, client = course.randomized(), browser("CO")
    url, sent = address(participant.number, code), {"based_on": "0", **typed}
    draft = {**sent, "save_as": "draft"}

    empty = client.post(url, {"based_on": "0", "save_as": "draft"})
    before = course.forms(participant, code)
    answers = [client.post(url, draft), client.post(url, draft), client.get(url)]

    (form,) = course.forms(participant, code)
    page = reverse("entry:form", args=[form.pk])
    assert (empty.status_code, before) == (200, [])
    assert [answer.headers["Location"] for answer in answers] == [page] * 3
    assert (form.revision, form.status) == (1, "draft")


def test_what_was_typed_into_a_form_on_demand_is_kept_when_it_is_refused():
    participant, client = course.randomized(), browser("CO")
    url = address(participant.number, "DTH")

    refused = client.post(url, {"based_on": "0", "death_on": "soon", "place": "home"})

    assert refused.status_code == 422
    assert 'value="soon"' in refused.content.decode()
    assert course.forms(participant, "DTH") == []


def test_of_two_who_begin_it_the_second_is_asked_about_what_differs():
    participant = course.randomized()
    url = address(participant.number, "DTH")
    sent = {"based_on": "0", "save_as": "draft"}
    browser("CO").post(url, {**sent, "place": "home"})

    second = browser("IN").post(url, {**sent, "place": "our_icu"})

    assert second.status_code == 409
    assert "This was changed meanwhile. Choose one." in second.content.decode()


def test_form_that_an_event_asks_for_stands_in_my_work():
    participant = course.randomized()
    course.row(participant, "CAL", {"result": "death_reported"})

    assert ("To record", "Death", False) in work("CO")
    assert ("To record", "Death", False) not in work("BN")


@pytest.mark.parametrize(
    ("due_in_days", "outcome", "is_expected"),
    [
        (0, "ongoing", True),
        (0, None, True),
        (1, "ongoing", False),
        (0, "live_birth", False),
        (0, "unknown", False),
    ],
)
def test_birth_is_asked_for_once_it_was_expected(due_in_days, outcome, is_expected):
    participant = course.randomized()
    expected = course.day(-due_in_days).isoformat()
    values = {"who": "partner", "partner_consented": "Y", "due_on": expected}
    course.row(participant, "PRG", {**values, "outcome": outcome})

    reminder = ("Pregnancy", "Outcome of the pregnancy", True)
    assert (reminder in work("CO")) is is_expected


@pytest.mark.parametrize(
    ("code", "visit", "typed"),
    [
        ("O28", "D28", {"vital_status": "dead"}),
        ("OM3", "M3", {"vital_status": "dead"}),
        ("EOS", "", {"reason": "died"}),
    ],
)
def test_who_is_refused_for_want_of_the_death_form_is_led_to_it(code, visit, typed):
    participant, client = course.randomized(infused=40), browser("CO")
    with attributed(by=STAGE, via=Source.COMMAND):
        form = form_instances.ensure_form(participant, code, visit=visit)
    sent = {"based_on": "0", "save_as": "draft", **typed}
    page = reverse("entry:form", args=[form.pk])
    link = f'href="{address(participant.number, "DTH")}"'

    refused = client.post(page, sent)
    course.enter(participant, "DTH", {"death_on": course.day(1).isoformat()})
    saved = client.post(page, sent)

    assert (refused.status_code, saved.status_code) == (422, 302)
    assert (link in refused.content.decode(), link in client.get(page).text) == (
        True,
        False,
    )
