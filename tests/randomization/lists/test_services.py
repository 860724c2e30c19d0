"""The allocation list: two persons, sealed for ever, and no arm readable anywhere."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from randomization import arms as allocation
from randomization.lists import selectors as lists_selectors
from randomization.lists.problems import FaultyList
from randomization.lists.rules import lists
from randomization.lists.services import allocation_list
from randomization.lists.services.validation_report import validation_report
from randomization.lists.services.verification import ARMS, problems
from randomization.models import Allocation, AllocationList, Slot
from randomization.problems import RandomizationRefused
from record.audit.attribution import Source, attributed
from record.audit.models import Entry
from tests.people import STAGE, person
from tests.randomization import stage
from trial_edc import clock
from trial_edc.protocol import PROTOCOL

pytestmark = pytest.mark.django_db
EXAMPLE = Path(__file__).parents[2] / "oracle/data/randomization_example_list.csv"
TABLES = (AllocationList, Slot, Allocation, Entry)


def drafted():
    return allocation_list.generate_draft(
        block_sizes=stage.BLOCK_SIZES, by=stage.colleague("LC")
    )


def dump():
    """Return every column of the allocation tables and of the audit trail as text."""
    texts = []
    with connection.cursor() as cursor:
        for model in TABLES:
            cursor.execute(f'SELECT t::text FROM "{model._meta.db_table}" t')
            texts += [row[0] for row in cursor.fetchall()]
    return "\n".join(texts)


@pytest.mark.verifies("RAN-04")
def test_sealed_list_fits_its_published_commitment():
    sealed = stage.sealed_list()

    content = allocation.content_of(sealed)
    assert lists.commitment(content.nonce, content.text) == sealed.commitment
    assert [line.commitment for line in lists_selectors.sealed_lists()] == [
        sealed.commitment
    ]
    assert lists_selectors.unused_slot_count() == 80
    assert list(problems()) == []


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
    insert_entry = entries.filter(table_name="randomization_allocationlist").first()
    before, digest = insert_entry.changes["content"]
    assert before is None
    assert re.fullmatch("[0-9a-f]{64}", digest)


@pytest.mark.verifies("RAN-04")
def test_somebody_else_approves():
    draft = drafted()

    with pytest.raises(PermissionDenied):
        allocation_list.approve(draft, by=stage.colleague("LC"))
    with pytest.raises(RandomizationRefused, match="not possible"):
        allocation_list.seal_list(draft, by=stage.colleague("LC"))
    allocation_list.approve(draft, by=stage.colleague("US"))
    with pytest.raises(PermissionDenied):
        allocation_list.seal_list(draft, by=stage.colleague("US"))


def test_validation_report_tells_no_arm():
    report = validation_report(drafted())

    assert [line.state for line in report.lines] == ["met", "met", "met"]
    assert not any(re.search("MSC|SALINE|block.* (2|8)", str(line)) for line in report)


def drawn(*sizes):
    return allocation_list.generate_draft(
        block_sizes=sizes, by=stage.colleague("LC"), size=80
    )


def imported(*sizes):
    rows = lists.generate(seed="1", block_sizes=sizes, arms=ARMS, size=80)
    return allocation_list.import_draft(
        text=lists.canonical(rows), by=stage.colleague("LC"), size=80
    )


def imported_example():
    return allocation_list.import_draft(
        text=EXAMPLE.read_text(), by=stage.colleague("LC"), size=80
    )


@pytest.mark.verifies("RND-04")
@pytest.mark.parametrize(
    ("make", "sizes", "needs_confirmation"),
    [
        (drawn, (2,), True),
        (drawn, (4,), True),
        (drawn, (2, 4), True),
        (drawn, (2, 6), True),
        (drawn, (2, 4, 6), True),
        (drawn, (4, 6), False),
        (drawn, (4, 6, 8), False),
        (imported, (2,), True),
        (imported, (4,), True),
        (imported_example, (), False),  # certain of 8 places, 54 guessed rightly
    ],
)
def test_a_list_that_can_be_foreseen_needs_the_approvers_words(
    make, sizes, needs_confirmation
):
    draft, approver = make(*sizes), stage.colleague("US")

    report = validation_report(draft)

    assert [line.state for line in report.rules] == ["met"] * len(report.rules)
    assert report.needs_confirmation is needs_confirmation
    if needs_confirmation:
        for nothing in ("", " \u200b"):
            with pytest.raises(RandomizationRefused, match=r"certain of the next .* %"):
                allocation_list.approve(draft, by=approver, confirmation=nothing)
    reason = "The site never learns an arm."
    approved = allocation_list.approve(draft, by=approver, confirmation=reason)
    sealed = allocation_list.seal_list(approved, by=stage.colleague("LC"))
    assert sealed.confirmation == (reason if needs_confirmation else "")


@pytest.mark.verifies("RND-04")
def test_a_list_approved_without_the_words_is_not_sealed():
    draft = imported(4)
    approver = stage.colleague("US")
    with attributed(by=approver, via=Source.PAGE):
        AllocationList.objects.filter(pk=draft.pk).update(
            state="approved", approved_by=approver, approved_at=clock.now()
        )

    with pytest.raises(RandomizationRefused, match="certain of the next"):
        allocation_list.seal_list(draft, by=stage.colleague("LC"))


@pytest.mark.verifies("RAN-04")
def test_sealing_destroys_the_drafts():
    other, draft = drafted(), drafted()
    allocation_list.approve(draft, by=stage.colleague("US"))

    allocation_list.seal_list(draft, by=stage.colleague("LC"))

    other.refresh_from_db()
    assert (other.state, other.content) == ("destroyed", "")
    entries = Entry.objects.filter(act__startswith="list_").order_by("id")
    assert [(entry.act, entry.changes["list"]) for entry in entries] == [
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
        "UPDATE randomization_slot SET sequence = 81 - sequence",
        "UPDATE randomization_allocation SET slot_id = slot_id + 1",
        "DELETE FROM randomization_allocationlist",
        "TRUNCATE randomization_slot CASCADE",
        "ALTER TABLE randomization_slot DISABLE TRIGGER USER",
        "DROP TRIGGER pgtrigger_keep_list_064ec ON randomization_allocationlist",
        "SET session_replication_role = replica",
        *(
            f"""
            INSERT INTO randomization_allocationlist (
                state, source, size, first_sequence, reason, protocol_version,
                content, content_digest, commitment, made_at, made_by_id,
                approved_at, approved_by_id, sealed_at, sealed_by_id, confidentiality
            ) SELECT '{state}', source, 2, {first}, reason, protocol_version,
                content, content_digest, '{commitment}', made_at, made_by_id,
                approved_at, approved_by_id, sealed_at, sealed_by_id, confidentiality
            FROM randomization_allocationlist
            """
            for state, first, commitment in (
                ("sealed", 81, "x"),
                ("approved", 81, ""),
                ("draft", 1, ""),
            )
        ),
    ],
)
def test_database_keeps_a_sealed_list(statement):
    stage.sealed_list()

    with (
        pytest.raises(DatabaseError),
        attributed(by=STAGE, via=Source.COMMAND),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.verifies("RAN-02")
def test_imported_list_is_the_list():
    draft = allocation_list.import_draft(
        text=EXAMPLE.read_text(), by=stage.colleague("LC")
    )

    assert allocation.content_of(draft).text == EXAMPLE.read_text()


@pytest.mark.verifies("RAN-02")
def test_faulty_list_is_refused_line_by_line_and_nothing_is_stored():
    text = EXAMPLE.read_text().replace("\n7,", "\n8,").replace("SALINE", "PLACEBO", 1)

    with pytest.raises(FaultyList) as refused:
        allocation_list.import_draft(text=text, by=stage.colleague("LC"))

    assert [fault.line for fault in refused.value.faults] == [2, 8, 9]
    assert AllocationList.objects.count() == 0


@pytest.fixture
def amended(monkeypatch):
    """Return a deed that raises the sample size and the version of the protocol."""

    def amend(enrolment):
        registry = replace(PROTOCOL.registry, enrolment=enrolment)
        arms = tuple(replace(arm, planned=enrolment // 2) for arm in PROTOCOL.arms)
        to = replace(PROTOCOL, version="2.0", registry=registry, arms=arms)
        monkeypatch.setattr(allocation_list, "PROTOCOL", to)

    return amend


@pytest.mark.verifies("RAN-04")
def test_segment_follows_the_last_slot_with_its_own_commitment(amended, settings):
    settings.DEMO = False
    first = stage.sealed_list()
    custodian = stage.colleague("LC")
    sizes = stage.BLOCK_SIZES
    amended(100)

    with pytest.raises(RandomizationRefused, match="amendment"):
        allocation_list.generate_draft(block_sizes=sizes, by=custodian)
    reason = "amendment 2"
    draft = allocation_list.generate_draft(
        block_sizes=sizes, by=custodian, reason=reason
    )
    with pytest.raises(RandomizationRefused, match="not possible"):
        allocation_list.seal_list(draft, by=custodian)
    allocation_list.approve(draft, by=stage.colleague("US"))
    second = allocation_list.seal_list(draft, by=custodian)

    assert list(second.slots.values_list("sequence", flat=True)) == [*range(81, 101)]
    assert (second.reason, second.protocol_version) == ("amendment 2", "2.0")
    assert second.commitment not in ("", first.commitment)
    assert list(problems()) == []
    entries = Entry.objects.filter(act="list_sealed").order_by("id")
    assert [entry.changes["commitment"] for entry in entries] == [
        first.commitment,
        second.commitment,
    ]


@pytest.mark.verifies("RAN-04")
@pytest.mark.parametrize("size", [None, 20])
def test_no_segment_without_an_amendment_of_the_protocol(settings, size):
    settings.DEMO = False
    stage.sealed_list()

    with pytest.raises(RandomizationRefused, match="Only an amendment can add"):
        allocation_list.generate_draft(
            block_sizes=stage.BLOCK_SIZES,
            by=stage.colleague("LC"),
            size=size,
            reason="more would be nice",
        )


@pytest.mark.parametrize("role", ["CO", "PI", "AD", "UP", "DM"])
def test_list_is_the_custodians_alone(role):
    with pytest.raises(PermissionDenied):
        allocation_list.generate_draft(block_sizes=[2], by=person(role))


@pytest.mark.verifies("RND-04")
def test_only_one_module_holds_the_key_of_the_arms():
    root = Path(__file__).parents[3]
    rooms = (path.parent for path in root.glob("*/apps.py"))
    users = {
        str(path.relative_to(root))
        for room in rooms
        for path in room.rglob("*.py")
        if "Purpose.ALLOCATION" in path.read_text()
    }

    assert users == {"randomization/arms.py"}
