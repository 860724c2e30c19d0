"""A backup is whole, of one instant, readable by its recipients alone, or not there."""

import base64
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.conf import settings as trial_settings
from django.core.management import CommandError, call_command
from django.db import connection
from pyrage import x25519

from record.audit import anchors, heartbeats, seals
from record.audit.attribution import Source
from record.audit.models import Entry, Seal
from record.backup import contents, places, programs
from record.backup.packing import DUMP
from record.backup.problems import BackupFailed
from record.backup.selectors import backup_acts
from record.backup.services.making import BACKUPS, make_backup
from record.notices.models import Message
from tests.record.audit.test_seals import record_acts, seal_everything
from tests.record.backup.repacked import unpacked
from tests.record.backup.test_restoring import restored
from tools.launch import postgres
from trial_edc.locks import exclusively

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
    pytest.mark.verifies("BAK-01"),
]


def made() -> Path:
    return make_backup(via=Source.COMMAND).path


def files_in(folder: str) -> list[str]:
    return sorted(path.name for path in Path(folder).glob("*"))


def notified() -> list[tuple[str, str]]:
    return sorted(Message.objects.values_list("recipient__username", "occasion"))


def test_it_holds_everything_and_a_manifest(record, keys, tmp_path):
    seal = seal_everything()
    anchors.keep(seals.digest_of(seal))
    heartbeats.beat(heartbeats.MESSAGES)  # is of this machine and stays behind
    folder = unpacked(made(), keys, tmp_path / "unpacked")

    names = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    manifest = json.loads((folder / "manifest.json").read_text())

    stored = {f"files/{name}" for name in manifest["files"]}
    assert names == stored | {
        "configuration/protocol.toml",
        "configuration/settings.json",
        "database.dump",
        "manifest.code",
        "manifest.json",
    }
    assert "files/anchors/seals.txt" in stored
    assert [name for name in stored if "heartbeats" in name] == []
    assert manifest["tables"]["sample_room_sample"]["rows"] == 1
    assert "django_session" not in manifest["tables"]
    assert manifest["counts"] == {
        "places of sealed lists": 0,
        "signatures that hold": 1,
    }
    assert manifest["last_seal"] == seals.digest_of(Seal.objects.last())


def test_it_holds_no_secret_of_the_environment(record, keys, settings, tmp_path):
    settings.EMAIL_HOST_PASSWORD = "word-of-the-mail-server"
    settings.CELERY_BROKER_URL = "redis://:word-of-the-broker@broker:6379/0"
    settings.SMS_GATEWAY_TOKEN = "word-of-the-gateway"
    secrets = [
        *(settings.SECRET_KEY, *settings.VAULT_KEYS, "word-of-the"),
        keys.file.read_text().splitlines()[-1],
    ]

    folder = unpacked(made(), keys, tmp_path / "unpacked")

    dump = [postgres.programs().folder / "pg_restore", "--file=-", folder / DUMP]
    content = subprocess.run(dump, capture_output=True, check=True).stdout
    assert b"COPY public.audit_entry" in content
    content += b"".join(p.read_bytes() for p in folder.rglob("*") if p.is_file())
    encoded = [base64.b64encode(text.encode()).decode() for text in secrets]
    assert [text for text in secrets + encoded if text.encode() in content] == []
    configuration = json.loads((folder / "configuration/settings.json").read_text())
    assert configuration["CELERY_BROKER_URL"] == "redis://(left out)@broker:6379/0"
    assert configuration["IDLE_LIMIT_MINUTES"] == trial_settings.IDLE_LIMIT_MINUTES


def test_what_is_stored_while_it_is_made_is_all_in_it_or_not_at_all(
    record, keys, elsewhere, monkeypatch
):
    """Between the instant and the dump others write, seal and anchor."""
    dump = programs.dump

    def write() -> None:
        record_acts(3)
        anchors.keep(seals.digest_of(seal_everything()))
        connection.close()

    def dump_late(*arguments, **options) -> None:
        writer = threading.Thread(target=write)
        writer.start()
        writer.join()
        dump(*arguments, **options)

    monkeypatch.setattr(programs, "dump", dump_late)
    path = made()

    assert Entry.objects.filter(act="tried").count() == 3
    with elsewhere():
        restored(path, keys)
        assert Entry.objects.filter(act="tried").count() == 0


def test_sessions_stay_behind(record, keys, elsewhere, client, django_user_model):
    client.force_login(django_user_model.objects.get(role="CO"))
    path = made()

    with elsewhere():
        restored(path, keys)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM django_session")
            assert cursor.fetchone() == (0,)


def test_a_large_object_stands_in_nobodys_way_and_is_reported(
    record, keys, superuser, elsewhere, capsys
):
    superuser("SELECT lo_create(4711)")
    superuser("ALTER LARGE OBJECT 4711 OWNER TO edc_runtime")
    try:
        call_command("backup")
    finally:
        superuser("SELECT lo_unlink(4711)")

    assert "1 large objects are not in it" in capsys.readouterr().err
    (backup,) = places.backups_in(places.folders()[0])
    with elsewhere():
        restored(backup.path, keys)
        assert contents.large_objects() == 0


def test_a_dump_that_fails_leaves_nothing_and_people_are_notified(
    record, keys, settings, superuser, monkeypatch
):
    monkeypatch.setattr(contents, "table_figures", dict)  # else it would fail first
    superuser("CREATE TABLE public.of_somebody_else (id int)")

    with pytest.raises(CommandError, match="permission denied for table of_somebody"):
        call_command("backup")

    assert files_in(settings.BACKUP_FOLDERS[0]) == []
    last = Entry.objects.filter(operation="ACT").last()
    assert (last.act, last.changes) == ("backup_failed", {"problem": "ProgramFailed"})
    assert notified() == [("the-ad", "backup_failed"), ("the-dm", "backup_failed")]


def test_without_the_client_programs_it_says_what_to_install(
    record, settings, tmp_path
):
    settings.PG_BIN = str(tmp_path)

    with pytest.raises(BackupFailed, match="There is no pg_dump in PG_BIN="):
        made()

    assert files_in(settings.BACKUP_FOLDERS[0]) == []


@pytest.mark.parametrize(
    ("recipients", "words"),
    [
        ([], "BACKUP_RECIPIENTS names no public key"),
        (["age1nobody"], "holds what is no public key of age"),
    ],
)
def test_without_a_recipient_nothing_is_written(record, settings, recipients, words):
    settings.BACKUP_RECIPIENTS = recipients

    with pytest.raises(BackupFailed, match=words):
        made()

    assert not Path(settings.BACKUP_FOLDERS[0]).exists()


def test_each_recipient_can_open_it(record, keys, settings, elsewhere):
    another = x25519.Identity.generate().to_public()
    settings.BACKUP_RECIPIENTS.insert(0, str(another))
    path = made()

    with elsewhere():
        restored(path, keys)


@pytest.mark.verifies("BAK-03")
def test_it_is_copied_to_every_other_place(record, settings, tmp_path):
    second = tmp_path / "second"
    second.mkdir()
    settings.BACKUP_FOLDERS.append(str(second))

    path = made()

    assert (second / path.name).read_bytes() == path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.verifies("BAK-03")
def test_a_place_that_is_gone_is_an_error_that_says_where_the_backup_is(
    record, settings, tmp_path
):
    settings.BACKUP_FOLDERS.append(str(tmp_path / "not mounted"))

    with pytest.raises(BackupFailed, match=r"tar\.age was made, but not copied to"):
        made()

    assert len(files_in(settings.BACKUP_FOLDERS[0])) == 1
    acts = backup_acts().values_list("act", flat=True)
    assert list(acts) == ["backup_failed", "backup_made"]
    assert notified() == [("the-ad", "backup_failed"), ("the-dm", "backup_failed")]


def test_two_are_never_made_at_once(record, settings):
    refused = []

    def second() -> None:
        try:
            made()
        except BackupFailed as problem:
            refused.append(str(problem))
        connection.close()

    with exclusively(BACKUPS, 0):
        other = threading.Thread(target=second)
        other.start()
        other.join()

    assert refused == ["Another backup is being made. Wait for it to end."]


SLOW = """
import os, time, django
os.environ["DJANGO_SETTINGS_MODULE"] = "trial_edc.settings"
django.setup()
from django.conf import settings
from record.audit.attribution import Source
from record.backup import contents
from record.backup.services.making import make_backup
figures = contents.table_figures
def wait():
    print("dumped", flush=True)
    time.sleep(60)
contents.table_figures = wait
make_backup(via=Source.COMMAND)
"""


@pytest.mark.slow
def test_a_kill_leaves_no_file_that_looks_like_a_backup(record, settings):
    named = {
        "BACKUP_RECIPIENTS": ",".join(settings.BACKUP_RECIPIENTS),
        "BACKUP_FOLDERS": ",".join(settings.BACKUP_FOLDERS),
        "PG_BIN": settings.PG_BIN,
    }
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", SLOW],
        env=os.environ | named,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "dumped\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()

    (left,) = files_in(settings.BACKUP_FOLDERS[0])
    assert left.endswith(".part")
    path = _made_once_the_lock_is_free()
    assert files_in(settings.BACKUP_FOLDERS[0]) == [path.name]


def _made_once_the_lock_is_free() -> Path:
    """The server gives the lock back when it sees that its client is gone."""
    end = time.monotonic() + 30
    while True:
        try:
            return made()
        except BackupFailed:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
