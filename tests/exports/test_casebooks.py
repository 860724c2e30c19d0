"""Casebooks of several participants as one archive, made by a worker."""

import hashlib
import io
import json
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import reverse

from exports.models import Export, ExportKind, ExportState
from exports.selectors.taken_copies import copy_as_taken
from exports.services import jobs as services
from record.accounts.models import User
from record.audit.attribution import Source, attributed
from tests.outcomes import course
from tests.people import STAGE, person

pytestmark = [pytest.mark.django_db, pytest.mark.pdf]
FORBIDDEN = 403


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.verifies("EXP-02", "EXP-07")
def test_an_archive_has_a_proved_casebook_of_each_participant(client: Client) -> None:
    people = [course.participant(number) for number in (1, 2)]
    course.participant(3)
    monitor = person("MO")
    client.force_login(monitor)

    answer = client.post(
        reverse("exports:casebooks"),
        {"participants": [one.number for one in people], "language": "zh-hans"},
    )
    export = services.make_export(Export.objects.get().key)
    download = client.get(reverse("exports:download", args=[export.key]))

    assert answer.headers["Location"] == reverse("exports:export", args=[export.key])
    assert (export.kind, export.state) == (ExportKind.CASEBOOKS, ExportState.DONE)
    with ZipFile(io.BytesIO(download.getvalue())) as archive:
        names = [f"MSC-001-casebook-{one.number}-zh-hans.pdf" for one in people]
        assert archive.namelist() == [*names, "manifest.json"]
        manifest = json.loads(archive.read("manifest.json"))
        pdfs = [archive.read(name) for name in names]
    digests = [hashlib.sha256(pdf).hexdigest() for pdf in pdfs]
    assert [file["sha256"] for file in manifest["files"]] == digests
    assert [copy_as_taken(pdf).participant for pdf in pdfs] == [
        one.number for one in people
    ]


@pytest.mark.verifies("EXP-07")
def test_who_lost_the_right_meanwhile_gets_no_casebook() -> None:
    one, monitor = course.participant(), person("MO")
    export = services.request_casebooks(numbers=[one.number], language="en", by=monitor)
    with attributed(by=STAGE, via=Source.COMMAND):
        User.objects.filter(pk=monitor.pk).update(is_active=False)

    export = services.make_export(export.key)

    assert (export.state, export.files) == (ExportState.FAILED, [])


def test_a_participant_out_of_the_list_is_refused(client: Client) -> None:
    course.participant()
    client.force_login(person("DM"))

    answer = client.post(
        reverse("exports:casebooks"), {"participants": ["S-099X"], "language": "en"}
    )

    assert "S-099X" in answer.content.decode()
    assert not Export.objects.exists()


def test_a_coordinator_takes_one_casebook_but_not_all(client: Client) -> None:
    client.force_login(person("CO"))

    assert client.get(reverse("exports:casebooks")).status_code == FORBIDDEN
