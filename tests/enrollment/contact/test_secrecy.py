"""Who a participant is, the site alone reads: no dump, file, log or export tells."""

import io
import re
from pathlib import Path
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from enrollment.models import PersonKey
from exports.services import files as archives
from exports.services import jobs
from record.audit.models import Entry
from record.casebook.models import FormInstance, Participant, StoredFile
from record.casebook.services import files
from tests.dumps import dump, readable, server_log
from tests.enrollment import factories
from tests.people import person

NAME, HOSPITAL_NO, PHONE = "欧阳若曦", "ZY-7741-9035", "139 5511 7733"
EMAIL, ADDRESS, BEST_TIME = (
    "ruoxi@example.cn",
    "石景山区鲁谷路九十九号",
    "晚饭以后七点半",
)
SECRETS = (NAME, HOSPITAL_NO, "1395511", "139 5511", EMAIL, ADDRESS, BEST_TIME)
READ = re.compile("|".join(map(re.escape, SECRETS)))
SCAN = b"%PDF-1.7 signed by " + NAME.encode()
CONTACT = {
    "name": NAME,
    "hospital_no": HOSPITAL_NO,
    "email": EMAIL,
    "address": ADDRESS,
    "best_time": BEST_TIME,
    "opted_out_at": "",
    "phones__rows": "1",
    "phones-0-number": PHONE,
    "phones-0-owner": "participant",
    "phones-0-works": "Y",
}

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture(autouse=True)
def folder(settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def browser(user) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def entered(client: Client, participant: Participant) -> list[str]:
    """Type contact details as people do: autosaved, refused, saved, changed, broken."""
    form = factories.data(participant, "CTC")
    page = reverse("entry:form", args=[form.pk])
    typed = {**CONTACT, "based_on": "0"}
    wrong = {**typed, "email": f"{EMAIL} {NAME}", "phones-0-owner": NAME}
    load = str(uuid4())
    autosaved = client.post(
        reverse("entry:autosave", args=[form.pk]), {**typed, "page_load": load}
    )
    assert autosaved.json()["kept"] is True
    seen = [
        client.get(f"{page}?restore={load}").text,
        client.post(page, {**wrong, "save_as": "complete"}).text,
    ]
    assert client.post(page, {**typed, "save_as": "complete"}).status_code == 302
    changed = {**typed, "based_on": "1", "best_time": "", "best_time__reason": "other"}
    changed["best_time__reason_text"] = f"{NAME} asked for it"
    assert client.post(page, {**changed, "save_as": "complete"}).status_code == 302
    panel = reverse("entry:panel", args=[form.pk, "name"])
    return [*seen, client.get(page).text, client.get(panel).text]


def signed(client: Client, participant: Participant) -> FormInstance:
    """Attach the signed form, under a file name that names the person."""
    form = factories.data(participant, "CNS")
    upload = SimpleUploadedFile(f"{NAME}.pdf", SCAN, "application/pdf")
    page = reverse("entry:form", args=[form.pk])
    typed = {"signed_scan": upload, "based_on": "1", "save_as": "complete"}
    assert client.post(page, typed).status_code == 302
    return form


@pytest.mark.verifies("EXP-05", "ACC-16")
def test_no_copy_and_no_log_of_a_run_tells_who_a_participant_is(
    folder: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    coordinator = person("CO")
    participant = factories.consented(coordinator)
    client = browser(coordinator)

    seen = entered(client, participant)
    signed(client, participant)
    values = {"approached_at": "2024-03-01 08:30", "source": "icu", "age_years": "57"}
    values |= {"sex": "F", "hospital_no": HOSPITAL_NO}
    refused = client.post(reverse("enrollment:register"), values)
    search = client.post(reverse("entry:find"), {"q": NAME}, follow=True)
    export_request = jobs.request_export(forms=[], language="en", by=person("MO"))
    export = jobs.make_export(export_request.key)

    assert all(NAME in page for page in seen)  # the site reads it
    assert "This person was approached before" in refused.text
    assert f"Open the screening of {participant.number}" in refused.text
    assert "No participant fits." in search.text
    assert 'class="bar-find" method="post"' in search.text
    logged = caplog.text + "".join(capfd.readouterr()) + server_log()
    stored = [path for path in folder.rglob("*") if path.is_file()]
    on_disk = "\n".join(
        f"{path.name} {path.read_bytes().decode('latin-1')}" for path in stored
    )
    assert len(stored) == len(("the consent", "the export"))
    for readable_text in (dump(), logged, on_disk):
        assert readable(readable_text, READ) == []
    assert not any(secret.encode() in on_disk.encode("latin-1") for secret in SECRETS)
    content = b"".join(archives.unsealed_pieces(archives.archive_path(export.key)))
    with ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            assert readable(archive.read(name).decode("latin-1"), READ) == []
            assert not any(s.encode() in archive.read(name) for s in SECRETS)
    assert "ctc.csv" not in archive.namelist()
    assert mail.outbox == []


@pytest.mark.verifies("ACC-03")
def test_every_page_of_who_may_not_know_the_person_keeps_quiet() -> None:
    coordinator = person("CO")
    participant = factories.consented(coordinator)
    client = browser(coordinator)
    entered(client, participant)
    consent = signed(client, participant)
    contact = factories.data(participant, "CTC")
    number = participant.number
    pages = [
        "/",
        reverse("entry:matrix"),
        reverse("entry:casebook", args=[number]),
        reverse("entry:log", args=[number, "CNS"]),
        reverse("entry:form", args=[consent.pk]),
        reverse("entry:form", args=[contact.pk]),
        reverse("entry:panel", args=[contact.pk, "name"]),
        reverse("entry:panel", args=[consent.pk, "signed_scan"]),
        reverse("entry:file", args=[consent.pk, "signed_scan"]),
        reverse("enrollment:screening_log"),
        reverse("enrollment:eligibility", args=[number]),
        reverse("review:queries"),
        reverse("review:verification"),
    ]

    for role in ("MO", "DM", "BR", "UM", "UP", "SO", "AD"):
        tab = browser(person(role))
        for page in pages:
            answer = tab.get(page)
            readable_text = b"".join(answer) if answer.streaming else answer.content
            assert not any(s.encode() in readable_text for s in SECRETS), (role, page)
            is_readable = answer.status_code == 200 and b"signed_scan" in readable_text
            assert not is_readable, (role, page)
        hidden = 403 if role == "AD" else 404  # who reads no form at all is told so
        assert tab.get(pages[5]).status_code == hidden
        assert tab.get(pages[8]).status_code == hidden


@pytest.mark.parametrize("role", ["CO", "IN", "PI"])
def test_the_site_opens_the_signed_form_under_a_neutral_name_and_each_view_is_kept(
    role: str,
) -> None:
    coordinator = person("CO")
    participant = factories.consented(coordinator)
    form = signed(browser(coordinator), participant)
    reader = coordinator if role == "CO" else person(role)

    answer = browser(reader).get(reverse("entry:file", args=[form.pk, "signed_scan"]))

    assert b"".join(answer) == SCAN
    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="{participant.number}-CNS-signed_scan.pdf"'
    )
    assert answer.headers["Content-Type"] == "application/pdf"
    view = Entry.objects.get(act="file_opened")
    assert (view.actor, view.form_id, view.changes) == (
        reader.username,
        form.pk,
        {"item": "signed_scan"},
    )


def test_the_bedside_nurse_reads_the_name_and_opens_no_signed_form() -> None:
    coordinator = person("CO")
    participant = factories.consented(coordinator)
    form = signed(browser(coordinator), participant)
    nurse = person("BN")
    key = StoredFile.objects.get().key

    with pytest.raises(PermissionDenied):
        files.open_file(key, by=nurse)
    tab = browser(nurse)
    answer = tab.get(reverse("entry:file", args=[form.pk, "signed_scan"]))
    assert answer.status_code == 404


def test_a_setting_opens_the_signed_form_to_the_monitor(monkeypatch) -> None:
    from dataclasses import replace

    from record.casebook import access
    from trial_edc.protocol import PROTOCOL

    coordinator = person("CO")
    form = signed(browser(coordinator), factories.consented(coordinator))
    tab = browser(person("MO"))
    page = reverse("entry:file", args=[form.pk, "signed_scan"])
    before = tab.get(page).status_code

    opened = replace(PROTOCOL.consent, scan_open_to_monitor=True)
    monkeypatch.setattr(access, "PROTOCOL", replace(PROTOCOL, consent=opened))

    assert (before, tab.get(page).status_code) == (404, 200)
    assert browser(person("DM")).get(page).status_code == 404


def test_a_wrong_file_is_told_beside_what_was_typed() -> None:
    coordinator = person("CO")
    participant = factories.consented(coordinator)
    form = factories.data(participant, "CNS")
    client = browser(coordinator)
    wrong = SimpleUploadedFile("consent.pdf", b"MZ no pdf", "application/pdf")
    typed = {
        "signed_scan": wrong,
        "language": "en",
        "based_on": "1",
        "save_as": "complete",
        "language__reason": "other",
        "language__reason_text": "The English form was signed.",
    }

    answer = client.post(reverse("entry:form", args=[form.pk]), typed)

    assert answer.status_code == 422
    assert "The content of this file is none of: PDF, JPG." in answer.text
    assert "The English form was signed." in answer.text
    assert not StoredFile.objects.exists()


def test_the_key_that_finds_a_person_names_nobody() -> None:
    coordinator = person("CO")
    entered(browser(coordinator), factories.consented(coordinator))

    (key,) = PersonKey.objects.all()

    assert re.fullmatch("[0-9a-f]{64}", key.digest)
    assert key.confidentiality == "identity"
