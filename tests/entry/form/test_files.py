"""Files on the form page: chosen once, they last until the form is saved."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from record.casebook.models import StoredFile
from tests.entry.form.pages import signed_in, value_of
from tests.entry.form.test_hostile_requests import send
from tests.sample_room.people import sample

pytestmark = pytest.mark.django_db
FOUND, UNPROCESSABLE = 302, 422


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
