"""By whichever way a value changes, the signatures that cover it are broken."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from imports.services import storing
from record.audit.attribution import Source, attributed
from record.capture.services.forms import save
from record.review.selectors.sign_offs import (
    CasebookPart,
    bound_to,
    covered_forms,
    sign_offs_of,
)
from tests.entry.table.posted import address, put, stored_row
from tests.imports import stage as files
from tests.people import STAGE, person
from tests.record.capture.saving import WHY
from tests.record.review.test_sign_offs import sign_off
from tests.visits import stage

pytestmark = pytest.mark.django_db
MISREAD = {"volume_ml__reason": "transcription", "volume_ml__reason_text": "misread"}


@pytest.fixture
def someone():
    return files.participant(1)


@pytest.fixture
def row(someone):
    values = {
        "start_at": stage.days_ago(2),
        "end_at": stage.days_ago(1.9),
        "volume_ml": "60",
        "catheter": "Y",
    }
    return stage.row(someone, "URI", values)


def coordinator():
    client = Client()
    client.force_login(person("CO", username="side.door"))
    return client


def by_page(row):
    typed = {"based_on": row.revision, "save_as": "draft", "volume_ml": "70"}
    coordinator().post(reverse("entry:form", args=[row.pk]), typed | MISREAD)


def by_table(row):
    changed = stored_row(row, volume_ml="70") | put(f"r{row.pk}", MISREAD)
    coordinator().post(address(row.participant), changed)


def by_striking_in_bulk(row):
    struck = {"strike": "yes", "strike_code": "entered_twice", "strike_text": "twice"}
    coordinator().post(address(row.participant), stored_row(row, **struck))


def by_import(row):
    clerk, *others = files.people()
    source = files.source(*others)
    line = files.row(row.participant, days=50, value="118")
    file = files.previewed(source, files.csv(line), by=clerk)
    storing.confirm(file, None, by=clerk, unassigned_read=True)
    storing.store_file(file.pk)


def by_service(via):
    def change(row):
        save(row, {"volume_ml": "70"}, by=STAGE, via=via, reasons={"volume_ml": WHY})

    change.__name__ = f"by_{via}"
    return change


def by_sql(row):
    with attributed(by=STAGE, via=Source.COMMAND), connection.cursor() as cursor:
        cursor.execute(_UPDATE, [row.pk])


_UPDATE = "UPDATE visits_urinecollection SET volume_ml = 70 WHERE form_id = %s"
WAYS = [
    by_page,
    by_table,
    by_striking_in_bulk,
    by_import,
    *map(by_service, (Source.COMMAND, Source.TASK, Source.API)),
    by_sql,
]


def is_signed(part):
    states = sign_offs_of(part, bound_to(covered_forms(part)))
    return any(holds for _signature, holds in states)


@pytest.mark.verifies("SIG-03", "SIG-04", "SIG-10")
@pytest.mark.parametrize("change", WAYS, ids=lambda way: way.__name__)
def test_each_way_breaks_the_signature_of_the_casebook(someone, row, change):
    part = CasebookPart(someone)
    sign_off(part)
    assert is_signed(part)

    change(row)

    assert not is_signed(part)


def test_without_a_name_nothing_is_changed_and_the_signature_holds(someone, row):
    part = CasebookPart(someone)
    sign_off(part)

    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(_UPDATE, [row.pk])

    assert is_signed(part)
