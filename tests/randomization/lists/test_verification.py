"""What was changed behind the triggers is found, named, and no arm is told."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from randomization import arms as allocation
from randomization.lists.services.verification import problems
from randomization.models import Allocation, AllocationList, Slot
from record.audit.attribution import Source, attributed
from record.audit.models import Entry
from record.audit.vault import Purpose, seal
from record.casebook.models import Participant
from tests.people import STAGE
from tests.randomization import stage
from tests.randomization.allocation.test_services import fill

pytestmark = [
    pytest.mark.verifies("RND-03", "RAN-04"),
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]
LIST = "randomization_allocationlist"
SLOT = "randomization_slot"
ALLOCATION = "randomization_allocation"


def behind(table, statement, parameters=()):
    """Change a table as somebody who owns the database could."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement, parameters)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def arms_of_places():
    """Return the arm of each place, by the key that a thief of all would hold."""
    return {
        row.seq: row.arm
        for row in allocation.content_of(AllocationList.objects.get()).rows
    }


def exchanged(first, second):
    """Exchange two sealed arms."""
    arms = dict(Slot.objects.values_list("sequence", "arm"))
    change = f"UPDATE {SLOT} SET arm = %s WHERE sequence = %s"
    behind(SLOT, change, [arms[second], first])
    behind(SLOT, change, [arms[first], second])


def sealed_anew():
    """Seal the other arm for a place, with the right key."""
    arm = next(a for a in ("MSC", "SALINE") if a != arms_of_places()[5])
    sealed = seal(Purpose.ALLOCATION, f"5:{arm}", padded_to=32)
    behind(SLOT, f"UPDATE {SLOT} SET arm = %s WHERE sequence = 5", [sealed])


def same_arm_sealed_anew():
    """Seal the same arm once more: only the audit trail knows."""
    sealed = seal(Purpose.ALLOCATION, f"5:{arms_of_places()[5]}", padded_to=32)
    behind(SLOT, f"UPDATE {SLOT} SET arm = %s WHERE sequence = 5", [sealed])


def all_exchanged_but_the_trail():
    """Put another list in place: content, digest, commitment and slots fit."""
    other = stage.allocation_list.generate_draft(
        block_sizes=stage.BLOCK_SIZES, by=stage.colleague("LC"), size=80, reason="x"
    )
    content = allocation.content_of(other)
    behind(
        LIST,
        f"""
        UPDATE {LIST} SET content = %s, content_digest = %s, commitment = %s
        WHERE state = 'sealed'
        """,
        [other.content, other.content_digest, content.commitment],
    )
    for row in content.rows:
        sealed = seal(Purpose.ALLOCATION, f"{row.seq}:{row.arm}", padded_to=32)
        change = f"UPDATE {SLOT} SET arm = %s WHERE sequence = %s"
        behind(SLOT, change, [sealed, row.seq])


def another_seed():
    one = AllocationList.objects.get()
    content = vars(allocation.content_of(one)) | {"seed": "another"}
    sealed = seal(Purpose.ALLOCATION, json.dumps(content))
    behind(
        LIST,
        f"""
        UPDATE {LIST} SET content = %s,
            content_digest = encode(sha256(%s::bytea), 'hex')
        """,
        [sealed, sealed],
    )


def statement(table, text):
    """Return a deed that runs a statement behind the triggers."""
    return lambda: behind(table, text)


TAMPER_CASES = [
    (lambda: exchanged(1, 80), "List 1, place 1: it holds the arm of another place."),
    (sealed_anew, "List 1, place 5: it holds another arm than the list."),
    (same_arm_sealed_anew, "List 1, place 5: it is not what was entered"),
    (
        statement(SLOT, f"UPDATE {SLOT} SET arm = 'x' WHERE sequence = 7"),
        "List 1, place 7: it cannot be opened.",
    ),
    (
        statement(SLOT, f"DELETE FROM {SLOT} WHERE sequence = 9"),
        "List 1, place 9: it is missing.",
    ),
    (
        statement(LIST, f"UPDATE {LIST} SET content = content || 'x'"),
        "List 1: its sealed content was exchanged.",
    ),
    (
        statement(LIST, f"UPDATE {LIST} SET commitment = repeat('0', 64)"),
        "The sealed lists are not those whose commitments were published.",
    ),
    (
        statement(LIST, f"UPDATE {LIST} SET first_sequence = 2"),
        "List 1: it does not follow the place before it.",
    ),
    (another_seed, "List 1: its seed gives another list."),
    (
        all_exchanged_but_the_trail,
        "The sealed lists are not those whose commitments were published.",
    ),
    (
        statement(ALLOCATION, f"DELETE FROM {ALLOCATION} WHERE code = 'X-1'"),
        "Place 2: the places taken are no prefix in order.",
    ),
    (
        statement(ALLOCATION, f"DELETE FROM {ALLOCATION} WHERE code = 'X-2'"),
        "An allocation that was entered is missing.",
    ),
    (
        statement(ALLOCATION, f"UPDATE {ALLOCATION} SET code = 'Y' WHERE code = 'X-1'"),
        "Place 2: the allocation is not what was entered.",
    ),
    (
        statement(
            ALLOCATION,
            f"""
            UPDATE {ALLOCATION} a SET participant_id = (
                SELECT p.id FROM casebook_participant p
                WHERE p.id NOT IN (SELECT participant_id FROM {ALLOCATION}) LIMIT 1
            ) WHERE code = 'X-0'
            """,
        ),
        "Place 1: the allocation is not what was entered.",
    ),
]


@pytest.fixture
def used():
    stage.sealed_list()
    fill(3)
    with attributed(by=STAGE, via=Source.COMMAND):
        Participant.objects.create(sequence=9, number="S-9")


@pytest.mark.parametrize(("tamper", "finding"), TAMPER_CASES)
def test_the_first_thing_that_does_not_fit_is_named(used, tamper, finding):
    sealed = AllocationList.objects.get()
    assert list(problems()) == []

    tamper()

    with pytest.raises(CommandError) as error:
        call_command("verify_list")
    assert str(error.value).startswith(finding.replace("List 1", f"List {sealed.pk}"))
    assert not stage.READABLE.search("".join(problems()))


def test_what_fits_is_told_without_an_arm(used, capsys):
    call_command("verify_list")

    output = capsys.readouterr().out
    sealed = AllocationList.objects.get()
    assert output == (
        f"list {sealed.pk}: 80 places, {sealed.commitment}\n"
        "3 places taken, in order; all fits.\n"
    )
    assert Entry.objects.filter(act="list_sealed").count() == 1
    assert Allocation.objects.count() == 3
