"""What a copy of the database tells: nothing of what is sealed."""

import io
import os
import subprocess
import sys
import time
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction

from record.audit import vault
from record.audit.attribution import Reason
from record.audit.models import DataKey, Entry
from record.audit.vault import Purpose
from record.audit.verification import verify
from record.capture.services import autosaves
from record.capture.services.forms import save
from record.casebook.history import changes_of
from record.casebook.selectors import row_of
from record.casebook.services import files
from record.casebook.values import MissingCode
from record.review import services as review
from tests.sample_room.models import Secret
from tests.sample_room.people import person, sample, secret
from tests.shown import revision

pytestmark = pytest.mark.django_db
OWNED = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
SECRETS = (
    '"icu"',
    "123.45",
    "uniquereason",
    "uniquequestion",
    "uniqueanswer",
    "uniqueexplanation",
    "uniquedraft",
    "concentration",
    "Concentration",
)


def fill(form):
    user = person("UP")
    values = {"product": "icu", "cells": "123.45", "concentration": ("7", "g/dL")}
    save(form, values, by=user, complete=True)
    why = {"cells": Reason("other", "uniquereason")}
    save(form, {"cells": "99.01"}, by=user, reasons=why)
    query = review.raise_query(form, "concentration", "uniquequestion", by=person("UM"))
    review.answer_query(query, "uniqueanswer", by=user)
    review.verify(
        form, ["cells", "concentration"], shown_revision=revision(form), by=person("UM")
    )
    typed = {"product": ["uniquedraft"], "cells": ["1"]}
    autosaves.keep(form, typed, page_load=UUID(int=1), based_on=2, author=user)


@pytest.mark.verifies("RND-06")
def test_a_copy_of_the_database_tells_nothing_of_a_sealed_form():
    fill(secret())

    copied = io.StringIO()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.copy_expert(f'COPY "{table}" TO STDOUT', copied)

    assert "the-up" in copied.getvalue()
    assert [word for word in SECRETS if word in copied.getvalue()] == []


def test_the_trail_of_a_sealed_form_is_opened_by_its_key_alone():
    form = secret()
    fill(form)
    entries = Entry.objects.filter(form_id=form.pk, table_name="sample_room_secret")

    assert [list(entry.changes) for entry in entries] == [["sealed"], ["sealed"]]
    assert [list(entry.reasons) for entry in entries] == [[], ["sealed"]]
    last = changes_of(form)[-1]
    assert (last.item, str(last.old), str(last.new)) == ("cells", "123.45", "99.01")
    assert last.reason == Reason("other", "uniquereason")


def test_sealed_texts_have_one_length_whatever_they_hold():
    empty, full = secret(1), secret(2)
    save(empty, {"product": MissingCode.UNKNOWN}, by=person("UP"))
    save(
        full,
        {
            "product": "ward",
            "cells": "1.5",
            "by": person("UP"),
            "concentration": ("1", "g/L"),
        },
        by=person("UP"),
    )
    for form, text in ((empty, "a"), (full, "b" * 900)):
        query = review.raise_query(form, "cells", text, by=person("UM"))
        review.answer_query(query, text, by=person("UP"))
    review.verify(empty, ["cells"], shown_revision=revision(empty), by=person("UM"))
    review.verify(
        full, ["cells", "product", "by"], shown_revision=revision(full), by=person("UM")
    )

    def lengths(statement):
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return {row[0] for row in cursor.fetchall()} - {None}

    for statement in (
        "SELECT length(sealed) FROM sample_room_secret",
        "SELECT length(new_values->>'sealed') FROM audit_entry WHERE revision > 0",
        "SELECT length(stored_text) FROM review_querystep",
        "SELECT length(sealed_place) FROM review_query",
        "SELECT length(sealed_items) FROM review_verification",
        "SELECT item_revisions::text FROM casebook_forminstance",
    ):
        assert len(lengths(statement)) == 1, statement


def test_drafts_of_similar_length_look_alike():
    drafts = [
        autosaves.keep(
            sample(n),
            {"reason": [text]},
            page_load=UUID(int=1),
            based_on=0,
            author=person(),
        )
        for n, text in enumerate(("a", "b" * 3000), 1)
    ]

    assert len({len(draft.sealed) for draft in drafts}) == 1
    assert autosaves.typed_in(drafts[1]) == {"reason": ["b" * 3000]}


def test_an_altered_text_is_refused():
    sealed = bytearray(vault.seal_bytes(Purpose.FILE, b"content"))
    sealed[-1] ^= 1

    with pytest.raises(InvalidTag):
        vault.unseal_bytes(Purpose.FILE, bytes(sealed))
    with pytest.raises(InvalidTag):
        vault.unseal_bytes(Purpose.DRAFT, vault.seal_bytes(Purpose.FILE, b"content"))


def test_a_text_that_does_not_fit_is_refused():
    with pytest.raises(vault.TooLong):
        vault.seal(Purpose.PRODUCT, "汉" * 40, padded_to=100)


@pytest.fixture
def second_key(settings):
    """Put a new master key before the old one."""
    (old,) = settings.VAULT_KEYS
    new = Fernet.generate_key().decode()
    settings.VAULT_KEYS = [new, old]
    yield new, old
    vault.forget_keys()


def rotate(*options):
    output = io.StringIO()
    call_command("rotate_keys", *options, stdout=output)
    return output.getvalue()


def wrapped():
    return dict(DataKey.objects.values_list("purpose", "wrapped"))


@OWNED
@pytest.mark.verifies("BAK-01")
def test_after_a_rotation_the_old_key_is_needed_for_nothing(
    settings, tmp_path, second_key
):
    settings.MEDIA_ROOT = tmp_path
    new, _old = second_key
    form, plain = secret(), sample()
    fill(form)
    key = files.store(
        plain,
        "report",
        SimpleUploadedFile("name.pdf", b"%PDF-1.7 signed"),
        by=person("CO"),
    )
    save(plain, {"report": key}, by=person("CO"))
    texts = {purpose: vault.seal(purpose, "kept", padded_to=64) for purpose in Purpose}
    hashed = vault.keyed_hash(Purpose.IDENTITY, "ZY12345")
    before, sealed = wrapped(), Secret.objects.get(form=form).sealed

    output = rotate()
    settings.VAULT_KEYS = [new]
    vault.forget_keys()

    purposes = sorted(Purpose)
    assert output.startswith(
        f"Wrapped with the first master key: {', '.join(purposes)}."
    )
    assert not set(before.values()) & set(wrapped().values())
    assert Secret.objects.get(form=form).sealed == sealed
    assert row_of(form).value_of("product") == "icu"
    assert str(changes_of(form)[-1].new) == "99.01"
    (kept,) = autosaves.of(form, person("UP"))
    assert autosaves.typed_in(kept)["cells"] == ["1"]
    assert files.open_file(key, by=person("CO"))[0].read() == b"%PDF-1.7 signed"
    assert {vault.unseal(purpose, text) for purpose, text in texts.items()} == {"kept"}
    assert vault.keyed_hash(Purpose.IDENTITY, "ZY12345") == hashed
    entry = Entry.objects.filter(act="vault_keys_rewrapped").get()
    assert (entry.actor, entry.changes) == ("process:rotate_keys", {"keys": purposes})


@OWNED
def test_rotation_without_the_old_key_is_refused_and_changes_nothing(
    settings, second_key
):
    new, _old = second_key
    before = wrapped()
    settings.VAULT_KEYS = [new]

    for options in ((), ("--check",)):
        with pytest.raises(CommandError, match="Put the old master key back"):
            rotate(*options)
    assert wrapped() == before


@OWNED
def test_rotation_can_be_asked_how_far_it_is_and_run_again(second_key):
    with pytest.raises(CommandError, match="still needed for: allocation, draft"):
        rotate("--check")
    rotate()
    after = wrapped()

    assert rotate("--check") == "The first master key opens every data key.\n"
    assert "none; all of them were" in rotate()
    assert wrapped() == after


def wait_until_blocked(cursor):
    for _try in range(600):
        cursor.execute(
            "SELECT FROM pg_locks WHERE NOT granted"
            " AND relation = 'audit_entry'::regclass"
        )
        if cursor.fetchone() is not None:
            return
        time.sleep(0.1)
    pytest.fail("The rotation never came to its end.")


@pytest.mark.slow
@OWNED
def test_rotation_killed_has_wrapped_no_key_and_the_next_one_wraps_all(second_key):
    """The process is killed when all keys are wrapped, a moment before it commits."""
    before = wrapped()
    environment = os.environ | {"VAULT_KEYS": ",".join(second_key)}
    command = [sys.executable, "manage.py", "rotate_keys"]

    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("LOCK TABLE audit_entry IN SHARE MODE")  # its last write
        rotation = subprocess.Popen(command, env=environment)
        wait_until_blocked(cursor)
        rotation.kill()
        rotation.wait()
    halfway = wrapped()
    rotate()

    assert halfway == before
    assert vault.outdated_keys() == []


def test_keys_are_there_before_the_first_text_is_sealed():
    assert set(DataKey.objects.values_list("purpose", flat=True)) == set(Purpose)


@pytest.mark.verifies("AUD-03")
@pytest.mark.parametrize("right", ["INSERT", "UPDATE", "DELETE", "TRUNCATE"])
def test_the_role_of_the_web_server_only_reads_the_data_keys(right):
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_any_column_privilege('audit_datakey', 'SELECT')")
        assert cursor.fetchone() == (True,)
        cursor.execute("SELECT has_table_privilege('audit_datakey', %s)", [right])
        assert cursor.fetchone() == (False,)


def test_a_rotation_says_that_it_needs_the_owner(settings, second_key, monkeypatch):
    runtime = settings.DATABASES["default"]
    monkeypatch.setitem(settings.DATABASES, "owner", runtime)

    with pytest.raises(CommandError, match="Set OWNER_DATABASE_URL"):
        rotate()


COPIED = """
    UPDATE audit_datakey SET wrapped = (
        SELECT wrapped FROM audit_datakey WHERE purpose = 'draft'
    ) WHERE purpose = 'identity'
"""


@OWNED
@pytest.mark.verifies("AUD-15")
@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        (
            "UPDATE audit_datakey SET wrapped = 'x' WHERE purpose = 'file'",
            "No key of VAULT_KEYS opens the data key of file.",
        ),
        (COPIED, "The data keys of identity and draft are one and the same."),
    ],
)
def test_data_keys_that_somebody_spoiled_are_named(statement, problem):
    assert vault.first_problem() == ""

    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)

    assert vault.first_problem() == problem
    assert problem in verify().problems
