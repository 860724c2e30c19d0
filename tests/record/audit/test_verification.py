"""Whatever somebody who rules the database does beside the trail is named."""

import re
from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from record.audit import anchors, guards, rows, seals
from record.audit.verification import verify
from record.capture.services.forms import save
from record.casebook.models import FormInstance
from record.notices.tasks import verify_audit
from tests.record.audit.test_seals import record_acts, seal_everything
from tests.sample_room.people import A_SAMPLE, person, sample

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.verifies("AUD-15", "AUD-04"),
]
STRANGER = """
    INSERT INTO casebook_participant (number, sequence, created_at)
    VALUES ('S-998Z', 998, now())
"""
OTHER_FUNCTION = """
    CREATE OR REPLACE FUNCTION audit_digest(stored jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT 'x' $$
"""


@pytest.fixture
def form(settings, tmp_path) -> FormInstance:
    settings.MEDIA_ROOT = tmp_path  # an anchor that another run left fits no seal
    form = save(sample(), A_SAMPLE, by=person()).form
    person("AD")
    seal_everything()
    return form


def test_an_untouched_record_has_no_problem(form, capsys):
    call_command("verify_audit")

    assert verify().problems == ()
    assert "the guards are in place" in capsys.readouterr().out


def test_a_row_changed_with_its_public_digest_computed_anew_is_named(form, superuser):
    superuser("UPDATE sample_room_sample SET weight_kg = 99")
    superuser(
        "UPDATE casebook_forminstance f SET digest = audit_digest(to_jsonb(r)) "
        "FROM sample_room_sample r WHERE r.form_id = f.id"
    )

    assert rows.first_problem() == f"Row {form.pk} of sample_room_sample was altered."


@pytest.mark.parametrize(
    ("statement", "table", "what"),
    [
        ("UPDATE casebook_forminstance SET struck_at = now()", "form", "altered"),
        ("UPDATE casebook_forminstance SET status = 'complete'", "form", "altered"),
        ("UPDATE casebook_participant SET number = 'S-999Z'", "participant", "altered"),
        ("UPDATE accounts_user SET role = 'IN' WHERE role = 'CO'", "user", "altered"),
        ("UPDATE accounts_user SET password = 'x'", "user", "altered"),
        ("UPDATE accounts_user SET delegated_until = now()", "user", "altered"),
        ("DELETE FROM sample_room_sample", "sample", "removed"),
        (STRANGER, "participant", "inserted"),
    ],
)
def test_a_row_written_beside_its_trigger_is_named(
    form, superuser, statement, table, what
):
    superuser(statement)

    (problem,) = verify().problems
    assert problem.startswith("Row ")
    assert problem.endswith(f"_{table}{'instance' * (table == 'form')} was {what}.")


@pytest.mark.parametrize(
    "column",
    [
        "revision = revision + 1",
        "item_revisions = '{}'",
        """item_revisions = item_revisions || '{"weight_kg": 7}'""",
        """item_revisions = item_revisions || '{"no_item": 1}'""",
    ],
)
def test_revisions_that_no_entry_made_are_named(form, superuser, column):
    superuser(f"UPDATE casebook_forminstance SET {column}")

    expected = f"The revisions of form {form.pk} were altered."
    assert verify().problems == (expected,)


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        (
            "ALTER TABLE casebook_participant DISABLE TRIGGER USER",
            "Not as this release made it: trigger pgtrigger_keep_number_",
        ),
        (
            "ALTER TABLE review_query DISABLE TRIGGER ALL",
            "Not as this release made it: foreign keys of review_query.",
        ),
        (
            OTHER_FUNCTION,
            "Not as this release made it: function audit_digest.",
        ),
        (
            "CREATE FUNCTION public.another() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "Not of this release: function another.",
        ),
        (
            "GRANT UPDATE ON audit_entry TO edc_runtime",
            "Not as this release made it: rights on audit_entry.",
        ),
        (
            "GRANT UPDATE (actor) ON audit_entry TO edc_runtime",
            "Not as this release made it: rights on audit_entry.",
        ),
        (
            "CREATE RULE hidden AS ON INSERT TO review_query DO INSTEAD NOTHING",
            "Not of this release: rule hidden of review_query.",
        ),
        (
            "ALTER TABLE audit_databaselock DROP CONSTRAINT lock_by_two_persons",
            "Not as this release made it: constraints of audit_databaselock.",
        ),
        (
            "DROP INDEX one_database_lock",
            "Not as this release made it: unique indexes of audit_databaselock.",
        ),
    ],
)
def test_a_guard_that_was_taken_away_or_weakened_is_named(
    form, superuser, statement, problem
):
    superuser(statement)

    assert guards.first_problem().startswith(problem)
    with pytest.raises(CommandError, match=problem[:20]):
        call_command("verify_audit")


def test_each_table_is_recorded_by_one_trigger_an_operation():
    name = re.compile(r"trigger pgtrigger_(record|record_change)_[0-9a-f]{5} of (\w+)")
    recording = filter(None, map(name.fullmatch, guards.of_this_release()))
    counts = Counter(match.groups() for match in recording)

    assert {table: count for table, count in counts.items() if count > 1} == {}


def test_the_release_states_the_guards_that_its_migrations_make():
    """`make guards` writes them anew."""
    assert guards.of_this_database() == guards.of_this_release()


@pytest.mark.parametrize("cut", ["the tail", "every seal"])
def test_what_was_cut_off_is_missed_by_what_was_written_down(
    form, superuser, settings, tmp_path, cut
):
    settings.MEDIA_ROOT = tmp_path
    record_acts(2)
    last = seal_everything()
    assert not verify_audit()
    assert [anchor.digest for anchor in anchors.anchors()] == [seals.digest_of(last)]
    where = f" WHERE seal_id = {last.pk}" * (cut == "the tail")

    superuser(f"DELETE FROM audit_sealedentry{where}")
    superuser(f"DELETE FROM audit_seal{where.replace('seal_id', 'id')}")
    superuser("DELETE FROM audit_entry WHERE act = 'tried'")

    anchored = [p for p in verify().problems if p.startswith("No seal has the digest")]
    assert [seals.digest_of(last) in problem for problem in anchored] == [True]


def test_the_runtime_role_makes_no_seal_of_its_own(form, refusal):
    refused = [
        refusal("INSERT INTO audit_seal TABLE audit_seal"),
        refusal("INSERT INTO audit_sealedentry TABLE audit_sealedentry"),
    ]

    assert refused == ["42501", "42501"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_seal_finished()")
    assert verify().problems == ()
