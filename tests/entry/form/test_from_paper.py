"""What was written on paper first says so, and keeps the times at which it happened."""

import csv
import io
from datetime import timedelta
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from exports.models import Export
from exports.selectors.casebook_copy import casebook_content
from exports.services import jobs
from monitoring.trail.selectors.lines import trail_lines
from record.audit.attribution import Reason, Source
from record.audit.models import Entry
from record.capture.problems import FormClosed
from record.capture.services.form_status import state_from_paper
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import data_of, row_of
from record.review.services import freeze
from tests.outcomes import course
from tests.people import person
from trial_edc import clock

pytestmark = pytest.mark.django_db
WHY = Reason("paper", "No network on the ward, 8 to 11 h")


@pytest.fixture
def patient() -> Participant:
    return course.randomized(infused=5)


@pytest.fixture
def event(patient: Participant) -> FormInstance:
    onset = clock.now() - timedelta(hours=30)
    return course.row(patient, "AE", {"term": "Fever", "onset": onset})


def state(form: FormInstance, *, on: bool = True, by: Any = None) -> bool:
    by = by or person("CO")
    return state_from_paper(form, on=on, by=by, reason=WHY, via=Source.PAGE)


@pytest.mark.verifies("BAK-05")
def test_a_form_says_by_whom_and_why_and_keeps_its_times(
    event: FormInstance, client: Client
) -> None:
    before = data_of(event, row_of(event)).values
    client.force_login(person("CO", full_name="Li Wei"))

    client.post(
        reverse("entry:from_paper", args=[event.pk]),
        {"act": "from_paper", "text": WHY.text},
    )

    event.refresh_from_db()
    page = client.get(reverse("entry:form", args=[event.pk])).content.decode()
    assert event.from_paper
    assert data_of(event, row_of(event)).values == before
    assert "Transcribed from paper" in page
    assert "Li Wei" in page
    assert WHY.text in page


@pytest.mark.verifies("BAK-05")
def test_it_is_in_the_trail_the_copy_and_the_export(
    event: FormInstance, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    other = course.row(event.participant, "AE", {"term": "Cough"})
    state(event)
    monitor = person("MO")

    events = next(
        part
        for part in casebook_content(event.participant, monitor)["parts"]
        if part["code"] == "AE"
    )
    export = jobs.request_export(forms=["AE"], language="en", by=monitor)
    jobs.make_export(export.key)
    content = b"".join(jobs.open_download(Export.objects.get(), by=monitor))
    with ZipFile(io.BytesIO(content)) as archive:
        text = archive.read("ae.csv").decode("utf-8-sig")

    assert [form["state"] for form in events["forms"]] == [
        f"transcribed from paper: {WHY.text}",
        "",
    ]
    assert {
        row["occurrence"]: row["from_paper"]
        for row in csv.DictReader(io.StringIO(text))
    } == {str(event.occurrence): "Y", str(other.occurrence): "N"}
    entries = list(Entry.objects.filter(form_id__in=[event.pk, other.pk]))
    titles = {line.form_title for line in trail_lines(entries, monitor)}
    assert titles == {"Adverse event 1 · from paper", "Adverse event 2"}


@pytest.mark.verifies("BAK-05")
def test_it_is_taken_back_with_a_reason_and_twice_is_once(event: FormInstance) -> None:
    nurse = person("CO")

    changes = [state(event, on=on, by=nurse) for on in (True, True, False, False)]

    assert changes == [True, False, True, False]
    entries = Entry.objects.filter(form_id=event.pk, new_values__has_key="from_paper")
    assert [
        (entry.operation, entry.new_values["from_paper"], entry.reasons)
        for entry in entries
    ][1:] == [
        ("UPDATE", value, {"": {"code": "paper", "text": WHY.text}})
        for value in (True, False)
    ]


@pytest.mark.parametrize("fields", [{"act": "from_paper"}, {"text": "why"}, {}])
def test_without_act_or_reason_nothing_changes(
    event: FormInstance, client: Client, fields: dict[str, str]
) -> None:
    client.force_login(person("CO"))

    client.post(reverse("entry:from_paper", args=[event.pk]), fields)

    event.refresh_from_db()
    assert not event.from_paper


def test_a_frozen_form_and_a_monitor_are_refused(event: FormInstance) -> None:
    monitor = person("MO")
    with pytest.raises(PermissionDenied):
        state(event, by=monitor)
    freeze(event, by=monitor, reason=Reason("closing", "visit done"), on=True)

    with pytest.raises(FormClosed):
        state(event)
