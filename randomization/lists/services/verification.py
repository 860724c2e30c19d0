"""Proof that the sealed lists are what was sealed, and that they were followed.

Each finding names the first thing of its kind that does not fit, never an arm. What is
stored now is held against the commitment, the recorded seed and the audit trail, whose
entries are sealed on their own.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from cryptography.exceptions import InvalidTag

from randomization.arms import Content, content_of, drawn_anew, slot_problem
from randomization.lists import selectors as lists_selectors
from randomization.lists.rules import lists
from randomization.lists.rules.checking import check
from randomization.models import Allocation, AllocationList, Slot
from randomization.vocabulary import ListState
from record.audit.models import Entry
from record.casebook import selectors as casebook_selectors
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements

ARMS = tuple(sorted(arm.code for arm in PROTOCOL.arms))


@implements("RAN-04", "RND-03")
def problems() -> Iterator[str]:
    """Yield what does not fit of the sealed lists and of the places taken."""
    first_place, sealed = 1, list(lists_selectors.commitments())
    deeds = Entry.objects.filter(act="list_sealed").order_by("id")
    published = [(deed.changes["list"], deed.changes["commitment"]) for deed in deeds]
    if published != [(one.pk, one.commitment) for one in sealed]:
        yield "The sealed lists are not those whose commitments were published."
    for one in sealed:
        if one.first_sequence != first_place:
            yield f"List {one.pk}: it does not follow the place before it."
        first_place = one.first_sequence + one.size
        yield from _list_problems(one)
    if Slot.objects.exclude(list__state=ListState.SEALED).exists():
        yield "There is a place that belongs to no sealed list."
    yield from _allocation_problems()


def _list_problems(one: AllocationList) -> Iterator[str]:
    if hashlib.sha256(one.content.encode()).hexdigest() != one.content_digest:
        yield f"List {one.pk}: its sealed content was exchanged."
        return
    try:
        content = content_of(one)
    except (InvalidTag, ValueError):
        yield f"List {one.pk}: its sealed content cannot be opened."
        return
    if content.commitment != one.commitment:
        yield f"List {one.pk}: it does not fit its commitment."
    if check(content.text, arms=ARMS, size=one.size).faults:
        yield f"List {one.pk}: it is no list of permuted blocks."
    if content.seed:
        yield from _seed_problems(one, content)
    yield from _slot_problems(one, content)


def _seed_problems(one: AllocationList, content: Content) -> Iterator[str]:
    if content.algorithm != lists.ALGORITHM:
        yield f"List {one.pk}: another version of the program drew it."
    elif drawn_anew(content, one.size) != content.text:
        yield f"List {one.pk}: its seed gives another list."


def _slot_problems(one: AllocationList, content: Content) -> Iterator[str]:
    slots = {slot.sequence: slot for slot in one.slots.all()}
    entered = _as_entered(Slot)
    for row in content.rows:
        place = one.first_sequence - 1 + row.seq
        slot = slots.get(place)
        if slot is None:
            problem = "it is missing"
        elif not (problem := slot_problem(slot, row)):
            was = entered.get(slot.pk, {})
            if (was.get("sequence"), was.get("arm")) != (slot.sequence, slot.arm):
                problem = "it is not what was entered when the list was sealed"
        if problem:
            yield f"List {one.pk}, place {place}: {problem}."
            return
    if len(slots) != one.size:
        yield f"List {one.pk}: it has places too many."


def _allocation_problems() -> Iterator[str]:
    """Compare the places taken with their order, the audit trail and the records."""
    entered = _as_entered(Allocation)
    held = list(Allocation.objects.select_related("slot").order_by("pk"))
    people = [one.participant_id for one in held]
    told = {
        participant_id: data.get("randomisation_no")
        for participant_id, data in casebook_selectors.stored_form_data(people, ["RAN"])
    }
    for place, one in enumerate(held, 1):
        if one.slot.sequence != place:
            yield f"Place {place}: the places taken are no prefix in order."
            return
        now = {
            "participant_id": one.participant_id,
            "slot_id": one.slot_id,
            "code": one.code,
            "screening_digest": one.screening_digest,
        }
        if now.items() - entered.get(one.pk, {}).items():
            yield f"Place {place}: the allocation is not what was entered."
            return
        if told.get(one.participant_id, one.code) != one.code:
            yield f"Place {place}: the record of the participant holds another number."
            return
    if len(held) != len(entered):
        yield "An allocation that was entered is missing."


def _as_entered(model: type[Slot] | type[Allocation]) -> Mapping[int, dict[str, Any]]:
    """Return the values with which each row of a table was entered, by its key."""
    inserts = Entry.objects.filter(
        table_name=model._meta.db_table, operation=Entry.Operation.INSERT
    )
    return {entry.row_id: entry.new_values for entry in inserts if entry.row_id}
