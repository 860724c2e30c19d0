"""What the first release wrote is the same after every migration since."""

import json
import lzma
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.test import Client

from record.accounts.models import User
from record.audit.verification import verify
from record.backup import proofs
from record.casebook import access
from record.casebook.models import FormInstance, Participant
from record.casebook.services.copies import differences
from record.review.selectors import revisions_verified
from tests.record.backup.conftest import ELSEWHERE
from tools.launch import postgres

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
    pytest.mark.verifies("BAK-06", "AUD-16"),
]
FIRST_RELEASE = Path(__file__).parent / "data" / "first_release.sql.xz"
# What other servers and psql programs than the one that wrote it do not know.
FOREIGN = (b"\\restrict", b"\\unrestrict", b"SET transaction_timeout")
DIGEST_OF_THEN = "256e29e7e45a3c1ed455a0637fb9f96daa2485a92a4da3de9bd0e85d1c99ed27"
OK = 200
Rows = dict[int, dict[str, Any]]


@pytest.fixture
def first_release(keys, elsewhere) -> Any:
    """Point at a database as the first release left it."""
    with elsewhere():
        load(lzma.decompress(FIRST_RELEASE.read_bytes()))
        yield


def load(sql: bytes) -> None:
    database = connections["owner"].settings_dict
    host = database["HOST"] or database["OPTIONS"].get("host", "")
    lines = [line for line in sql.splitlines() if not line.startswith(FOREIGN)]
    subprocess.run(
        [
            *(postgres.programs().folder / "psql", "--no-psqlrc", "--quiet"),
            *("--set=ON_ERROR_STOP=1", "--single-transaction", f"--host={host}"),
            *(f"--username={database['USER']}", f"--dbname={ELSEWHERE}"),
        ],
        input=b"\n".join(lines),
        check=True,
        capture_output=True,
    )


def tables() -> dict[str, Rows]:
    """Every row of every table, by its key."""
    inspection, stored = connections["owner"].introspection, {}
    with connections["owner"].cursor() as cursor:
        cursor.execute("SET timezone = 'UTC'")
        for name in inspection.table_names(cursor):
            key = inspection.get_primary_key_column(cursor, name)
            cursor.execute(f'SELECT "{key}", to_jsonb(t) FROM "{name}" t')
            stored[name] = {pk: json.loads(row) for pk, row in cursor.fetchall()}
    return stored


def signatures_in_force(stored: dict[str, Rows]) -> set[int]:
    """Signatures in force whose forms have the revision and digest that were signed."""
    forms = {
        str(pk): [form["revision"], form["digest"]]
        for pk, form in stored["casebook_forminstance"].items()
    }
    return {
        pk
        for pk, signature in stored["review_signature"].items()
        if signature["withdrawn_at"] is None
        and all(forms[form] == signed for form, signed in signature["bound"].items())
    }


def verified_otherwise() -> list[int]:
    """Forms beside which another state of verification stands than their marks say."""
    forms = FormInstance.objects.exclude(verifications=None)
    assert forms.count() > 0
    return [
        form.pk
        for form in forms.prefetch_related("verifications")
        if form.verified_items != revisions_verified(form.verifications.all())
    ]


def changed(before: dict[str, Rows], after: dict[str, Rows]) -> set[tuple[str, str]]:
    """Name the columns of which a value is another one or gone."""
    return {
        (name, column)
        for name, rows in before.items()
        for pk, row in rows.items()
        for column, value in row.items()
        if after.get(name, {}).get(pk, {}).get(column, "gone") != value
    }


def test_data_history_and_signatures_outlive_every_migration(first_release):
    before = tables()

    call_command("migrate", database="owner", verbosity=0)

    after = tables()
    assert changed(before, after) == {("django_content_type", "model")}  # renamed ones
    assert len(before["audit_entry"]) == 899
    later = after["audit_entry"].keys() - before["audit_entry"].keys()
    actors = {after["audit_entry"][pk]["actor"] for pk in later}
    assert actors <= {"process:upgrade"}  # what a migration adds, it adds on record
    assert signatures_in_force(after) == signatures_in_force(before)
    assert len(signatures_in_force(before)) == 12
    proof = verify(known=DIGEST_OF_THEN)
    assert (proof.problems, proof.seals.sealed) == ((), 899)
    assert list(proofs.problems()) == []
    assert verified_otherwise() == []
    assert list(differences()) == []
    assert unreadable_pages() == []


def unreadable_pages() -> list[str]:
    """Open each form of each participant as an investigator of then."""
    client = Client()
    client.force_login(User.objects.get(username="wang.jun"))
    codes = access.visible_codes(User.objects.get(username="wang.jun"))
    forms = FormInstance.objects.filter(code__in=codes).values_list("pk", flat=True)
    paths = [f"/forms/{pk}/" for pk in forms]
    numbers = Participant.objects.values_list("number", flat=True)
    paths += [f"/participants/{number}/" for number in numbers]
    assert len(paths) > len(numbers)
    return [path for path in paths if client.get(path).status_code != OK]
