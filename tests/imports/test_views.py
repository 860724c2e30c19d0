"""The pages of laboratory files, the register of sources, and the posted file."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from imports.models import ImportedFile, ImportSource, ImportState
from imports.rules.mapping import FileMapping
from imports.services import previews, sources, storing
from record.audit.models import Entry
from record.casebook.selectors import casebook_of
from tests.imports import stage
from tests.outcomes import course
from tests.shown import shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def users():
    return stage.people()


@pytest.fixture
def source(users):
    return stage.source(*users[1:])


def browser(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def client(users):
    return browser(users[0])


def page(name, *arguments):
    return reverse(f"imports:{name}", args=arguments)


def upload(client, source, content, *, credential=None):
    fields = {
        "source": source[0].pk,
        "credential": source[1] if credential is None else credential,
        "file": SimpleUploadedFile("july.csv", content),
    }
    return client.post(page("upload"), fields)


def acts(name):
    return [entry.changes for entry in Entry.objects.filter(act=name).order_by("id")]


# Sources.


@pytest.mark.verifies("ACC-17")
def test_a_source_needs_two_persons_and_shows_its_credential_once(users, source):
    _clerk, manager, leader = users
    approved_source, _old = source
    typed = {
        "code": "outside",
        "name": "Outside laboratory",
        "laboratory": approved_source.laboratory_id,
        "valid_from": "2026-01-01",
    }

    response = browser(manager).post(page("sources"), typed)
    address = response.headers["Location"]
    early = browser(manager).post(page("issue_source", "outside"))
    alone = browser(manager).post(page("approve_source", "outside"))
    seen = shown(browser(leader), address)
    browser(leader).post(page("approve_source", "outside"), seen)
    issued = browser(manager).post(page("issue_source", "outside")).text
    again = browser(manager).get(address).text

    new_source = ImportSource.objects.get(code="outside")
    assert (early.status_code, alone.status_code) == (302, 403)
    assert (new_source.entered_by, new_source.approved_by) == (manager, leader)
    assert 'class="credential"' in issued
    assert 'class="credential"' not in again
    trail = str([e.new_values for e in Entry.objects.all()])
    assert new_source.credential_hash not in trail


@pytest.mark.verifies("ACC-17")
def test_a_wrong_or_revoked_credential_is_refused_and_logged(users, client, source):
    content = stage.csv(stage.row(stage.participant(), days=50, value="118"))

    wrong = upload(client, source, content, credential="guess")
    sources.revoke_credential(source[0], by=users[1])
    revoked = upload(client, source, content)

    assert "not the credential of that source" in wrong.text
    assert (wrong.status_code, revoked.status_code) == (422, 422)
    assert not ImportedFile.objects.exists()
    assert (
        acts("import_refused")
        == [{"source": "central-lis", "file": "july.csv", "why": "credential"}] * 2
    )


def test_a_source_whose_time_is_over_takes_nothing(users, client):
    ended = stage.source(*users[1:], valid_to=course.day(1))

    answer = upload(client, ended, stage.csv("x,y,z,1,2"))

    assert "not open" in answer.text
    assert acts("import_refused")[0]["why"] == "closed"


# A file on its way.


def test_a_file_is_mapped_in_two_steps_and_nothing_is_guessed(users, client):
    source = stage.source(*users[1:], mapping=FileMapping())
    who = stage.participant()
    content = stage.csv(
        stage.row(who, days=50, value="118", test="CREA-E", unit="umol/L")
    )
    address = upload(client, source, content).headers["Location"]

    nothing = client.post(address, {"column_participant": "subject"})
    columns = {
        **{
            f"column_{name}": heading for name, heading in stage.MAPPING.columns.items()
        },
        "date_order": "ymd",
        "answer_place": "ward",
    }
    unknown_words = client.post(address, columns)
    words = {"text_analyte": "crea-e", "code_analyte": "creatinine"}
    mapped = client.post(address, {**columns, **words})

    assert nothing.status_code == 422
    assert "Choose the column of the file that holds it." in nothing.text
    assert "crea-e" in unknown_words.text
    assert mapped.status_code == 302
    source = ImportSource.objects.get()
    assert source.mapping["words"]["analyte"] == {"crea-e": "creatinine"}
    file = ImportedFile.objects.get()
    assert file.state == ImportState.PLANNING
    previews.preview(file.pk)
    file.refresh_from_db()
    assert file.counts == {"new": 1, "changed": 0, "unchanged": 0, "refused": 0}
    trail = Entry.objects.filter(table_name="entry_importsource").latest("id")
    assert (trail.actor, list(trail.changes)) == ("co", ["mapping"])


def test_what_is_no_table_is_refused_with_words(client, source):
    answer = upload(client, source, b"\x00\x01\x02")

    assert answer.status_code == 422
    assert "Save the table as CSV, in UTF-8 or GBK." in answer.text


@pytest.mark.verifies("QRY-08")
def test_the_preview_filters_and_the_report_is_handed_over(users, client, source):
    who = stage.participant()
    content = stage.csv(
        stage.row(who, days=50, value="118"),
        stage.row("S-999Z", days=50, value="100"),
    )
    file = stage.previewed(source, content, by=users[0])

    whole = client.get(page("file", file.pk)).text
    refused = client.get(page("file", file.pk) + "?show=refused").text
    report = client.get(page("report", file.pk))

    assert "118 umol/L" in whole
    assert "Store 1 row" in whole
    assert "118 umol/L" not in refused
    assert "S-999Z is not a participant number" in refused
    assert report.headers["Content-Disposition"].startswith("attachment")
    assert len(report.content.decode().splitlines()) == 3


def test_confirming_twice_stores_once_and_says_so(users, client, source):
    who = stage.participant()
    file = stage.previewed(
        source, stage.csv(stage.row(who, days=50, value="118")), by=users[0]
    )

    client.post(page("confirm", file.pk))
    again = client.post(page("confirm", file.pk), follow=True).text
    working = client.get(page("progress", file.pk)).text
    storing.store_file(file.pk)
    over = client.get(page("progress", file.pk))

    assert "decided already" in again
    assert '<progress value="0" max="1"' in working
    assert over.headers["HX-Refresh"] == "true"
    assert len(acts("import_confirmed")) == 1
    form = casebook_of(who).rows("CRE")[0].form_id
    assert reverse("entry:form", args=[form]) in client.get(page("file", file.pk)).text


def test_values_that_change_ask_why_and_typing_stays(users, client, source):
    who = stage.participant()
    course.row(who, "CRE", {"sample_at": stage.at(50), "value": "99"})
    file = stage.previewed(
        source, stage.csv(stage.row(who, days=50, value="118")), by=users[0]
    )

    without_reason = client.post(page("confirm", file.pk), {"text": "Second run"})
    confirmed = client.post(
        page("confirm", file.pk), {"code": "new_source", "text": "Second run"}
    )

    assert without_reason.status_code == 422
    assert "Second run" in without_reason.text
    assert confirmed.status_code == 302
    storing.store_file(file.pk)
    assert str(casebook_of(who).rows("CRE")[0].get("value")) == "118 umol/L"


def test_leaving_out_and_discarding_from_the_page(users, client, source):
    who = stage.participant()
    content = stage.csv(
        stage.row(who, days=50, value="118"), stage.row(who, days=49, value="lost")
    )
    file = stage.previewed(source, content, by=users[0])
    assert "Held back" in client.get(page("file", file.pk)).text

    client.post(page("leave_out", file.pk), {"participant": who.number})
    after_leaving_out = client.get(page("file", file.pk)).text
    client.post(page("discard", file.pk))

    file.refresh_from_db()
    assert "Store 1 row" in after_leaving_out
    assert file.state == ImportState.DISCARDED
    assert casebook_of(who).rows("CRE") == ()


@pytest.mark.parametrize("count", [1, 3])
def test_pages_take_as_many_statements_for_one_as_for_many(
    users, client, source, count, django_assert_num_queries
):
    rows = [
        stage.row(stage.participant(number), days=50, value="118")
        for number in range(1, count + 1)
    ]
    for _file in range(count):
        file = stage.previewed(source, stage.csv(*rows), by=users[0])
    client.get(page("files"))

    with django_assert_num_queries(4):
        client.get(page("files"))
    with django_assert_num_queries(7):
        client.get(page("file", file.pk))


def test_the_original_is_handed_over_and_that_is_recorded(users, client, source):
    content = stage.csv(stage.row(stage.participant(), days=50, value="118"))
    file = stage.previewed(source, content, by=users[0])

    answer = client.get(page("original", file.pk))

    assert answer.content == content
    assert acts("import_file_taken")[0]["sha256"] == file.sha256


# A file that an interface engine posts.


def post(content, credential):
    return Client().post(
        page("receive"),
        content,
        content_type="text/csv",
        headers={"Authorization": f"Bearer {credential}", "X-Filename": "night.csv"},
    )


@pytest.mark.verifies("ACC-17")
def test_a_posted_file_waits_for_a_person_and_comes_once(source, users):
    who = stage.participant()
    content = stage.csv(stage.row(who, days=50, value="118"))

    first, second = post(content, source[1]), post(content, source[1])

    assert (first.status_code, second.status_code) == (201, 200)
    file = ImportedFile.objects.get()
    assert second.json() == {"import": file.pk, "sha256": file.sha256, "new": False}
    assert (file.state, file.received_by) == (ImportState.PLANNING, None)
    previews.preview(file.pk)
    work = browser(users[0]).get("/").text
    assert page("file", file.pk) in work
    assert "awaits a decision" in work
    assert casebook_of(who).rows("CRE") == ()
    storing.confirm(file, None, by=users[0])
    storing.store_file(file.pk)
    assert [str(data.get("value")) for data in casebook_of(who).rows("CRE")] == [
        "118 umol/L"
    ]


@pytest.mark.verifies("ACC-17")
@pytest.mark.parametrize("credential", ["", "guess", "0" * 48])
def test_a_posted_file_of_an_unknown_source_is_refused_and_logged(credential, source):
    answer = post(b"a,b\n1,2\n", credential)

    assert answer.status_code == 401
    assert not ImportedFile.objects.exists()
    assert acts("import_refused") == [
        {"source": "", "file": "night.csv", "why": "unknown"}
    ]


def test_a_posted_file_too_large_or_no_table_is_refused(source):
    large = post(b"a,b\n" + b"x" * 10_000_001, source[1])
    odd = post(b"no table at all", source[1])

    assert (large.status_code, odd.status_code) == (413, 422)
    assert "put a comma" in odd.json()["error"]
