"""Choose, watch, take; who may, and what is recorded."""

import io
import time
from zipfile import ZipFile

import pytest
from celery.contrib.testing.worker import start_worker
from django.test import Client
from django.urls import reverse

from exports.models import Export, ExportKind, ExportState
from exports.services import files
from exports.services import jobs as services
from record.accounts.models import User
from record.audit.attribution import Source, attributed
from record.audit.models import Confidentiality, Entry
from record.casebook.models import Participant
from tests.outcomes import course
from tests.people import STAGE, person
from trial_edc.celery import app

pytestmark = pytest.mark.django_db


@pytest.fixture
def monitor() -> User:
    return person("MO")


@pytest.fixture
def pages(client: Client, monitor: User) -> Client:
    client.force_login(monitor)
    return client


@pytest.fixture
def patient() -> Participant:
    participant = course.participant()
    course.row(participant, "AE", {"term": "Fever"})
    return participant


def finished_export(by: User) -> Export:
    export = services.request_export(forms=["AE"], language="en", by=by)
    return services.make_export(export.key)


def test_asking_leads_to_the_page_that_watches_it(pages: Client) -> None:
    answer = pages.post(reverse("exports:exports"), {"forms": ["AE", "endpoints"]})

    export = Export.objects.get()
    assert answer.headers["Location"] == reverse("exports:export", args=[export.key])
    assert (export.state, export.filters) == (
        ExportState.QUEUED,
        {"forms": ["AE", "endpoints"]},
    )
    watched = pages.get(reverse("exports:export", args=[export.key])).content.decode()
    assert 'hx-trigger="every 1s"' in watched


def test_nothing_chosen_is_refused_with_words(pages: Client) -> None:
    answer = pages.post(reverse("exports:exports"), {})

    assert "Choose at least one table." in answer.content.decode()
    assert not Export.objects.exists()


def test_who_has_three_waiting_asks_for_no_more(pages: Client, monitor: User) -> None:
    """One person fills neither the disk nor the queue of the others."""
    chosen, address = {"forms": ["AE"]}, reverse("exports:exports")
    for _time in range(3):
        pages.post(address, chosen)
    waiting = Export.objects.count()

    refused = pages.post(address, chosen)

    assert "3 exports that you asked for are not made yet" in refused.content.decode()
    assert (waiting, Export.objects.count()) == (3, 3)
    services.request_export(forms=["AE"], language="en", by=person("BR"))
    services.make_export(Export.objects.filter(asked_by=monitor).first().key)
    assert pages.post(address, chosen).status_code == 302


def test_progress_shows_the_rows_written_so_far(pages: Client, monitor: User) -> None:
    export = services.request_export(forms=["AE"], language="en", by=monitor)
    meter = files.ProgressMeter(export.key, 4000)
    meter._published_at = 0
    meter.advance(1000)

    part = pages.get(reverse("exports:progress", args=[export.key])).content.decode()

    assert '<progress value="1000" max="4000"' in part
    meter.close()


@pytest.mark.verifies("EXP-07")
@pytest.mark.usefixtures("patient")
def test_taking_it_is_recorded_with_its_checksum(pages: Client, monitor: User) -> None:
    export = finished_export(monitor)

    answer = pages.get(reverse("exports:download", args=[export.key]))

    archive = ZipFile(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    assert archive.namelist() == [
        "ae.csv",
        "signatures.csv",
        "sign_offs.csv",
        "data_dictionary.csv",
        "edit_checks.csv",
        "manifest.json",
    ]
    entry = Entry.objects.get(act="export_taken")
    assert (entry.actor, entry.role) == ("mo", "MO")
    assert entry.changes["sha256"] == export.sha256


@pytest.mark.verifies("EXP-06")
@pytest.mark.usefixtures("patient")
def test_investigator_takes_a_copy_without_anybody_else(client: Client) -> None:
    client.force_login(person("IN"))
    client.post(reverse("exports:exports"), {"forms": ["AE"]})
    export = services.make_export(Export.objects.get().key)

    answer = client.get(reverse("exports:download", args=[export.key]))

    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    answer.close()


@pytest.mark.usefixtures("patient")
def test_altered_file_is_not_handed_out(pages: Client, monitor: User) -> None:
    export = finished_export(monitor)
    files.archive_path(export.key).write_bytes(b"something else")

    answer = pages.get(reverse("exports:download", args=[export.key]))

    assert answer.status_code == 409
    assert "not the one that was made" in answer.content.decode()
    assert not Entry.objects.filter(act="export_taken").exists()


@pytest.mark.verifies("RND-05")
def test_unblinded_export_is_hidden_from_blinded_people(
    pages: Client, monitor: User
) -> None:
    with attributed(by=STAGE, via=Source.COMMAND):
        restricted = Export.objects.create(
            kind=ExportKind.DATASETS,
            confidentiality=Confidentiality.RESTRICTED,
            filters={"forms": []},
            language="en",
            asked_by=monitor,
        )

    history = pages.get(reverse("exports:exports")).content.decode()

    assert restricted.key not in history
    for page in ("export", "progress", "download"):
        address = reverse(f"exports:{page}", args=[restricted.key])
        assert pages.get(address).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_history_takes_as_many_statements_for_one_as_for_many(
    pages: Client,
    monitor: User,
    count: int,
    django_assert_num_queries: pytest.FixtureRequest,
) -> None:
    for _number in range(count):
        finished_export(monitor)
    pages.get(reverse("exports:exports"))  # touches the session, once a minute

    with django_assert_num_queries(4):  # type: ignore[operator]
        pages.get(reverse("exports:exports"))


@pytest.mark.real_clock  # which the worker reads
@pytest.mark.django_db(transaction=True)
def test_worker_makes_what_the_page_asked_for() -> None:
    browser = Client()
    browser.force_login(person("MO"))

    with start_worker(
        app,
        pool="solo",
        queues=("messages", "exports"),
        perform_ping_check=False,
        loglevel="ERROR",
    ):
        browser.post(reverse("exports:exports"), {"forms": ["AE"]})
        state = _wait_until_over(seconds=60)

    assert state == ExportState.DONE


def _wait_until_over(*, seconds: float) -> str:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        export = Export.objects.get()
        if export.is_over:
            return export.state
        time.sleep(0.1)
    return export.state
