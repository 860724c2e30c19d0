"""Seals: an entry that was altered beside the triggers is found and named."""

import hashlib
import time

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction

from record.audit import seals
from record.audit.attribution import Source, act, attributed
from record.audit.models import Entry, Seal
from record.audit.tasks import seal_audit
from record.capture.services.forms import save
from tests.sample_room.people import A_SAMPLE, STAGE, participant, person, sample

PATIENCE_SECONDS = 60


def leaf(text: str) -> bytes:
    """A leaf of RFC 6962, computed beside the database."""
    return hashlib.sha256(b"\x00" + text.encode()).digest()


def seal_everything():
    """Seal all there is; transactions of other databases may hold the horizon back."""
    end = time.monotonic() + PATIENCE_SECONDS
    entries = Entry.objects.count()
    while seals.verify().sealed < entries and time.monotonic() < end:
        seals.seal_finished()
        time.sleep(0.02)
    return Seal.objects.last()


def record_acts(count):
    for number in range(count):
        with attributed(by=STAGE, via=Source.COMMAND):
            act("tried", details={"number": number})


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8])
def test_the_root_depends_on_every_leaf_and_on_their_order(count):
    leaves = [bytes([n]) * 32 for n in range(count)]
    roots = {seals.merkle_root(leaves)}
    for place in range(count):
        changed = list(leaves)
        changed[place] = b"x" * 32
        roots.add(seals.merkle_root(changed))
    roots.add(seals.merkle_root([*leaves, b"y" * 32]))
    if count > 1:
        roots.add(seals.merkle_root(leaves[::-1]))

    assert len(roots) == count + 2 + (count > 1)


def test_the_root_of_two_is_as_published_in_rfc_6962():
    left, right = leaf("a"), leaf("b")

    expected = hashlib.sha256(b"\x01" + left + right).digest()
    assert seals.merkle_root([left, right]) == expected


@pytest.mark.verifies("AUD-15")
@pytest.mark.django_db(transaction=True)
def test_whatever_is_done_to_a_sealed_entry_is_found_and_named(superuser, capsys):
    save(sample(), A_SAMPLE, by=person(), complete=True)
    first = seal_everything()
    record_acts(3)
    second = seal_everything()
    entry = Entry.objects.filter(table_name="sample_room_sample").get()
    first_entry_id = first.entries.earliest("entry_id").entry_id
    last = Entry.objects.last()
    call_command("verify_audit")
    digest = capsys.readouterr().out.split()[-1]

    before = Seal.objects.filter(pk__lt=second.pk).last()
    assert second.previous == seals.digest_of(before)
    assert digest == seals.digest_of(second)
    assert seals.verify() == seals.SealVerdict(
        Seal.objects.count(), Entry.objects.count(), 0, digest
    )

    # A value altered, and put back.
    superuser("UPDATE audit_entry SET actor = 'x' WHERE id = %s", entry.pk)
    assert verified() == (f"Entry {entry.pk} was altered.", entry.pk)
    superuser("UPDATE audit_entry SET actor = 'the-co' WHERE id = %s", entry.pk)
    assert verified() == ("", None)

    # An entry removed, and one slipped in.
    superuser("CREATE TABLE kept AS SELECT * FROM audit_entry WHERE id = %s", entry.pk)
    superuser("DELETE FROM audit_entry WHERE id = %s", entry.pk)
    assert verified() == (f"Entry {entry.pk} is missing.", entry.pk)
    superuser("INSERT INTO audit_entry OVERRIDING SYSTEM VALUE SELECT * FROM kept")
    superuser("UPDATE kept SET id = 0")
    superuser("INSERT INTO audit_entry OVERRIDING SYSTEM VALUE SELECT * FROM kept")
    assert verified() == ("Entry 0 was inserted.", 0)
    superuser("DELETE FROM audit_entry WHERE id = 0")
    assert verified() == ("", None)

    # A digest that covers up an altered entry, then a root that covers up the digest.
    superuser("UPDATE audit_entry SET act = 'x' WHERE id = %s", last.pk)
    superuser(
        "UPDATE audit_sealedentry SET digest = %s WHERE entry_id = %s",
        leaf_of(last),
        last.pk,
    )
    assert verified() == (f"The root of seal {second.pk} does not fit.", None)
    digests_of_entries = second.entries.values_list("digest", flat=True)
    root = seals.merkle_root([bytes(digest) for digest in digests_of_entries]).hex()
    superuser("UPDATE audit_seal SET root = %s WHERE id = %s", root, second.pk)
    assert verified() == ("", None)  # whoever rules the database can rewrite its end
    with pytest.raises(CommandError, match="No seal has the digest"):
        call_command("verify_audit", digest)  # but not what was written down

    superuser("UPDATE audit_seal SET root = %s WHERE id = %s", root, first.pk)
    assert verified() == (f"The root of seal {first.pk} does not fit.", None)
    superuser("DELETE FROM audit_seal WHERE id = %s", first.pk)
    assert verified() == (f"Seal {first.pk} is missing.", first_entry_id)


def leaf_of(entry):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL timezone = 'UTC'")
        text = f"SELECT {seals.ENTRY_TEXT} FROM audit_entry e WHERE id = %s"
        cursor.execute(text, [entry.pk])
        return leaf(cursor.fetchone()[0])


def verified():
    verdict = seals.verify()
    return verdict.problem, verdict.entry_id


@pytest.mark.django_db(transaction=True)
def test_only_entries_of_ended_transactions_are_sealed():
    record_acts(1)
    seal_everything()
    other_connection = connections["default"].copy()
    other_connection.connect()
    with other_connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT pg_current_xact_id()")
        record_acts(2)
        nothing = seal_audit()
        cursor.execute("COMMIT")
    other_connection.close()

    seal_everything()
    assert nothing == 0
    assert seals.verify().sealed == 3
    assert participant() is not None
    assert seals.verify().unsealed == 1


@pytest.mark.django_db
def test_there_is_nothing_to_seal_in_an_empty_trail():
    assert seals.seal_finished() == 0
    assert seals.verify() == seals.SealVerdict()


@pytest.mark.verifies("AUD-15")
@pytest.mark.django_db(transaction=True)
def test_a_seal_that_is_nowhere_is_missing_also_when_it_was_the_last(superuser):
    record_acts(2)
    seal_everything()
    record_acts(2)
    last = seal_everything()
    first_entry_id = last.entries.earliest("entry_id").entry_id
    lowest = Entry.objects.earliest("pk").pk

    superuser("DELETE FROM audit_seal WHERE id = %s", last.pk)
    assert verified() == (f"Seal {last.pk} is missing.", first_entry_id)
    superuser("DELETE FROM audit_seal")
    assert verified()[1] == lowest


@pytest.mark.verifies("AUD-15")
@pytest.mark.django_db(transaction=True)
def test_a_digest_that_was_emptied_is_named(superuser):
    record_acts(1)
    (entry,) = Entry.objects.all()
    seal_everything()

    superuser("ALTER TABLE audit_sealedentry ALTER digest DROP NOT NULL")
    superuser("UPDATE audit_sealedentry SET digest = NULL")
    assert verified() == (f"Entry {entry.pk} was altered.", entry.pk)
