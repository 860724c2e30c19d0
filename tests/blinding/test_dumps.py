"""The search in dumps and logs hits what is there, in every spelling."""

import base64
import json
import re
from urllib.parse import quote

import pytest
from django.db import DatabaseError, connection, transaction

from tests.dumps import dump, readable, server_log, tables

ARM = re.compile(r"(?<![A-Za-z0-9+/])(MSC|SALINE|李)(?![A-Za-z0-9+/])")


@pytest.mark.verifies("AUD-10")
@pytest.mark.parametrize("word", ["MSC", "SALINE", "李"])
@pytest.mark.parametrize(
    ("spelling", "spell"),
    [
        ("plain", lambda text: text),
        ("escaped", json.dumps),
        ("percent", quote),
        ("base64", lambda text: base64.b64encode(text.encode()).decode()),
        ("base64", lambda text: base64.urlsafe_b64encode(text.encode()).decode()),
        ("hexadecimal", lambda text: rf"\\x{text.encode().hex()}"),
        ("hexadecimal", lambda text: text.encode().hex().upper()),
    ],
)
def test_a_word_is_found_in_each_spelling(word, spelling, spell):
    text = spell(f"arm: {word} Ā?ÿ")

    hits = readable(f"before\t{text}\tafter", ARM)

    assert any(hit.startswith(f"{spelling}: ") for hit in hits), hits


def test_what_is_not_there_is_not_found():
    sealed = base64.b64encode(bytes(range(256)) + b" MSC \xff").decode()

    assert readable(f"adMSCx, base: TVNDcg==, {sealed}, 4d53ff", ARM) == []


@pytest.mark.django_db(databases=["default", "owner"])
def test_a_dump_holds_the_rows_of_every_table():
    whole = dump()

    names = [name for name, _rows in tables()]
    assert len(names) > 60
    assert [name for name in names if f"COPY public.{name} (" not in whole] == []
    assert "is_demo" in dict(tables())["audit_installation"]


@pytest.mark.verifies("AUD-10")
@pytest.mark.django_db
@pytest.mark.parametrize(
    "refused",
    [
        "INSERT INTO notices_message (subject) VALUES (%s)",
        "INSERT INTO accounts_user (username) VALUES (%s)",
        "SELECT 1 / 0 WHERE %s <> ''",
    ],
)
def test_the_log_of_the_server_holds_no_value_of_a_statement_that_failed(refused):
    before = len(server_log())

    with pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute(refused, ["Zhang Wei"])

    log = server_log()[before:]
    assert "ERROR: " in log
    assert "Zhang" not in log
