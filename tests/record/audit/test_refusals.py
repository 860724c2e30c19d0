"""What the database refuses, whoever asks: tried with plain SQL on the runtime role."""

import pytest
from cryptography.exceptions import InvalidTag
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections

from record.audit import problems, vault
from record.audit.attribution import Reason, Source, attributed
from record.audit.models import Entry, Installation
from record.audit.probes import probes
from record.capture.problems import FormClosed
from record.capture.services.forms import save
from record.casebook.models import FormInstance
from record.casebook.services.form_instances import strike
from record.review import services as review
from tests.sample_room.models import Sample
from tests.sample_room.people import A_SAMPLE, STAGE, participant, person, sample
from trial_edc import clock

pytestmark = pytest.mark.django_db

UNNAMED, CLOSED, NEVER, NO_DEMO, NO_RIGHT = "AU001", "AU002", "AU003", "AU004", "42501"
WHY = Reason("other", "for the test")
CONTEXT = '{"actor": "x", "role": "SYS", "via": "command", "request_id": ""}'


@pytest.mark.verifies("AUD-01", "AUD-02")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sample_room_sample SET weight_kg = 1",
        "UPDATE casebook_forminstance SET status = 'complete'",
        "UPDATE accounts_user SET full_name = 'somebody else'",
        "UPDATE casebook_participant SET sequence = 999",
    ],
)
def test_a_write_without_attribution_is_refused(refusal, statement):
    save(sample(), A_SAMPLE, by=person())

    assert refusal(statement) == UNNAMED


@pytest.mark.verifies("AUD-01")
def test_no_setting_of_a_session_makes_a_trigger_pass_by(refusal):
    save(sample(), A_SAMPLE, by=person())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pgtrigger.ignore', array_agg(tgname)::text, true) "
            "FROM pg_trigger WHERE tgname LIKE 'pgtrigger_%'"
        )

    assert refusal("UPDATE sample_room_sample SET weight_kg = 1") == UNNAMED


@pytest.mark.verifies("AUD-03")
@pytest.mark.parametrize("table", ["audit_entry", "audit_seal", "audit_sealedentry"])
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET id = 0", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_the_runtime_role_has_no_right_to_change_the_trail(refusal, table, statement):
    column = "entry_id" if table == "audit_sealedentry" else "id"

    assert (
        refusal(statement.format(table).replace("id = 0", f"{column} = 0")) == NO_RIGHT
    )


@pytest.mark.verifies("AUD-03")
def test_the_runtime_role_writes_no_entry_of_its_own(refusal):
    forged = (
        "INSERT INTO audit_entry SELECT * FROM audit_entry LIMIT 1",
        "SELECT audit_record('row', '', '', NULL, f, '{}') FROM casebook_participant f",
    )
    participant()

    with attributed(by=STAGE, via=Source.COMMAND):
        assert [refusal(statement) for statement in forged] == [NO_RIGHT, NO_RIGHT]


@pytest.mark.verifies("AUD-03")
@pytest.mark.django_db(databases=["owner"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET id = id",
        "UPDATE audit_seal SET id = id",
        "UPDATE audit_sealedentry SET entry_id = entry_id",
        "DELETE FROM audit_entry",
        "DELETE FROM audit_sealedentry",
        "DELETE FROM audit_performedact",
        "DELETE FROM sample_room_sample",
        "DELETE FROM casebook_participant",
        "TRUNCATE audit_entry",
        "TRUNCATE audit_seal CASCADE",
        "TRUNCATE sample_room_sample",
        "TRUNCATE casebook_participant CASCADE",
    ],
)
def test_even_the_owner_is_refused_by_the_triggers(statement):
    with (
        pytest.raises(DatabaseError) as refused,
        connections["owner"].cursor() as cursor,
    ):
        cursor.execute(statement)

    assert refused.value.__cause__.pgcode == NEVER


@pytest.mark.verifies("AUD-06")
@pytest.mark.parametrize(
    "table",
    ["sample_room_sample", "casebook_forminstance", "review_query", "accounts_user"],
)
def test_recorded_rows_are_never_removed(refusal, table):
    assert refusal(f"DELETE FROM {table}") == NO_RIGHT
    assert refusal(f"TRUNCATE {table} CASCADE") == NO_RIGHT


@pytest.mark.verifies("AUD-03", "AUD-04")
def test_the_role_of_the_web_server_can_do_nothing_that_it_must_not(capsys):
    participant(77)
    before = Entry.objects.count()

    call_command("harden_database", "--check")

    assert {p.what: p.answer for p in probes() if not p.is_refused} == {}
    assert "POSSIBLE" not in capsys.readouterr().out
    assert Entry.objects.count() == before


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
@pytest.mark.parametrize(
    ("weakness", "problem"),
    [
        ("GRANT TEMPORARY ON DATABASE {} TO edc_runtime", "make a temporary table"),
        ("GRANT INSERT ON audit_seal TO edc_runtime", "insert into audit_seal"),
        (
            "GRANT EXECUTE ON FUNCTION audit_record TO edc_runtime",
            "Not as this release made it: function audit_record",
        ),
    ],
)
def test_a_right_too_many_is_named_and_taken_back(weakness, problem):
    participant(77)
    with connections["owner"].cursor() as cursor:
        cursor.execute(weakness.format(connection.settings_dict["NAME"]))

    with pytest.raises(CommandError, match=problem):
        call_command("harden_database", "--check")
    call_command("harden_database")


def test_the_secret_of_an_account_opens_for_no_other():
    own, other = (vault.Purpose.SECOND_FACTOR, "secret"), {"bound_to": "2"}
    sealed = vault.seal(*own, bound_to="1")

    assert vault.unseal(own[0], sealed, bound_to="1") == "secret"
    with pytest.raises(InvalidTag):
        vault.unseal(own[0], sealed, **other)


@pytest.mark.verifies("AUD-03")
@pytest.mark.django_db(databases=["default", "owner"])
def test_a_participant_keeps_the_number(refusal):
    participant(77)

    with attributed(by=STAGE, via=Source.COMMAND):
        assert refusal("UPDATE casebook_participant SET number = 'S-001B'") == NEVER


def closed(how):
    form = save(sample(), A_SAMPLE, by=person()).form
    if how == "locked":
        review.lock_form(form, by=person("DM"), reason=WHY)
    else:
        review.freeze(form, by=person("DM"), reason=WHY)
    return form


@pytest.mark.verifies("LCK-01")
@pytest.mark.parametrize("how", ["locked", "frozen"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sample_room_sample SET weight_kg = 70",
        "UPDATE casebook_forminstance SET status = 'not_done'",
        "UPDATE casebook_forminstance SET struck_at = now()",
        "UPDATE casebook_forminstance SET participant_id = participant_id + 1",
    ],
)
def test_a_closed_form_refuses_plain_sql(refusal, how, statement):
    closed(how)

    with attributed(by=STAGE, via=Source.COMMAND):
        assert refusal(statement) == CLOSED


@pytest.mark.parametrize("how", ["locked", "frozen"])
def test_a_closed_form_refuses_the_orm_and_the_services(how):
    form = closed(how)
    row = Sample.objects.get(form=form)
    row.weight_kg = 70

    with pytest.raises(problems.RecordClosed), attributed(by=STAGE, via=Source.COMMAND):
        row.save()
    with pytest.raises(FormClosed):
        save(form, {"weight_kg": "70"}, by=person())
    with pytest.raises(problems.RecordClosed):
        strike(form, by=person(), reason=WHY, via=Source.PAGE)

    assert Sample.objects.get(form=form).weight_kg is None


def test_a_locked_form_can_be_unlocked_and_not_be_changed_on_the_way(refusal):
    form = closed("locked")

    with attributed(by=STAGE, via=Source.COMMAND):
        both = refusal(
            "UPDATE casebook_forminstance SET locked_at = NULL, status = 'complete'"
        )
    review.lock_form(form, by=person("DM"), reason=WHY, on=False)

    assert both == CLOSED
    assert save(form, {"weight_kg": "70"}, by=person()).form.revision == 2


@pytest.mark.verifies("LCK-02")
def test_a_locked_database_refuses_all_but_registers(refusal):
    form = save(sample(), A_SAMPLE, by=person()).form
    review.lock_database(by=person("DM"), confirmed_by=person("PI"), reason=WHY)

    with pytest.raises(FormClosed):
        save(form, {"weight_kg": "70"}, by=person())
    with pytest.raises(problems.RecordClosed):
        participant(2)
    with attributed(by=STAGE, via=Source.COMMAND):
        assert refusal("UPDATE sample_room_sample SET weight_kg = 1") == CLOSED
        assert refusal("UPDATE casebook_forminstance SET status = 'not_done'") == CLOSED
        assert refusal("UPDATE accounts_user SET full_name = 'New Name'") == ""

    review.unlock_database(by=person("DM"), confirmed_by=person("PI"), reason=WHY)
    assert save(form, {"weight_kg": "70"}, by=person()).form.revision == 2


def test_a_stale_form_cannot_set_the_revision_back():
    stale = sample()
    save(stale, A_SAMPLE, by=person())
    entries = Entry.objects.count()

    with attributed(by=STAGE, via=Source.COMMAND):
        FormInstance.objects.get(pk=stale.pk)
        stale.status = "complete"
        stale.save()

    form = FormInstance.objects.get(pk=stale.pk)
    assert (form.revision, form.item_revisions["taken_at"]) == (1, 1)
    assert len(form.digest) == 64
    assert Entry.objects.count() == entries + 1


def test_a_plain_statement_moves_neither_revision_nor_digest():
    form = save(sample(), A_SAMPLE, by=person()).form
    entries = Entry.objects.count()

    with attributed(by=STAGE, via=Source.COMMAND):
        FormInstance.objects.filter(pk=form.pk).update(revision=9, digest="x")

    stored = FormInstance.objects.get(pk=form.pk)
    assert (stored.revision, stored.digest) == (form.revision, form.digest)
    assert Entry.objects.count() == entries


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_a_moved_clock_is_refused_where_the_installation_is_no_demo(settings):
    Installation.objects.using("owner").update(is_demo=False)

    with clock.at(clock.now()), pytest.raises(Exception, match="only in a demo"):
        participant(5)
