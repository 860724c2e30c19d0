"""Unblinded exports: for the unblinded statistician alone, and sealed on disk."""

import csv
import io
from zipfile import ZipFile

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from exports.models import Export
from exports.services import files
from exports.services import jobs as services
from randomization.arms import arms_of
from record.accounts.roles import Role
from record.audit.models import Entry
from tests.people import person
from tests.randomization import stage

pytestmark = pytest.mark.django_db


def finished_export(*, with_arms: bool) -> Export:
    by = stage.colleague("US" if with_arms else "MO")
    export = services.request_export(
        forms=["DEM", "RAN"], language="en", by=by, with_arms=with_arms
    )
    return services.make_export(export.key)


def archive(export: Export) -> ZipFile:
    sealed = files.archive_path(export.key)
    return ZipFile(io.BytesIO(b"".join(files.unsealed_pieces(sealed))))


@pytest.mark.verifies("RND-05")
def test_arms_and_products_are_in_the_unblinded_export_alone() -> None:
    stage.open_study()
    participant = stage.randomized_participant()
    arm = arms_of([participant])[participant.pk]
    stage.lot("MSC")

    unblinded, blinded = (
        archive(finished_export(with_arms=True)),
        archive(finished_export(with_arms=False)),
    )

    text = unblinded.read("arms.csv").decode("utf-8-sig")
    (line,) = csv.DictReader(io.StringIO(text))
    assert (line["participant"], line["arm"]) == (participant.number, arm)
    only_there = {"arms.csv", "lots.csv", "prd.csv", "dvp.csv"}
    assert only_there <= set(unblinded.namelist())
    assert only_there.isdisjoint(blinded.namelist())
    everything = b"".join(blinded.read(name) for name in blinded.namelist())
    assert b"MSC," not in everything
    assert b"SALINE" not in everything


@pytest.mark.parametrize("role", [role.value for role in Role if role != Role.US])
def test_nobody_else_may_ask_for_arms(role: str) -> None:
    with pytest.raises(PermissionDenied):
        services.request_export(
            forms=["DEM"], language="en", by=person(role), with_arms=True
        )


def test_statistician_asks_on_a_page_of_their_own(client: Client) -> None:
    client.force_login(person("US"))

    answer = client.post(reverse("exports:unblinded"), {"forms": ["DEM"]}, follow=True)

    assert not Export.objects.get().is_blinded
    assert '<body class="restricted"' in answer.content.decode()
    assert client.get(reverse("exports:exports")).status_code == 403


@pytest.mark.verifies("RND-05")
def test_record_of_an_unblinded_export_is_restricted(client: Client) -> None:
    client.force_login(person("US"))
    client.post(reverse("exports:unblinded"), {"forms": ["DEM"]})
    export = services.make_export(Export.objects.get().key)

    answer = client.get(reverse("exports:download", args=[export.key]))
    assert b"".join(answer.streaming_content)  # type: ignore[attr-defined]

    entries = Entry.objects.filter(table_name="exports_export") | Entry.objects.filter(
        act="export_taken"
    )
    assert {entry.confidentiality for entry in entries} == {"restricted"}


def test_file_on_disk_tells_nothing() -> None:
    export = finished_export(with_arms=True)

    stored = files.archive_path(export.key).read_bytes()

    assert b"arms.csv" not in stored
    assert b"PK" not in stored[:4]
