"""The key of a page of a log: its rows are added once, to this log alone."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from record.capture.services.rows import RowEntry, save_rows
from record.casebook.models import FormInstance
from record.casebook.services.form_instances import NewRow, add_rows
from tests.entry.table.posted import address, collection, put, stored_rows
from tests.people import STAGE, person
from tests.record.capture.test_batch import collection_of, entered
from tests.visits import stage

pytestmark = pytest.mark.django_db


def draft(hour: int, **other: object) -> dict[str, object]:
    return {**put("n1", collection(hour, **other)), "action": "draft"}


def test_a_row_of_a_key_is_added_once_and_to_each_log_for_itself(someone, client):
    other, batch = stage.participant(2), {"batch": str(uuid4())}
    first, second = draft(1) | batch, draft(5, volume_ml="777") | batch

    for posted in (first, first):
        client.post(address(someone), posted)
    client.post(address(other), second)

    assert stored_rows(someone) == [(1, "draft", "60", False)]
    assert stored_rows(other) == [(1, "draft", "777", False)]


def test_a_key_of_another_log_adds_nothing():
    one, other = stage.participant(1), stage.participant(2)
    new = NewRow(client_key=uuid4())
    (row,) = add_rows(one, "URI", [new], by=STAGE)

    for who, code in ((other, "URI"), (one, "RRT")):
        with pytest.raises(IntegrityError), transaction.atomic():
            add_rows(who, code, [new], by=STAGE)

    assert list(FormInstance.objects.filter(client_key=new.client_key)) == [row]
    assert not FormInstance.objects.filter(code="RRT").exists()


def test_a_row_of_somebody_else_is_not_saved():
    one, other = stage.participant(1), stage.participant(2)
    (row,) = add_rows(one, "URI", [NewRow()], by=STAGE)
    change = RowEntry("r", entered(collection_of(1)), row)

    with pytest.raises(KeyError):
        save_rows(other, "URI", [change], by=person("CO"))

    row.refresh_from_db()
    assert (row.revision, row.status) == (0, "not_started")
