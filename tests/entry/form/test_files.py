"""Files on the form page: chosen once, they last until the form is saved."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from record.casebook.models import StoredFile
from tests.entry.form.pages import signed_in, value_of
from tests.entry.form.test_hostile_requests import send
from tests.sample_room.people import sample

pytestmark = pytest.mark.django_db
FOUND, BAD_REQUEST, GONE, UNPROCESSABLE = 302, 400, 410, 422


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def report() -> SimpleUploadedFile:
    return SimpleUploadedFile("report.pdf", b"%PDF-1.7 a report")


def test_a_chosen_file_outlasts_the_refusal_of_another_item() -> None:
    client, form = signed_in("CO"), sample()

    refused = send(client, form, weight_kg="heavy", report=report())
    stored_key = StoredFile.objects.get(form=form, item="report").key
    saved = send(client, form, weight_kg="70", report=stored_key)

    ticked = f'<input type="checkbox" name="report" value="{stored_key}" checked>'
    assert (refused.status_code, saved.status_code) == (UNPROCESSABLE, FOUND)
    assert ticked in refused.content.decode()
    assert value_of(form, "report") == stored_key


def test_a_file_of_another_form_is_no_file_of_this_one() -> None:
    client, form, other = signed_in("CO"), sample(1), sample(2)
    send(client, other, report=report())

    answer = send(client, form, report=value_of(other, "report"))

    assert answer.status_code == UNPROCESSABLE
    assert value_of(form, "report") is None


@pytest.mark.parametrize("damage", [None, b"", b"x" * 40])
def test_a_stored_file_that_is_gone_or_damaged_is_told(damage, settings) -> None:
    client, form = signed_in("CO"), sample()
    send(client, form, report=report())
    (stored,) = (
        path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()
    )
    stored.unlink() if damage is None else stored.write_bytes(damage)

    answer = client.get(reverse("entry:file", args=[form.pk, "report"]))

    page = answer.content.decode()
    assert answer.status_code == GONE
    assert "The stored file is missing on the server, or damaged." in page


@pytest.mark.parametrize(
    "charset",
    [
        "base64",
        "hex",
        "rot13",
        "idna",
        "undefined",
        "utf-16",
        "utf-7",
        "gbk",
        "latin-1",
    ],
)
@pytest.mark.parametrize(
    "kind", ["multipart/form-data; boundary=B", "application/x-www-form-urlencoded"]
)
def test_a_form_in_another_charset_is_refused_and_stores_nothing(kind, charset) -> None:
    client, form = signed_in("CO"), sample()
    part = 'Content-Disposition: form-data; name="weight_kg"'
    body = f"--B\r\n{part}\r\n\r\n70\r\n--B--\r\n"

    answer = client.generic(
        "POST",
        reverse("entry:form", args=[form.pk]),
        body if "multipart" in kind else "weight_kg=70",
        content_type=f"{kind}; charset={charset}",
    )

    form.refresh_from_db()
    assert (answer.status_code, form.revision) == (400, 0)


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", "utf8"])
def test_a_charset_that_means_utf_8_hinders_nobody(charset) -> None:
    client, form = signed_in("CO"), sample()
    part = 'Content-Disposition: form-data; name="weight_kg"'
    body = f"--B\r\n{part}\r\n\r\n70\r\n--B--\r\n"

    answer = client.generic(
        "POST",
        reverse("entry:form", args=[form.pk]),
        body,
        content_type=f"multipart/form-data; boundary=B; charset={charset}",
    )

    assert answer.status_code == UNPROCESSABLE  # it is read: the rest is missing


@pytest.mark.parametrize("charset", ["base64", "utf-16", "nonsense", "undefined", ""])
@pytest.mark.parametrize(
    "header",
    [
        "Content-Disposition: form-data; name*={}''a%E4",
        "Content-Disposition: form-data; name=\"report\"; filename*={}''a%E4",
        (
            'Content-Disposition: form-data; name="weight_kg"\r\n'
            "Content-Type: text/plain; charset={}"
        ),
        (
            'Content-Disposition: form-data; name="report"; filename="a.pdf"\r\n'
            "Content-Type: application/pdf; charset={}"
        ),
        (
            'Content-Disposition: form-data; name="report"; filename="a.pdf"\r\n'
            "Content-Transfer-Encoding: {}"
        ),
    ],
)
def test_an_odd_charset_in_the_header_of_a_part_is_no_failure(header, charset) -> None:
    client, form = signed_in("CO"), sample()
    body = f"--B\r\n{header.format(charset)}\r\n\r\nvalue\r\n--B--\r\n"

    answer = client.generic(
        "POST",
        reverse("entry:form", args=[form.pk]),
        body,
        content_type="multipart/form-data; boundary=B",
    )

    assert answer.status_code in {FOUND, BAD_REQUEST, UNPROCESSABLE}


def test_a_page_is_given_whatever_charset_its_request_names() -> None:
    client, form = signed_in("CO"), sample()
    address = reverse("entry:form", args=[form.pk])

    answers = [
        client.generic("GET", address, content_type=f"text/plain; charset={charset}")
        for charset in ("base64", "undefined", "gbk")
    ]

    assert [answer.status_code for answer in answers] == [200] * 3
