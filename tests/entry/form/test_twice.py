"""An act says what it does, and what is sent twice is done once."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from record.audit.models import Entry
from record.casebook.models import FormInstance
from record.review.models import QueryStep
from record.review.services import answer_query, close_query, raise_query
from tests.entry.form.pages import FORBIDDEN, signed_in
from tests.people import person
from tests.visits import stage

pytestmark = pytest.mark.django_db

KEY = re.compile(r'name="act_key" value="([^"]*)"')
WHY = {"code": "other", "text": "by mistake", "act": "strike"}


@pytest.mark.parametrize("act", ["strike", "restore"])
def test_an_act_sent_twice_is_done_once(act):
    client = signed_in("CO")
    row = stage.enter(stage.randomized(), "STY", {"kind": "icu"})
    url = reverse("entry:strike", args=[row.pk])
    if act == "restore":
        client.post(url, WHY)
    client.post(url, {**WHY, "act": act})
    row.refresh_from_db()
    once, entries = row.struck_at, Entry.objects.count()

    again = client.post(url, {**WHY, "act": act}, follow=True)

    row.refresh_from_db()
    assert row.struck_at == once
    assert (row.struck_at is None) is (act == "restore")
    assert Entry.objects.count() == entries
    assert "That was done already; nothing changed." in again.text


@pytest.mark.parametrize("act", ["", "toggle"])
def test_an_act_without_its_name_is_refused(act):
    row = stage.enter(stage.randomized(), "STY", {"kind": "icu"})

    answer = signed_in("CO").post(
        reverse("entry:strike", args=[row.pk]), {**WHY, "act": act}
    )

    row.refresh_from_db()
    assert (answer.status_code, row.struck_at) == (FORBIDDEN, None)


def test_two_investigators_revoke_a_death_once():
    someone = stage.infused()
    death = stage.enter(someone, "DTH", {"death_on": stage.day(1).isoformat()})
    url = reverse("entry:strike", args=[death.pk])

    for username in ("one", "two"):
        client = Client()
        client.force_login(person("IN", username=username))
        client.post(url, WHY)

    death.refresh_from_db()
    assert death.struck_at is not None


def asked(client, url: str) -> dict[str, str]:
    """What the page posts besides what is typed: its key and what it shows."""
    text = client.get(url).content.decode()
    return {"act_key": KEY.search(text)[1], "based_on": "0"}


def test_a_query_sent_twice_is_raised_once(form):
    monitor = signed_in("MO")
    url = reverse("entry:panel", args=[form.pk, "creatinine"])
    sent = asked(monitor, url) | {"action": "raise", "text": "Which sample?"}

    for _ in range(2):
        monitor.post(url, sent, headers={"HX-Request": "true"}, follow=True)
    monitor.post(url, sent | {"text": "And the unit?"})

    texts = [step.text for step in QueryStep.objects.order_by("id")]
    assert texts == ["Which sample?", "And the unit?"]


def test_a_step_of_a_query_sent_twice_is_taken_once(form):
    query = raise_query(form, "creatinine", "Which?", by=person("MO"))
    coordinator, list_url = signed_in("CO"), reverse("review:queries")
    url = reverse("review:step", args=[query.pk])
    sent = asked(coordinator, list_url) | {
        "based_on": "1",
        "action": "answer",
        "text": "The first.",
    }

    coordinator.post(url, sent)
    again = coordinator.post(url, sent, headers={"Referer": list_url}, follow=True)

    assert "That was done already; nothing changed." in again.content.decode()
    assert query.steps.count() == 2


@pytest.mark.parametrize("page", ["panel", "list"])
@pytest.mark.parametrize(
    ("role", "action", "meanwhile"),
    [("MO", "close", "answer"), ("CO", "answer", "close"), ("MO", "return", "close")],
)
def test_who_writes_second_sees_what_came_and_keeps_the_words(
    form, page, role, action, meanwhile
):
    query = raise_query(form, "creatinine", "Which?", by=person("MO"))
    if action == "return":
        answer_query(query, "The first.", by=person("CO"))
    shown = query.steps.count()
    if meanwhile == "answer":
        answer_query(query, "It is the second.", by=person("CO"))
    else:
        close_query(query, "It is the second.", by=person("DM"))
    if page == "panel":
        url = reverse("entry:panel", args=[form.pk, "creatinine"])
    else:
        url = reverse("review:step", args=[query.pk])
    typed = {"query": query.pk, "action": action, "text": "My own words."}

    client = Client()
    client.force_login(person(role, username="second"))
    refused = client.post(
        url, typed | {"based_on": shown}, headers={"HX-Request": "true"}
    )

    text = refused.content.decode()
    assert "Somebody wrote to this query since it was shown to you. Read it." in text
    assert "My own words." in text
    assert "It is the second." in text
    assert query.steps.count() == shown + 1


def test_an_unscheduled_visit_sent_twice_is_one_visit():
    someone, coordinator = stage.infused(), signed_in("CO")
    url = reverse("visits:add_unscheduled", args=[someone.number])
    sent = asked(coordinator, url)

    first, again = (coordinator.post(url, sent) for _ in range(2))

    visits = FormInstance.objects.filter(participant=someone, code="VIS", visit="UNS")
    (visit,) = visits
    address = reverse("entry:form", args=[visit.pk])
    assert [first.url, again.url] == [address, address]
