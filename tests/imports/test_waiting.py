"""Laboratory files that wait for a worker, and a disk that takes none."""

from threading import Thread

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from imports.models import ImportedFile, ImportState
from imports.services import files as receiving
from imports.services import previews, storing
from imports.services.worker import IMPORTS
from imports.tasks import resume_waiting
from record.audit.attribution import Source
from record.casebook.selectors import casebook_of
from tests.full_disk import full_disk
from tests.imports import stage
from trial_edc.locks import exclusively
from trial_edc.whole_files import NO_ROOM

pytestmark = pytest.mark.django_db


@pytest.fixture
def users():
    return stage.people()


@pytest.fixture
def source(users):
    return stage.source(*users[1:])


@pytest.fixture
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def uploaded(source, clerk):
    who = stage.participant()
    content = stage.csv(stage.row(who, days=50, value="118"))
    registered, credential = source
    return who, receiving.upload(
        registered, credential, name="july.csv", content=content, by=clerk
    )


def test_a_file_whose_queue_entry_was_lost_is_taken_up_by_the_sweep(users, source):
    who, file = uploaded(source, users[0])
    receiving.request_preview(file, by=users[0], via=Source.PAGE)

    previewed = resume_waiting()
    file.refresh_from_db()
    state = file.state
    storing.confirm(file, None, by=users[0])
    stored = resume_waiting()

    file.refresh_from_db()
    assert (previewed, state, stored) == (1, ImportState.READY, 1)
    assert (file.state, resume_waiting()) == (ImportState.DONE, 0)
    assert [str(row.get("value")) for row in casebook_of(who).rows("CRE")] == [
        "118 umol/L"
    ]


def test_a_file_that_stopped_with_a_problem_waits_for_a_person(users, source):
    _who, file = uploaded(source, users[0])
    receiving.request_preview(file, by=users[0], via=Source.PAGE)
    previews.record_problem(file.pk, "It stopped on the way.")

    assert resume_waiting() == 0


@pytest.mark.django_db(transaction=True)
def test_a_file_that_another_worker_reads_is_left_to_it(users, source):
    _who, file = uploaded(source, users[0])
    receiving.request_preview(file, by=users[0], via=Source.PAGE)

    def sweep():
        resume_waiting()
        connection.close()

    with exclusively(IMPORTS, file.pk):
        other = Thread(target=sweep)
        other.start()
        other.join()

    file.refresh_from_db()
    assert file.state == ImportState.PLANNING


def test_a_full_disk_is_told_to_who_brings_a_file(users, source, folder):
    client = Client()
    client.force_login(users[0])
    content = stage.csv(stage.row(stage.participant(), days=50, value="118"))
    typed = {
        "source": source[0].pk,
        "credential": source[1],
        "file": SimpleUploadedFile("july.csv", content),
    }

    with full_disk():
        page = client.post(reverse("imports:upload"), typed)

    assert (page.status_code, NO_ROOM in page.content.decode()) == (422, True)
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert not ImportedFile.objects.exists()


def test_a_full_disk_is_told_to_an_interface_engine(source, folder):
    content = stage.csv(stage.row(stage.participant(), days=50, value="118"))

    with full_disk():
        reply = Client().post(
            reverse("imports:receive"),
            content,
            content_type="text/csv",
            headers={"Authorization": f"Bearer {source[1]}"},
        )

    assert (reply.status_code, reply.json()) == (507, {"error": NO_ROOM})
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert not ImportedFile.objects.exists()
