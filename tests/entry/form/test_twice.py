"""An act says what it does, and what is sent twice is done once."""

import pytest
from django.test import Client
from django.urls import reverse

from record.audit.models import Entry
from tests.entry.form.pages import FORBIDDEN, signed_in
from tests.people import person
from tests.visits import stage

pytestmark = pytest.mark.django_db

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
