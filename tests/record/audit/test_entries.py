"""What an entry of the audit trail says, as whole values."""

import hashlib
import json
from datetime import UTC, datetime

import psycopg2
import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from record.audit.attribution import (
    Process,
    Reason,
    RequestTrace,
    Source,
    act,
    attributed,
    current_trace,
)
from record.audit.models import Entry
from record.capture.services.forms import save
from record.casebook.history import changes_of
from record.casebook.models import FormInstance, Participant
from record.casebook.values import MissingCode
from tests.sample_room.people import A_SAMPLE, STAGE, participant, person, sample
from trial_edc import clock

pytestmark = pytest.mark.django_db


def summary(entry):
    """Sum an entry up, without ids, times and technical numbers."""
    return {
        "operation": entry.operation,
        "table": entry.table_name,
        "revision": entry.revision,
        "changes": entry.changes,
        "reasons": entry.reasons,
        "by": (entry.actor, entry.role, entry.via),
    }


def of_values(form):
    entries = Entry.objects.filter(form_id=form.pk, table_name="sample_room_sample")
    return [summary(entry) for entry in entries]


@pytest.mark.verifies("AUD-01", "TIM-01")
def test_entries_tell_each_value_from_the_first_on():
    user = person()
    form = save(sample(), A_SAMPLE, by=user, complete=True).form
    why = Reason("transcription", "misread")
    save(
        form,
        {"weight_kg": "70.5", "creatinine": MissingCode.NOT_DONE, "interrupted": "N"},
        by=user,
        reasons={"creatinine": why, "weight_kg": why},
    )
    later = {"creatinine": ("150", "umol/L"), "weight_kg": "71"}
    save(form, later, by=user, via=Source.IMPORT, reasons=dict.fromkeys(later, why))

    by, reason = ("the-co", "CO"), {"code": "transcription", "text": "misread"}
    in_mg = {"value": 2, "unit": "mg/dL", "standard": 176.8}
    as_standard = {"value": 150, "unit": "umol/L", "standard": 150}
    exact = json.loads(json.dumps(of_values(form), default=float))
    assert exact == [
        {
            "operation": "INSERT",
            "table": "sample_room_sample",
            "revision": 1,
            "changes": {
                "taken_at": [None, "2026-01-01T02:00:00+00:00"],
                "creatinine": [None, in_mg],
                "interrupted": [None, "N"],
            },
            "reasons": {},
            "by": [*by, "page"],
        },
        {
            "operation": "UPDATE",
            "table": "sample_room_sample",
            "revision": 2,
            "changes": {
                "weight_kg": [None, 70.5],
                "creatinine": [in_mg, {"missing": "ND"}],
            },
            "reasons": {"creatinine": reason, "weight_kg": reason},
            "by": [*by, "page"],
        },
        {
            "operation": "UPDATE",
            "table": "sample_room_sample",
            "revision": 3,
            "changes": {
                "weight_kg": [70.5, 71.0],
                "creatinine": [{"missing": "ND"}, as_standard],
            },
            "reasons": {"creatinine": reason, "weight_kg": reason},
            "by": [*by, "import"],
        },
    ]


def test_an_entry_names_where_it_came_from():
    token = current_trace.set(RequestTrace("r-1", "192.0.2.7"))
    person_row = participant()
    current_trace.reset(token)

    entry = Entry.objects.get(table_name="casebook_participant", row_id=person_row.pk)
    assert (entry.request_id, entry.address, entry.participant_id) == (
        "r-1",
        "192.0.2.7",
        person_row.pk,
    )
    assert (entry.actor, entry.actor_id, entry.role) == ("process:stage", None, "SYS")


def test_an_entry_of_a_change_of_unit_alone_names_the_item():
    form = save(sample(), A_SAMPLE, by=person()).form
    with attributed(by=STAGE, via=Source.COMMAND), connection.cursor() as cursor:
        cursor.execute("UPDATE sample_room_sample SET creatinine__unit = 'umol/L'")

    entry = Entry.objects.filter(form_id=form.pk, operation="UPDATE").last()
    assert list(entry.changes) == ["creatinine"]
    assert FormInstance.objects.get(pk=form.pk).item_revisions["creatinine"] == 2


@pytest.mark.verifies("TIM-01")
def test_entries_are_told_in_utc_whatever_the_session_says():
    form = save(sample(), A_SAMPLE, by=person()).form
    with attributed(by=STAGE, via=Source.COMMAND), connection.cursor() as cursor:
        cursor.execute("SET LOCAL timezone = 'America/New_York'")
        cursor.execute(
            "UPDATE sample_room_sample SET taken_at = '2026-07-01 12:00:00+08'"
        )
        cursor.execute("SET LOCAL timezone = 'UTC'")

    (change,) = [c for c in changes_of(form) if c.revision == 2]
    entry = Entry.objects.filter(form_id=form.pk).last()
    assert entry.changes["taken_at"][1] == "2026-07-01T04:00:00+00:00"
    assert change.new == datetime(2026, 7, 1, 4, tzinfo=UTC)


@pytest.mark.verifies("AUD-02")
def test_what_is_rolled_back_leaves_no_entry():
    user = person()
    before = Entry.objects.count()

    def fail_half_way():
        with attributed(by=user, via=Source.PAGE):
            participant_row(9)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()

    assert Entry.objects.count() == before
    assert not Participant.objects.filter(sequence=9).exists()


@pytest.mark.parametrize("clause", ["NOTHING", "(number) DO UPDATE SET sequence = 8"])
def test_an_upsert_tells_only_what_came_to_be(clause):
    participant(7)
    before = Entry.objects.count()
    does = "NOTHING" if clause == "NOTHING" else ""
    conflict = f"ON CONFLICT DO {does}" if does else f"ON CONFLICT {clause}"

    with attributed(by=STAGE, via=Source.COMMAND), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO casebook_participant (number, sequence, created_at) "
            f"VALUES ('S-007Z', 7, now()) {conflict}"
        )

    new = [summary(entry)["changes"] for entry in Entry.objects.all()[before:]]
    assert new == ([] if does else [{"sequence": [7, 8]}])


def test_bulk_statements_are_recorded_row_by_row():
    people = [participant(n) for n in (1, 2, 3)]
    with attributed(by=STAGE, via=Source.COMMAND):
        Participant.objects.update(sequence=F("sequence") + 10)

    changed = Entry.objects.filter(
        table_name="casebook_participant", operation="UPDATE"
    )
    assert sorted(entry.row_id for entry in changed) == [p.pk for p in people]


def test_columns_that_are_no_values_are_not_recorded():
    user = person()
    before = Entry.objects.count()
    with attributed(by=STAGE, via=Source.COMMAND):
        user.last_login = clock.now()
        user.save()

    assert Entry.objects.count() == before


@pytest.mark.verifies("AUD-02")
def test_a_secret_leaves_an_entry_without_the_secret():
    user = person()
    with attributed(by=STAGE, via=Source.COMMAND):
        user.password = "argon2$secret"
        user.save()

    entry = Entry.objects.last()
    assert entry.new_values == {
        "password": hashlib.sha256(b'"argon2$secret"').hexdigest()
    }
    assert "argon2" not in str(vars(entry))


# The attribution itself.


def test_the_outer_actor_is_in_force_again_after_an_inner_one():
    outer, inner = Process("outer"), Process("inner")
    with attributed(by=outer, via=Source.TASK):
        with attributed(by=inner, via=Source.TASK):
            participant_row(1)
        participant_row(2)
        with pytest.raises(IntegrityError), attributed(by=inner, via=Source.TASK):
            participant_row(1)
        participant_row(3)

    actors = [entry.actor for entry in Entry.objects.order_by("id")]
    assert actors == ["process:inner", "process:outer", "process:outer"]


def test_after_the_block_a_write_is_refused_again(refusal):
    with attributed(by=STAGE, via=Source.TASK):
        participant_row(1)

    assert refusal("UPDATE casebook_participant SET sequence = 5") == "AU001"


def test_the_actor_is_told_with_the_first_statement_whatever_it_is():
    odd = Process("50 % o'clock \\")
    with attributed(by=odd, via=Source.TASK):
        participant_row(1)
    with attributed(by=odd, via=Source.TASK), connection.cursor() as cursor:
        cursor.execute("UPDATE casebook_participant SET sequence = 7 % 5")
    with attributed(by=odd, via=Source.TASK), connection.cursor() as cursor:
        cursor.executemany("UPDATE casebook_participant SET sequence = %s", [[3], [4]])
    with attributed(by=odd, via=Source.TASK):
        people = list(Participant.objects.iterator(chunk_size=1))
        people[0].save()
        people[0].sequence = 5
        people[0].save()

    entries = Entry.objects.filter(table_name="casebook_participant")
    sequences = [entry.new_values.get("sequence") for entry in entries]
    assert sequences == [1, 2, 3, 4, 5]
    assert {entry.actor for entry in entries} == {odd.username}


def test_what_bypasses_the_statements_of_the_block_is_refused():
    raw_statement = "UPDATE casebook_participant SET sequence = 5"
    participant()

    with attributed(by=STAGE, via=Source.TASK):
        raw = connection.connection.cursor()
        with pytest.raises(psycopg2.DatabaseError, match="names no actor"):
            raw.execute(raw_statement)
        transaction.set_rollback(True)


def test_reasons_of_the_outer_block_hold_for_the_same_actor_only():
    why, by = Reason("other", "because"), Process("one")
    with attributed(by=by, via=Source.TASK, reason=why):
        with attributed(by=by, via=Source.TASK):
            participant_row(1)
        with attributed(by=Process("two"), via=Source.TASK):
            participant_row(2)

    reasons = [entry.reasons for entry in Entry.objects.order_by("id")]
    assert reasons == [{"": {"code": "other", "text": "because"}}, {}]


def participant_row(sequence):
    Participant.objects.create(number=f"S-{sequence:03}X", sequence=sequence)


@pytest.mark.verifies("AUD-07")
def test_an_act_is_recorded_with_its_details():
    form = sample()
    with attributed(by=person("MO"), via=Source.PAGE):
        act("exported", form_id=form.pk, participant_id=1, details={"rows": 3})

    entry = Entry.objects.filter(operation="ACT").last()
    values = (
        entry.act,
        entry.changes,
        entry.actor,
        entry.form_id,
        entry.confidentiality,
    )
    assert values == ("exported", {"rows": 3}, "the-mo", form.pk, "open")


@pytest.mark.verifies("AUD-07")
def test_an_act_without_actor_is_refused(refusal):
    assert refusal("SELECT audit_act('x', NULL, NULL, '{}')") == "AU001"


def test_the_transaction_number_is_the_one_of_the_write():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        (number,) = cursor.fetchone()
        participant()

    assert {e.transaction_id for e in Entry.objects.all()} == {number}
