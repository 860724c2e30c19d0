"""Passwords are kept as slow salted hashes, and appear nowhere."""

import io
import logging
import re

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from exports.services import files, jobs
from record.accounts.models import User
from record.accounts.services import accounts as services
from record.audit.models import Entry
from record.notices.services.delivery import deliver_due
from tests.people import STAGE, person

pytestmark = pytest.mark.django_db
FIRST, WRONG, SECOND, THIRD = (
    "gletscher 7 wandern", "gletscher 8 wandern", "kastanie 12 rollen", "ufer 31 ahorn"
)  # fmt: skip
PASSWORDS = (FIRST, WRONG, SECOND, THIRD)


def whole_database() -> str:
    """Return every table as text, as a plain backup writes it."""
    copied = io.StringIO()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.copy_expert(f'COPY "{table}" TO STDOUT', copied)
    return copied.getvalue()


@pytest.fixture
def pages(caplog):
    """Let a person sign in wrong and right, change the password, and lose it."""
    caplog.set_level(logging.DEBUG)
    client, pages = Client(), []
    user = person("IN", password=FIRST)
    sign_in = reverse("accounts:sign_in")

    def send(address, **typed):
        pages.append(client.post(address, typed).content.decode())

    send(sign_in, username="in", password=WRONG)
    send(sign_in, username="in", password=FIRST)
    again = {"new_password1": SECOND, "new_password2": "something else 5"}
    change = reverse("accounts:change_password")
    send(change, present_password=FIRST, **again)
    send(change, present_password=FIRST, **again | {"new_password2": SECOND})
    services.reset_password(user=User.objects.get(pk=user.pk), by=STAGE, reason="lost")
    deliver_due()
    services.change_password(user=User.objects.get(pk=user.pk), password=THIRD)
    export = jobs.request_export(forms=["AE"], language="en", by=person("MO"))
    jobs.make_export(export.key)
    export.refresh_from_db()
    archive = b"".join(files.unsealed_pieces(files.archive_path(export.key)))
    return "".join([*pages, archive.decode("latin-1")])


@pytest.mark.verifies("ACC-12")
def test_no_password_is_told_anywhere(pages, caplog):
    texts = {
        "pages and export": pages,
        "mails": "".join(
            f"{message.subject}\n{message.body}" for message in mail.outbox
        ),
        "log": caplog.text,
        "audit trail and backup": whole_database(),
    }

    assert len(mail.outbox) == 2  # of the change, and the link
    assert {
        name for name, text in texts.items() if any(p in text for p in PASSWORDS)
    } == (set())


@pytest.fixture
def _quick_hashing() -> None:
    """Hash at the full cost here, instead of at the least."""


@pytest.mark.verifies("ACC-12")
def test_equal_passwords_have_unlike_slow_hashes():
    first, other = (person(role, password=FIRST) for role in ("CO", "MO"))

    assert first.password != other.password
    assert {identify_hasher(user.password).algorithm for user in (first, other)} == {
        "argon2"
    }
    memory_kib, rounds = re.search(r"m=(\d+),t=(\d+)", first.password).groups()
    assert int(memory_kib) >= 19_456  # OWASP's least for Argon2id
    assert int(rounds) >= 2
    assert "$argon2id$" in first.password


@pytest.mark.real_clock
@pytest.mark.django_db
@pytest.mark.verifies("ACC-13")
def test_at_an_open_session_nobody_guesses_the_present_password():
    user, client = person("IN", password=FIRST), Client()
    client.force_login(user)
    change = reverse("accounts:change_password")
    new = {"new_password1": SECOND, "new_password2": SECOND}

    answers = [
        client.post(change, {"present_password": guess, **new})
        for guess in [*(f"{WRONG}{number}" for number in range(6)), FIRST]
    ]

    user.refresh_from_db()
    assert user.check_password(FIRST)
    assert [answer.status_code for answer in answers] == [200] * 4 + [429, 302, 302]
    refused = Entry.objects.filter(act="identity_refused")
    assert [entry.changes["username"] for entry in refused][:5] == ["in"] * 5
    assert Entry.objects.filter(act="account_locked").count() == 1
