"""A row exists from its first save, not from the page on which it is typed."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from record.audit.models import Entry
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import data_of, row_of
from tests.entry.form.pages import FORBIDDEN, NOT_FOUND, UNPROCESSABLE, signed_in
from tests.visits import stage

pytestmark = pytest.mark.django_db
KEY = re.compile(r'name="act_key" value="([^"]*)"')


@pytest.fixture
def someone() -> Participant:
    return stage.infused()


def address(person: Participant, code: str = "STY") -> str:
    return reverse("entry:add_row", args=[person.number, code])


def rows(person: Participant, code: str = "STY") -> list[FormInstance]:
    return list(FormInstance.objects.filter(participant=person, code=code))


def typed(client: Client, url: str, **values: str) -> dict[str, str]:
    key = KEY.search(client.get(url).content.decode())
    assert key
    return {"based_on": "0", "act_key": key[1], "save_as": "draft", **values}


def test_the_page_of_a_new_row_stores_nothing(someone):
    client, entries = signed_in("CO"), Entry.objects.count()
    url = address(someone)

    pages = [client.get(url), client.post(url), client.post(url, {"visit": "D7"})]

    assert {page.status_code for page in pages} == {200}
    assert "(new row)" in pages[0].content.decode()
    assert (rows(someone), Entry.objects.count()) == ([], entries)


def test_a_file_that_is_refused_adds_no_row(someone):
    client, url = signed_in("CO"), address(someone, "CNS")
    before = len(rows(someone, "CNS"))
    odd = SimpleUploadedFile("scan.pdf", b"<html>", "application/pdf")

    answer = client.post(url, typed(client, url, kind="initial", signed_scan=odd))

    page = answer.content.decode()
    assert answer.status_code == UNPROCESSABLE
    assert "The content of this file is none of: PDF, JPG." in page
    assert "(new row)" in page
    assert len(rows(someone, "CNS")) == before


def test_a_row_is_added_with_its_first_save_and_once(someone):
    client, url = signed_in("CO"), address(someone)
    sent = typed(client, url, kind="icu")

    first, again = (client.post(url, sent) for _ in range(2))

    (row,) = rows(someone)
    assert first.url == again.url == reverse("entry:form", args=[row.pk])
    assert data_of(row, row_of(row)).get("kind") == "icu"
    assert (row.revision, row.occurrence) == (1, 1)


def test_a_refused_row_is_not_there_and_its_words_are_kept(someone):
    client, url = signed_in("CO"), address(someone)
    sent = typed(client, url, kind="icu", in_at="the day before", reason="sepsis")

    refused = client.post(url, sent)

    assert refused.status_code == UNPROCESSABLE
    assert rows(someone) == []
    assert 'value="the day before"' in refused.content.decode()
    right = sent | typed(client, url, in_at="2026-04-10 10:00")
    client.post(url, right)
    assert [row.revision for row in rows(someone)] == [1]


def test_nothing_typed_is_no_row(someone):
    client, url = signed_in("CO"), address(someone)

    answer = client.post(url, typed(client, url))

    assert "Nothing was typed, so nothing was saved." in answer.content.decode()
    assert rows(someone) == []


def test_a_file_brings_its_row_with_it(someone):
    client, url = signed_in("CO"), address(someone, "CNS")
    before = len(rows(someone, "CNS"))
    scan = SimpleUploadedFile("scan.pdf", b"%PDF-1.4 scan")
    sent = typed(client, url, decided_at="nonsense") | {"signed_scan": scan}

    refused = client.post(url, sent)

    assert refused.status_code == UNPROCESSABLE
    page = refused.content.decode()
    assert "The file that you chose" in page
    row = rows(someone, "CNS")[-1]
    right = {"based_on": "0", "save_as": "draft", "decided_at": "2026-04-10 10:00"}
    kept = re.search(r'name="signed_scan" value="([^"]+)"', page)
    (action,) = re.findall(r'action="(/forms/\d+/)"', page)
    saved = client.post(action, right | {"signed_scan": kept and kept[1]})
    assert saved.url == reverse("entry:form", args=[row.pk])
    assert data_of(row, row_of(row)).get("signed_scan") == (kept and kept[1])
    assert len(rows(someone, "CNS")) == before + 1


@pytest.mark.parametrize(
    ("role", "status"), [("MO", FORBIDDEN), ("UP", NOT_FOUND), ("IN", 200)]
)
def test_who_may_not_enter_opens_no_new_row(someone, role, status):
    assert signed_in(role).get(address(someone)).status_code == status
    assert rows(someone) == []


def test_an_empty_row_that_an_event_opened_can_be_struck_out(someone):
    client = signed_in("CO")
    refused = {"kind": "capacity_regained", "decision": "refused"}
    stage.row(someone, "CNS", {**refused, "decided_at": stage.days_ago(1)})
    (row,) = rows(someone, "WDR")
    strike = reverse("entry:strike", args=[row.pk])
    why = {"act": "strike", "code": "other", "text": "The refusal was an error."}

    page = client.get(reverse("entry:form", args=[row.pk])).content.decode()
    client.post(strike, why)

    row.refresh_from_db()
    assert f'action="{strike}"' in page
    assert (row.revision, row.struck_at is not None) == (0, True)
