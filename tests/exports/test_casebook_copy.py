"""A casebook as PDF: what it holds, what it never holds, and that it proves itself."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from exports.selectors.casebook_copy import casebook_content
from exports.services.casebook_copies import take_casebook
from record.accounts.models import User
from record.audit.attribution import Reason, Source
from record.audit.models import Entry
from record.capture.services.form_status import strike_row
from record.capture.services.forms import save
from record.casebook.models import Participant
from record.review.selectors.sign_offs import CasebookPart
from record.review.services import answer_query, raise_query, verify
from tests.outcomes import course
from tests.people import STAGE, person
from tests.record.review.test_sign_offs import sign_off
from tests.visits import stage

pytestmark = pytest.mark.django_db
NOT_FOUND = 404
TERM = "发热 Fever *bold* #panic() $x$"


@pytest.fixture
def patient() -> Participant:
    return course.randomized(infused=5)


@pytest.fixture
def monitor() -> User:
    return person("MO")


def part(content: dict[str, Any], code: str) -> dict[str, Any]:
    parts: dict[str, Any] = {one["code"]: one for one in content["parts"]}
    return dict(parts[code])


def values(form: dict[str, Any], columns: list[str]) -> dict[str, str]:
    pairs = zip(columns, form["items"], strict=True)
    return {label: item["value"] for label, item in pairs if item}


def texts_of(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def content_of(pdf: bytes) -> Any:
    [content] = PdfReader(io.BytesIO(pdf)).attachments["content.json"]
    return json.loads(content)


@pytest.mark.verifies("EXP-08")
def test_a_form_has_values_missing_codes_computed_values_and_its_trail(
    patient: Participant, monitor: User
) -> None:
    form = course.forms(patient, "DEM")[0]
    changed = {"birth_date": "1971-03-15"}
    why = {"birth_date": Reason("transcription", "wrong year")}
    save(form, changed, reasons=why, by=STAGE, via=Source.COMMAND)

    demographics = part(casebook_content(patient, monitor), "DEM")

    [sheet] = demographics["forms"]
    assert values(sheet, demographics["columns"]) == {
        "Birth date": "1971",
        "Sex": "Male",
        "Ethnic group": "—",
    }
    assert [(one["label"], one["value"]) for one in sheet["computed"]] == [
        ("Age at consent", "55")
    ]
    lines = [
        (line["item"], line["old"], line["new"], line["reason"])
        for line in demographics["trail"]
    ]
    assert ("Birth date", "1970", "1971", "Transcription error — wrong year") in lines
    assert "1971-03-15" not in json.dumps(demographics)


@pytest.mark.verifies("AUD-06")
def test_a_row_that_was_struck_out_is_there_with_its_reason(
    patient: Participant, monitor: User
) -> None:
    kept = course.row(patient, "AE", {"term": TERM})
    struck = course.row(patient, "AE", {"term": "Cough"})
    strike_row(
        struck, reason=Reason("entered_twice", "see 1"), by=STAGE, via=Source.COMMAND
    )

    events = part(casebook_content(patient, monitor), "AE")

    assert [
        (form["row"], values(form, events["columns"])["Term"], form["state"])
        for form in events["forms"]
    ] == [
        (str(kept.occurrence), TERM, ""),
        (
            str(struck.occurrence),
            "Cough",
            "struck out 2026-04-14 12:00:00 +0800: Entered twice — see 1",
        ),
    ]


@pytest.mark.verifies("QRY-04")
def test_queries_stand_beside_their_form_with_the_whole_thread(
    patient: Participant, monitor: User
) -> None:
    form = course.forms(patient, "DEM")[0]
    query = raise_query(form, "ethnic_group", "Which one?", by=monitor)
    answer_query(query, text="Han; see chart", by=person("CO"))

    [line] = part(casebook_content(patient, monitor), "DEM")["queries"]

    assert (line["number"], line["about"], line["state"]) == (
        str(query.number),
        "Ethnic group",
        "answered",
    )
    assert [(step["action"], step["who"], step["text"]) for step in line["steps"]] == [
        ("raised", str(monitor), "Which one?"),
        ("answered", "Coordinator Doe", "Han; see chart"),
    ]


@pytest.mark.verifies("QRY-06")
def test_what_was_verified_and_changed_since_says_so(
    patient: Participant, monitor: User
) -> None:
    form = course.forms(patient, "DEM")[0]
    names = ("sex", "birth_date")
    verify(form, names, shown_revision=form.revision, by=monitor)
    save(form, {"birth_date": "1971-03-15"}, by=STAGE, via=Source.COMMAND)

    demographics = part(casebook_content(patient, monitor), "DEM")

    [sheet] = demographics["forms"]
    states = dict(
        zip(
            demographics["columns"],
            (item["verified"] for item in sheet["items"]),
            strict=True,
        )
    )
    assert states == {"Birth date": "changed", "Sex": "yes", "Ethnic group": ""}
    [line] = demographics["verifications"]
    assert (line["who"], line["items"]) == (str(monitor), ["Sex", "Birth date"])


@pytest.mark.verifies("SIG-01")
def test_a_signature_shows_who_when_and_whether_it_is_broken(monitor: User) -> None:
    leader = person("PI", full_name="Wang Jun")
    patient = stage.randomized(1)
    sign_off(CasebookPart(patient), leader)
    before = casebook_content(patient, monitor)["sign_offs"]
    stage.enter(patient, "VIT", {"weight_kg": 70}, visit="D0")

    after = casebook_content(patient, monitor)["sign_offs"]

    assert [
        (line["of"], line["name"], line["role"], line["state"])
        for line in (*before, *after)
    ] == [
        ("the casebook", "Wang Jun", "Principal investigator", "holds"),
        (
            "the casebook",
            "Wang Jun",
            "Principal investigator",
            "broken: what it signs was changed",
        ),
    ]
    assert before[0]["at"].endswith("+0800")


@pytest.mark.pdf
@pytest.mark.parametrize(
    ("language", "word"), [("en", "Casebook"), ("zh-hans", "病例册")]
)
@pytest.mark.verifies("EXP-02", "VAL-02")
def test_each_page_has_its_number_and_the_digest_of_what_is_attached(
    patient: Participant, monitor: User, language: str, word: str
) -> None:
    course.row(patient, "AE", {"term": TERM})

    copy = take_casebook(patient, language, by=monitor)

    pages = texts_of(copy.pdf)
    assert word in pages[0]
    assert TERM in "\n".join(pages)
    assert [copy.content_sha256 in page for page in pages] == [True] * len(pages)
    assert content_of(copy.pdf)["participant"] == patient.number
    assert f"page {len(pages)} of {len(pages)}" in pages[-1] or language != "en"
    [entry] = Entry.objects.filter(act="casebook_made")
    assert (entry.participant_id, entry.actor, entry.new_values["sha256"]) == (
        patient.pk,
        monitor.username,
        copy.sha256,
    )


@pytest.mark.pdf
@pytest.mark.verifies("EXP-02")
def test_the_command_knows_a_copy_and_one_that_was_altered(
    patient: Participant, monitor: User, tmp_path: Path, capsys: Any
) -> None:
    copy = take_casebook(patient, "en", by=monitor)
    path = tmp_path / "copy.pdf"
    path.write_bytes(copy.pdf)

    call_command("verify_casebook", path)
    path.write_bytes(copy.pdf + b" ")
    with pytest.raises(CommandError, match="this file was altered since"):
        call_command("verify_casebook", path)
    path.write_bytes(b"%PDF-1.7 of somebody else")
    with pytest.raises(CommandError, match="knows no such copy"):
        call_command("verify_casebook", path)

    assert f"casebook {patient.number}, taken by mo" in capsys.readouterr().out


@pytest.mark.verifies("EXP-08", "RND-05")
def test_neither_product_nor_identity_is_in_a_copy(
    patient: Participant, monitor: User
) -> None:
    course.enter(patient, "CTC", {"name": "王小明"})
    codes = {part["code"] for part in casebook_content(patient, person("PI"))["parts"]}

    text = json.dumps(casebook_content(patient, monitor), ensure_ascii=False)

    assert not codes & {"CTC", "PRD", "LOT", "DVP"}
    assert "王小明" not in text


def test_statements_do_not_grow_with_the_record(
    patient: Participant, monitor: User, django_assert_num_queries: Any
) -> None:
    event = course.row(patient, "AE", {"term": "Fever"})
    raise_query(event, "term", "Which?", by=monitor)
    with CaptureQueriesContext(connection) as few:
        casebook_content(patient, monitor)
    for number in range(5):
        form = course.row(patient, "AE", {"term": f"Event {number}"})
        raise_query(form, "term", "Which?", by=monitor)

    with django_assert_num_queries(len(few)):
        casebook_content(patient, monitor)


@pytest.mark.pdf
def test_the_page_leads_to_a_copy_in_either_language(
    patient: Participant, monitor: User, client: Client
) -> None:
    client.force_login(monitor)

    page = client.get(reverse("exports:casebook", args=[patient.number]))
    answers = {
        language: client.get(
            reverse("exports:casebook_pdf", args=[patient.number, language])
        )
        for language in ("en", "zh-hans", "fr")
    }

    assert 'href="/exports/casebooks/S-001X/zh-hans.pdf"' in page.content.decode()
    assert {
        language: (answer.status_code, answer.headers["Content-Type"].split(";")[0])
        for language, answer in answers.items()
    } == {
        "en": (200, "application/pdf"),
        "zh-hans": (200, "application/pdf"),
        "fr": (NOT_FOUND, "text/html"),
    }
