"""What the database itself keeps of sources and files."""

import pytest
from django.db import IntegrityError, transaction

from imports.models import ImportedFile, ImportSource, ImportState
from imports.services.sources import NotApproved, issue_credential
from record.audit.attribution import Source, attributed
from tests.imports import stage
from tests.outcomes import course
from tests.people import STAGE
from trial_edc import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def source():
    _clerk, manager, leader = stage.people()
    return stage.source(manager, leader)[0]


@pytest.mark.parametrize(
    "columns",
    [
        {"approved_at": None},
        {"approved_by": None},
        {"credential_hash": None},
        {"credential_at": None},
    ],
)
def test_approval_and_credential_are_whole_or_none(source, columns):
    with pytest.raises(IntegrityError), transaction.atomic():
        change(source, **columns)


def test_nobody_approves_a_source_of_their_own(source):
    with pytest.raises(IntegrityError, match="source_by_two_persons"):
        change(source, approved_by=source.entered_by)


def change(row, **columns):
    with attributed(by=STAGE, via=Source.COMMAND):
        for name, value in columns.items():
            setattr(row, name, value)
        row.save()


def test_a_report_that_does_not_add_up_is_refused(source):
    counts = {"rows": 3, "new": 1, "refused": 1}
    with (
        pytest.raises(IntegrityError, match="import_rows_reconciled"),
        attributed(by=STAGE, via=Source.COMMAND),
    ):
        ImportedFile.objects.create(
            key="k",
            source=source,
            name="july.csv",
            sha256="0" * 64,
            size_bytes=1,
            via="page",
            state=ImportState.DONE,
            **counts,
        )


def test_one_line_of_a_file_is_stored_once(source):
    who = stage.participant()
    with attributed(by=STAGE, via=Source.COMMAND):
        file = ImportedFile.objects.create(
            key="k", source=source, name="x", sha256="0" * 64, size_bytes=1, via="page"
        )
    file.lines.create(line=2, participant=who, state="new")
    with pytest.raises(IntegrityError, match="one_row_a_line"), transaction.atomic():
        file.lines.create(line=2, participant=who, state="refused")


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "is_open"),
    [(0, None, True), (0, 0, True), (3, 1, False), (-1, None, False)],
)
def test_a_source_is_open_from_its_first_to_its_last_day(
    source, valid_from, valid_to, is_open
):
    source.valid_from = course.day(valid_from)
    source.valid_to = None if valid_to is None else course.day(valid_to)

    assert source.is_open is is_open


def test_no_credential_before_the_approval(source):
    manager = source.entered_by
    with attributed(by=STAGE, via=Source.COMMAND):
        other = ImportSource.objects.create(
            code="other",
            name="Other",
            laboratory=source.laboratory,
            valid_from=clock.today(),
            entered_by=manager,
        )

    with pytest.raises(NotApproved):
        issue_credential(other, by=manager)
