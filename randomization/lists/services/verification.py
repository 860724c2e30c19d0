"""Proof that the sealed lists are what was sealed, and that they were followed.

Each finding names the first thing of its kind that does not fit, never an arm. What is
stored now is held against the commitment, the recorded seed and the audit trail, whose
entries are sealed on their own.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from cryptography.exceptions import InvalidTag

from randomization.arms import ListContent, content_of, regenerated_list, slot_problem
from randomization.lists import selectors as lists_selectors
from randomization.lists.rules import lists
from randomization.lists.rules.validation import validate_list
from randomization.models import Allocation, AllocationList, Slot
from randomization.vocabulary import ListState
from record.audit.models import Entry
from record.casebook import selectors as casebook_selectors
from record.lock.readiness import OpenLine
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements

ARMS = tuple(sorted(arm.code for arm in PROTOCOL.arms))


@implements("RAN-04", "RND-03")
def problems() -> Iterator[str]:
    first_place, sealed = 1, list(lists_selectors.sealed_lists())
    seal_entries = Entry.objects.filter(act="list_sealed").order_by("id")
    published = [
        (entry.changes["list"], entry.changes["commitment"]) for entry in seal_entries
    ]
    if published != [
        (allocation_list.pk, allocation_list.commitment) for allocation_list in sealed
    ]:
        yield "The sealed lists are not those whose commitments were published."
    for allocation_list in sealed:
        if allocation_list.first_sequence != first_place:
            yield f"List {allocation_list.pk}: it does not follow the place before it."
        first_place = allocation_list.first_sequence + allocation_list.size
        yield from _list_problems(allocation_list)
    if Slot.objects.exclude(list__state=ListState.SEALED).exists():
        yield "There is a place that belongs to no sealed list."
    yield from _allocation_problems()


def unproved_lists() -> Iterator[OpenLine]:
    """What the proof finds, without an arm."""
    for problem in problems():
        yield OpenLine("", problem)


def _list_problems(allocation_list: AllocationList) -> Iterator[str]:
    if (
        hashlib.sha256(allocation_list.content.encode()).hexdigest()
        != allocation_list.content_digest
    ):
        yield f"List {allocation_list.pk}: its sealed content was exchanged."
        return
    try:
        content = content_of(allocation_list)
    except (InvalidTag, ValueError):
        yield f"List {allocation_list.pk}: its sealed content cannot be opened."
        return
    if content.commitment != allocation_list.commitment:
        yield f"List {allocation_list.pk}: it does not fit its commitment."
    if validate_list(content.text, arms=ARMS, size=allocation_list.size).faults:
        yield f"List {allocation_list.pk}: it is no list of permuted blocks."
    if content.seed:
        yield from _seed_problems(allocation_list, content)
    yield from _slot_problems(allocation_list, content)


def _seed_problems(
    allocation_list: AllocationList, content: ListContent
) -> Iterator[str]:
    if content.algorithm != lists.ALGORITHM:
        yield f"List {allocation_list.pk}: another version of the program drew it."
    elif regenerated_list(content, allocation_list.size) != content.text:
        yield f"List {allocation_list.pk}: its seed gives another list."


def _slot_problems(
    allocation_list: AllocationList, content: ListContent
) -> Iterator[str]:
    slots = {slot.sequence: slot for slot in allocation_list.slots.all()}
    inserted = _inserted_values(Slot)
    for row in content.rows:
        place = allocation_list.first_sequence - 1 + row.seq
        slot = slots.get(place)
        if slot is None:
            problem = "it is missing"
        elif not (problem := slot_problem(slot, row)):
            at_insert = inserted.get(slot.pk, {})
            if (at_insert.get("sequence"), at_insert.get("arm")) != (
                slot.sequence,
                slot.arm,
            ):
                problem = "it is not what was entered when the list was sealed"
        if problem:
            yield f"List {allocation_list.pk}, place {place}: {problem}."
            return
    if len(slots) != allocation_list.size:
        yield f"List {allocation_list.pk}: it has places too many."


def _allocation_problems() -> Iterator[str]:
    inserted = _inserted_values(Allocation)
    allocations = list(Allocation.objects.select_related("slot").order_by("pk"))
    people = [allocation.participant_id for allocation in allocations]
    recorded_codes = {
        participant_id: data.get("randomisation_no")
        for participant_id, data in casebook_selectors.stored_form_data(people, ["RAN"])
    }
    for place, allocation in enumerate(allocations, 1):
        if allocation.slot.sequence != place:
            yield f"Place {place}: the places taken are no prefix in order."
            return
        now = {
            "participant_id": allocation.participant_id,
            "slot_id": allocation.slot_id,
            "code": allocation.code,
            "screening_digest": allocation.screening_digest,
        }
        if now.items() - inserted.get(allocation.pk, {}).items():
            yield f"Place {place}: the allocation is not what was entered."
            return
        if (
            recorded_codes.get(allocation.participant_id, allocation.code)
            != allocation.code
        ):
            yield f"Place {place}: the record of the participant holds another number."
            return
    if len(allocations) != len(inserted):
        yield "An allocation that was entered is missing."


def _inserted_values(
    model: type[Slot] | type[Allocation],
) -> Mapping[int, dict[str, Any]]:
    inserts = Entry.objects.filter(
        table_name=model._meta.db_table, operation=Entry.Operation.INSERT
    )
    return {entry.row_id: entry.new_values for entry in inserts if entry.row_id}
