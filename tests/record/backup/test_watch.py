"""Old, missing and altered backups are named, and people are notified."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from record.backup import tasks
from record.backup.places import name_at
from record.backup.services.watch import problems
from record.notices.models import Message
from trial_edc import clock

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.verifies("BAK-01", "BAK-03"),
]


def test_a_recent_backup_is_no_problem(backup, capsys):
    call_command("backup", "--check")

    assert list(problems()) == []
    assert "a recent backup" in capsys.readouterr().out


@pytest.mark.parametrize(("hours", "expected"), [(25, False), (26, True)])
def test_an_old_backup_is_named_at_the_limit(backup, hours, expected):
    with clock.at(clock.now() + timedelta(hours=hours)):
        named = list(problems())

    folder = backup.parent
    old = [f"The newest backup in {folder} is {hours} hours old."]
    assert named == old * expected


def test_each_place_is_looked_at(backup, settings, tmp_path):
    settings.BACKUP_FOLDERS.append(str(tmp_path / "second"))

    with pytest.raises(CommandError, match=f"There is no backup in {tmp_path}/second"):
        call_command("backup", "--check")


def test_a_backup_that_was_altered_is_named(backup):
    backup.write_bytes(backup.read_bytes()[:-1])

    assert list(problems()) == [f"{backup} is not what was made."]


@pytest.mark.parametrize("hours", [1, 24 * 365])
def test_a_later_file_that_nobody_made_is_named(backup, hours):
    """Else a name of next year would keep the watch quiet until then."""
    instant = clock.now() + timedelta(hours=hours)
    slipped_in = backup.with_name(name_at(instant))
    slipped_in.write_bytes(backup.read_bytes())

    assert list(problems()) == [
        f"{slipped_in} is no backup that this record knows. Move it away."
    ]


def test_a_name_with_impossible_digits_is_none(backup):
    backup.with_name("NCT04194671-20269999T000000Z.tar.age").write_bytes(b"")

    assert list(problems()) == []


def test_a_file_of_another_name_is_none(backup):
    backup.rename(backup.with_name("copy-of-" + backup.name))

    assert list(problems()) == [f"There is no backup in {backup.parent}."]


def test_without_recipients_the_watch_says_so(backup, settings):
    settings.BACKUP_RECIPIENTS = []

    assert [text.split(" names")[0] for text in problems()] == ["BACKUP_RECIPIENTS"]


def test_administrators_and_data_managers_are_notified_once_a_day(backup):
    assert not tasks.watch_backups()
    backup.unlink()

    assert [tasks.watch_backups(), tasks.watch_backups()] == [True, True]

    messages = Message.objects.values_list("recipient__username", "occasion", "subject")
    assert sorted(messages) == [
        ("the-ad", "backup_missing", "There is no recent backup"),
        ("the-dm", "backup_missing", "There is no recent backup"),
    ]


def test_the_nightly_task_makes_one(record, settings):
    name = tasks.make_backup()

    assert [path.name for path in Path(settings.BACKUP_FOLDERS[0]).iterdir()] == [name]


def test_a_demo_without_recipients_makes_none_and_misses_none(record, settings):
    settings.BACKUP_RECIPIENTS = []

    assert (tasks.make_backup(), tasks.watch_backups()) == ("", False)
    assert not Message.objects.exists()
