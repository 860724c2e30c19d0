"""The allocation list: two persons, sealed for ever, and no arm readable anywhere."""

from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction

from audit.attribution import Via, attributed
from audit.models import Entry
from randomization import allocation, selectors
from randomization.models import Allocation, AllocationList, Slot
from randomization.problems import FaultyList, Refused
from randomization.rules import lists
from randomization.services import custody
from tests.people import STAGE, person
from tests.randomization import stage

pytestmark = pytest.mark.django_db
EXAMPLE = Path(__file__).parents[1] / "oracle/data/randomization_example_list.csv"
TABLES = (AllocationList, Slot, Allocation, Entry)


def drafted():
    return custody.generate_draft(
        block_sizes=stage.BLOCK_SIZES, by=stage.colleague("LC")
    )


def dump():
    """Return every column of the allocation tables and of the audit trail as text."""
    found = []
    with connection.cursor() as cursor:
        for model in TABLES:
            cursor.execute(f'SELECT t::text FROM "{model._meta.db_table}" t')
            found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)


@pytest.mark.verifies("RAN-04")
def test_sealed_list_fits_its_published_commitment():
    sealed = stage.sealed_list()

    content = allocation.content_of(sealed)
    assert lists.commitment(content.nonce, content.text) == sealed.commitment
    assert [one.commitment for one in selectors.commitments()] == [sealed.commitment]
    assert selectors.slots_left() == 80
    assert custody.sealed_list_problems() == []


@pytest.mark.verifies("RND-04")
def test_dump_holds_no_readable_arm():
    stage.sealed_list()

    text = dump()

    assert "list_sealed" in text
    assert Slot.objects.count() == 80
    assert not stage.READABLE.search(text)
    assert len({len(slot.arm) for slot in Slot.objects.all()}) == 1


@pytest.mark.verifies("RND-04")
def test_audit_of_the_lists_is_restricted_and_holds_ciphertext_only():
    stage.sealed_list()

    entries = Entry.objects.filter(table_name__startswith="randomization_")
    assert {entry.confidentiality for entry in entries} == {"restricted"}
    slot = entries.filter(table_name="randomization_slot").first()
    assert slot.changes["arm"][1] == Slot.objects.get(pk=slot.row_id).arm
    made = entries.filter(table_name="randomization_allocationlist").first()
    assert "content" not in made.changes


@pytest.mark.verifies("RAN-04")
def test_somebody_else_approves():
    draft = drafted()

    with pytest.raises(PermissionDenied):
        custody.approve(draft, by=stage.colleague("LC"))
    with pytest.raises(Refused, match="not possible"):
        custody.seal_list(draft, by=stage.colleague("LC"))
    custody.approve(draft, by=stage.colleague("US"))
    with pytest.raises(PermissionDenied):
        custody.seal_list(draft, by=stage.colleague("US"))


def test_validation_report_tells_no_arm():
    report = custody.report(drafted())

    assert [passed for _line, passed in report] == [True, True]
    assert not any("MSC" in line or "SALINE" in line for line, _passed in report)


@pytest.mark.verifies("RAN-04")
def test_sealing_destroys_the_drafts():
    other, draft = drafted(), drafted()
    custody.approve(draft, by=stage.colleague("US"))

    custody.seal_list(draft, by=stage.colleague("LC"))

    other.refresh_from_db()
    assert (other.state, other.content) == ("destroyed", "")
    deeds = Entry.objects.filter(act__startswith="list_").order_by("id")
    assert [(deed.act, deed.changes["list"]) for deed in deeds] == [
        ("list_drafted", other.pk),
        ("list_drafted", draft.pk),
        ("list_approved", draft.pk),
        ("list_sealed", draft.pk),
        ("list_destroyed", other.pk),
    ]


@pytest.mark.verifies("RAN-04")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE randomization_allocationlist SET content = 'x'",
        "UPDATE randomization_allocationlist SET commitment = 'x'",
        "UPDATE randomization_allocationlist SET state = 'draft'",
        "UPDATE randomization_allocationlist SET state = 'destroyed', content = ''",
        "UPDATE randomization_slot SET arm = 'x'",
        "DELETE FROM randomization_slot",
        """
        INSERT INTO randomization_slot (list_id, sequence, arm, confidentiality)
        SELECT id, 81, 'x', 'restricted' FROM randomization_allocationlist
        """,
    ],
)
def test_database_keeps_a_sealed_list(statement):
    stage.sealed_list()

    with (
        pytest.raises(DatabaseError),
        attributed(by=STAGE, via=Via.COMMAND),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.verifies("RAN-02")
def test_imported_list_is_the_list():
    draft = custody.import_draft(text=EXAMPLE.read_text(), by=stage.colleague("LC"))

    assert allocation.content_of(draft).text == EXAMPLE.read_text()


@pytest.mark.verifies("RAN-02")
def test_faulty_list_is_refused_line_by_line_and_nothing_is_stored():
    text = EXAMPLE.read_text().replace("\n7,", "\n8,").replace("SALINE", "PLACEBO", 1)

    with pytest.raises(FaultyList) as refused:
        custody.import_draft(text=text, by=stage.colleague("LC"))

    assert [fault.line for fault in refused.value.faults] == [2, 8, 9]
    assert AllocationList.objects.count() == 0


def test_segment_follows_the_last_slot_with_its_own_commitment():
    first = stage.sealed_list()
    custodian = stage.colleague("LC")

    with pytest.raises(Refused, match="amendment"):
        custody.generate_draft(block_sizes=stage.BLOCK_SIZES, by=custodian, size=20)
    draft = custody.generate_draft(
        block_sizes=stage.BLOCK_SIZES, by=custodian, size=20, reason="amendment 2"
    )
    custody.approve(draft, by=stage.colleague("US"))
    second = custody.seal_list(draft, by=custodian)

    assert list(second.slots.values_list("sequence", flat=True)) == [*range(81, 101)]
    assert second.commitment not in ("", first.commitment)
    assert custody.sealed_list_problems() == []


@pytest.mark.parametrize("role", ["CO", "PI", "AD", "UP", "DM"])
def test_list_is_the_custodians_alone(role):
    with pytest.raises(PermissionDenied):
        custody.generate_draft(block_sizes=[2], by=person(role))


@pytest.mark.verifies("RND-03", "RAN-04")
@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_list_changed_behind_the_triggers_is_found():
    stage.sealed_list()
    call_command("verify_list")
    first, last = Slot.objects.earliest("sequence"), Slot.objects.latest("sequence")

    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE randomization_slot DISABLE TRIGGER USER")
        exchanged = "UPDATE randomization_slot SET arm = %s WHERE id = %s"
        cursor.execute(exchanged, [last.arm, first.pk])
        cursor.execute("ALTER TABLE randomization_slot ENABLE TRIGGER USER")

    with pytest.raises(CommandError, match="Slot 1 holds the arm of another"):
        call_command("verify_list")


@pytest.mark.verifies("RND-04")
def test_only_one_module_holds_the_key_of_the_arms():
    root = Path(__file__).parents[2]
    rooms = (path.parent for path in root.glob("*/apps.py"))
    users = {
        str(path.relative_to(root))
        for room in rooms
        for path in room.rglob("*.py")
        if "Purpose.ALLOCATION" in path.read_text()
    }

    assert users == {"randomization/allocation.py"}
