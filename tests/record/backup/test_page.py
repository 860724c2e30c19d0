"""The page of backups: when the last one was made, and a button for the next."""

from datetime import timedelta

import pytest
from django.test import Client

from record.accounts.models import User
from record.audit.attribution import Source
from record.audit.models import Entry
from record.backup.services import requests
from record.backup.services.making import make_backup
from trial_edc import clock

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.verifies("BAK-01", "BAK-03"),
]
PAGE = "/backups/"
LATE = "No backup was made within the last 26 hours."


@pytest.fixture
def administrator(record) -> Client:
    client = Client()
    client.force_login(User.objects.get(role="AD"))
    return client


def words(client: Client) -> str:
    return " ".join(client.get(PAGE).content.decode().split())


def test_it_says_when_the_last_one_was_made(administrator):
    assert "No backup was made yet." in words(administrator)
    assert LATE in words(administrator)

    made = make_backup(via=Source.COMMAND)

    page = words(administrator)
    assert made.path.name in page
    assert made.sha256 in page
    assert LATE not in page


@pytest.mark.parametrize(("hours", "is_late"), [(25, False), (26, True)])
def test_a_late_one_is_said_to_be_late(administrator, backup, hours, is_late):
    made_at = Entry.objects.get(act="backup_made").at
    with clock.at(made_at + timedelta(hours=hours)):
        assert (LATE in words(administrator)) is is_late


def test_the_button_asks_a_worker_and_leaves_an_entry(administrator, monkeypatch):
    requested = []
    monkeypatch.setattr(requests, "request_task", requested.append)

    answer = administrator.post(PAGE, follow=True)

    assert requested == ["record.backup.tasks.make_backup"]
    assert "A backup is being made." in answer.content.decode()
    entry = Entry.objects.filter(operation="ACT").last()
    assert (entry.act, entry.actor, entry.via) == ("backup_requested", "the-ad", "page")


def test_without_recipients_it_says_what_is_missing(administrator, settings):
    settings.BACKUP_RECIPIENTS = []

    page = words(administrator)

    assert "BACKUP_RECIPIENTS names no public key" in page
    assert "Make a backup now" not in page
