"""A file of many lines takes as many statements for a participant as one of few."""

import pytest

from imports.models import ImportSource
from imports.rules.mapping import FileMapping
from imports.services import files as receiving
from imports.services import storing
from imports.services.previews import preview
from record.accounts.models import User
from record.audit.attribution import Reason
from record.casebook.models import FormInstance, Participant
from tests.entry.test_statement_counts import counted
from tests.imports import stage

pytestmark = pytest.mark.django_db
FEW, MANY = 10, 50
WHY = Reason("new_source", "Corrected by the laboratory")


def costs(
    source: tuple[ImportSource, str], content: bytes, clerk: User
) -> tuple[int, int]:
    """Statements of the preview of a file, and of storing it."""
    name = f"{len(content)}.csv"
    file = receiving.upload(*source, name=name, content=content, by=clerk)
    receiving.map_columns(file, FileMapping.from_json(source[0].mapping), by=clerk)
    with counted() as in_preview:
        preview(file.pk)
    file.refresh_from_db()
    storing.confirm(file, WHY, by=clerk, unassigned_read=True)
    with counted() as in_storing:
        storing.store_file(file.pk)
    return len(in_preview), len(in_storing)


def lines(who: Participant, rows: int, value: int, **other: str) -> bytes:
    return stage.csv(
        *(
            stage.row(who, days=20 + n, value=str(value + n), **other)
            for n in range(rows)
        )
    )


@pytest.mark.verifies("QRY-08")
def test_new_and_changed_lines_take_as_many_statements_as_few():
    clerk, manager, leader = stage.people()
    source = stage.source(manager, leader)
    taken = []
    for number, rows in enumerate((FEW, MANY), 1):
        who = stage.participant(number)
        # New values, a few of them improbable; then all of them corrected.
        taken += [costs(source, lines(who, rows, value), clerk) for value in (30, 31)]

        forms = FormInstance.objects.filter(participant=who, code="CRE", revision=2)
        assert forms.count() == rows

    new, corrected, many_new, many_corrected = taken
    assert (new, corrected) == (many_new, many_corrected)
