"""A backup comes back on an empty machine as it was, or nothing and it says why."""

import hashlib
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connections
from pyrage import x25519

from record.audit.attribution import Source
from record.audit.models import Entry
from record.backup import manifest, places, stored_files
from record.backup.services import watch
from record.backup.services.making import make_backup
from record.casebook.models import StoredFile
from record.casebook.services.files import read_sealed
from record.review.models import Signature
from tests.record.audit.test_seals import seal_everything
from tests.record.backup.conftest import PDF
from tests.record.backup.repacked import repacked
from trial_edc import clock

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
    pytest.mark.verifies("BAK-02", "AUD-16"),
]
NO_SUCH_DIGEST = "0" * 64


def restored(path: Path, keys, **options) -> str:
    out = io.StringIO()
    call_command("restore", str(path), key=keys.file, stdout=out, **options)
    return out.getvalue()


def refusal(path: Path, keys, **options) -> str:
    with pytest.raises(CommandError) as refused:
        restored(path, keys, **options)
    return str(refused.value)


def refused_elsewhere(path: Path, keys, elsewhere) -> str:
    """The refusal; also fails where it left rows or files behind."""
    with elsewhere() as folder:
        message = refusal(path, keys)
        assert not any(folder.rglob("*"))
        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT to_regclass('public.audit_entry')")
            assert cursor.fetchone() == (None,)
    assert message.startswith("Nothing was restored. ")
    return message.removeprefix("Nothing was restored. ")


def test_everything_comes_back_as_it_was(backup, keys, elsewhere):
    entries = Entry.objects.count() - 1  # that of the backup is later than its content

    with elsewhere() as folder:
        output = restored(backup, keys)

        stored = StoredFile.objects.get()
        assert read_sealed(stored.key, stored.sha256) == PDF
        signature = Signature.objects.get()
        assert signature.holds_for(signature.form)
        assert Entry.objects.filter(act="backup_restored").count() == 1
        assert Entry.objects.count() == entries + 1
        assert list(stored_files.whole_files()) == [Path(stored.key[:2]) / stored.key]
        assert [path.name for path in folder.iterdir()] == [stored.key[:2]]
        assert list(watch.problems()) == []  # the register knows whence it came
    assert "1 files are as they were" in output


def test_what_fails_after_the_database_is_back_is_not_called_nothing(
    backup, keys, elsewhere
):
    stored = StoredFile.objects.get()
    with elsewhere() as folder:
        (folder / stored.key[:2] / "in the way").mkdir(parents=True)

        message = refusal(backup, keys)

        assert StoredFile.objects.count() == 1
    assert message.startswith("Restored, but not as it was; let nobody work with it:")
    assert "It could not be finished: " in message


def test_another_private_key_opens_nothing(backup, keys, elsewhere):
    keys.file.write_text(str(x25519.Identity.generate()))

    message = refused_elsewhere(backup, keys, elsewhere)

    assert message == f"This private key does not open {backup}; it is for another one."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("age1 is no private key", "holds what is no private key of age"),
        ("# only a comment\n", "holds no private key"),
    ],
)
def test_a_file_without_a_private_key_is_refused(backup, keys, elsewhere, text, words):
    keys.file.write_text(text)

    assert words in refused_elsewhere(backup, keys, elsewhere)


def cut_off(content: bytes) -> bytes:
    return content[:-1]


def cut_in_half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def with_another_byte(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def of_something_else(_content: bytes) -> bytes:
    return b"PK\x03\x04 an archive of something else"


@pytest.mark.parametrize(
    "damage", [cut_off, cut_in_half, with_another_byte, of_something_else]
)
def test_a_damaged_backup_is_refused_whole(backup, keys, elsewhere, damage):
    backup.write_bytes(damage(backup.read_bytes()))

    message = refused_elsewhere(backup, keys, elsewhere)

    assert message.startswith(str(backup))


def test_a_backup_that_is_not_there_is_refused(record, keys, elsewhere, tmp_path):
    message = refused_elsewhere(tmp_path / "none.tar.age", keys, elsewhere)

    assert "No such file" in message


def exchange_a_file(folder: Path) -> None:
    stored = next(path for path in (folder / "files").rglob("*") if path.is_file())
    stored.write_bytes(b"something else")


def slip_in_a_file(folder: Path) -> None:
    (folder / "files" / "more").write_bytes(b"something else")


def lose_the_dump(folder: Path) -> None:
    (folder / "database.dump").unlink()


def slip_in_a_link(folder: Path) -> None:
    (folder / "files" / "exports").symlink_to("../configuration")


def slip_in_a_link_to_nothing(folder: Path) -> None:
    (folder / "files" / "ab").symlink_to("nothing")


def put_a_link_in_place_of_the_dump(folder: Path) -> None:
    (folder / "database.dump").rename(folder / "configuration" / "more")
    (folder / "database.dump").symlink_to("configuration/more")


def exchange_the_protocol(folder: Path) -> None:
    (folder / "configuration" / "protocol.toml").write_text("")


@pytest.mark.parametrize(
    ("forge", "what"),
    [
        (exchange_a_file, "files/"),
        (slip_in_a_file, "files/more"),
        (slip_in_a_link, "files/exports"),
        (slip_in_a_link_to_nothing, "files/ab"),
        (put_a_link_in_place_of_the_dump, "configuration/more"),
        (lose_the_dump, "database.dump"),
        (exchange_the_protocol, "configuration/protocol.toml"),
    ],
)
def test_what_the_manifest_does_not_name_is_refused(
    backup, keys, elsewhere, tmp_path, forge, what
):
    forged = repacked(backup, keys, tmp_path, forge)

    message = refused_elsewhere(forged, keys, elsewhere)

    assert message.startswith(what)
    assert message.endswith("in the backup is not what its manifest says.")


def rewrite(folder: Path, **values: object) -> None:
    path = folder / manifest.NAME
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def sign_again(folder: Path) -> None:
    """Give a changed manifest the code of who holds the master key."""
    path = folder / manifest.NAME
    written = manifest.Manifest(**json.loads(path.read_text()))
    path.write_bytes(written.as_bytes)
    (folder / manifest.CODE_NAME).write_bytes(written.code)


def test_a_manifest_without_the_code_of_a_master_key_is_refused(
    backup, keys, elsewhere, tmp_path
):
    forged = repacked(
        backup, keys, tmp_path, lambda folder: rewrite(folder, last_seal="")
    )

    message = refused_elsewhere(forged, keys, elsewhere)

    assert message.startswith("No key of VAULT_KEYS made this backup.")


def test_another_master_key_is_named_by_the_fingerprint_that_is_needed(
    backup, keys, elsewhere, settings
):
    settings.VAULT_KEYS = [Fernet.generate_key().decode()]

    message = refused_elsewhere(backup, keys, elsewhere)

    assert message.startswith("No key of VAULT_KEYS made this backup. It needs the")


def test_an_old_backup_under_the_name_of_a_new_one_is_refused(backup, keys, elsewhere):
    renamed = backup.with_name(places.name_at(clock.now() + timedelta(days=1)))
    backup.rename(renamed)

    message = refused_elsewhere(renamed, keys, elsewhere)

    assert message.startswith(f"{renamed.name} was made as {backup.name}, at ")
    assert message.endswith("give the file its own name again.")


@pytest.mark.parametrize("change", ["newer", "older"])
def test_another_release_is_named(backup, keys, elsewhere, tmp_path, change):
    def of_another_release(folder: Path) -> None:
        known = json.loads((folder / manifest.NAME).read_text())["migrations"]
        other = [*known, "casebook.9999_later"] if change == "newer" else known[1:]
        rewrite(folder, migrations=other)
        sign_again(folder)

    forged = repacked(backup, keys, tmp_path, of_another_release)

    message = refused_elsewhere(forged, keys, elsewhere)

    assert message.startswith("The backup was made by version")
    assert "Restore it with that version" in message


def test_a_dump_that_cannot_be_loaded_leaves_nothing(backup, keys, elsewhere, tmp_path):
    def with_half_a_dump(folder: Path) -> None:
        dump = folder / "database.dump"
        dump.write_bytes(dump.read_bytes()[: -dump.stat().st_size // 3])
        digest = hashlib.sha256(dump.read_bytes()).hexdigest()
        rewrite(folder, dump=digest)
        sign_again(folder)

    forged = repacked(backup, keys, tmp_path, with_half_a_dump)

    message = refused_elsewhere(forged, keys, elsewhere)

    assert message.startswith("The database took nothing of it. pg_restore: ")


def test_a_database_that_is_not_empty_is_never_written_over(backup, keys):
    message = refusal(backup, keys)

    assert message.startswith("Nothing was restored. The database is not empty.")


def test_files_that_are_there_are_never_written_over(backup, keys, elsewhere):
    with elsewhere() as folder:
        folder.mkdir()
        (folder / "somebody's").write_text("file")

        message = refusal(backup, keys)

        assert (folder / "somebody's").read_text() == "file"
    assert message.startswith("Nothing was restored. There are files in")


def test_the_role_of_the_web_server_restores_nothing(backup, keys, elsewhere, settings):
    owner = settings.DATABASES["owner"]
    with elsewhere(), pytest.MonkeyPatch.context() as patch:
        patch.setitem(owner, "USER", settings.DATABASES["default"]["USER"])
        message = refusal(backup, keys)

    assert "OWNER_DATABASE_URL must name the role that owns the tables" in message


# Its function stays, called by no trigger.
DROP_TRIGGER = """
    DO $$ DECLARE name text; BEGIN
        SELECT tgname INTO name FROM pg_trigger
        WHERE tgrelid = 'casebook_participant'::regclass AND NOT tgisinternal LIMIT 1;
        EXECUTE format('DROP TRIGGER %%I ON casebook_participant', name);
    END $$
"""


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        (DROP_TRIGGER, "Not of this release: function pgtrigger_"),
        ("UPDATE sample_room_sample SET weight_kg = 99", "Row "),
        ("DELETE FROM review_signature", "Row "),
        ("UPDATE audit_entry SET actor = 'x' WHERE id = 1", "Entry 1 was altered."),
        ("GRANT UPDATE ON audit_entry TO edc_runtime", ""),
    ],
)
def test_what_was_wrong_before_the_backup_is_named_after_the_restore(
    record, keys, elsewhere, superuser, statement, problem
):
    seal_everything()
    superuser(statement)
    path = make_backup(via=Source.COMMAND).path

    with elsewhere():
        if not problem:  # rights are set anew, so this one is mended
            restored(path, keys)
            return
        message = refusal(path, keys)

    assert message.startswith("Restored, but not as it was")
    assert f"\n{problem}" in message


def test_a_file_that_was_damaged_before_is_named(record, keys, elsewhere):
    (damaged,) = stored_files.whole_files()
    (stored_files.root() / damaged).write_bytes(b"not what was stored")
    path = make_backup(via=Source.COMMAND).path

    with elsewhere():
        message = refusal(path, keys)

    assert f"\nThe stored file {damaged.name} is lost or damaged.\n" in message


def test_a_digest_from_a_mail_that_no_seal_has_is_named(backup, keys, elsewhere):
    with elsewhere():
        message = refusal(backup, keys, digest=NO_SUCH_DIGEST)

    assert "No seal has the digest that was written down." in message
