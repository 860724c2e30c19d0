"""The only module that can read an arm.

Everything here is sealed under the vault's key for allocations, which is not in the
database. The import contract names the few modules that may use it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag

from randomization.lists.rules import lists
from randomization.models import Allocation, AllocationList, Slot
from record.audit.vault import Purpose, seal, unseal
from record.casebook.models import Participant

ARM_BYTES = 32
ROW_BYTES = 64
OTHER_BYTES = 2_000


@dataclass(frozen=True)
class Content:
    """What a list holds in secret; the last four only when generated."""

    text: str  # the canonical list
    nonce: str
    seed: str = ""
    block_sizes: tuple[int, ...] = ()
    algorithm: str = ""  # with the generator of its numbers, both with version
    software: str = ""  # that drew it, with version

    @property
    def rows(self) -> Iterator[lists.ListRow]:
        return lists.rows_of(self.text)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Return the block sizes given when it was drawn, or found in an import."""
        return self.block_sizes or tuple(sorted({row.block_size for row in self.rows}))

    @property
    def commitment(self) -> str:
        return lists.commitment(self.nonce, self.text)


def seal_content(content: Content, *, size: int) -> str:
    """Seal a list; the length of the result follows from its number of rows alone."""
    padded_to = OTHER_BYTES + ROW_BYTES * size
    return seal(Purpose.ALLOCATION, json.dumps(vars(content)), padded_to=padded_to)


def content_of(allocation_list: AllocationList) -> Content:
    stored = json.loads(unseal(Purpose.ALLOCATION, allocation_list.content))
    return Content(**{**stored, "block_sizes": tuple(stored["block_sizes"])})


def slots_of(allocation_list: AllocationList) -> list[Slot]:
    """Return the slots of a list, not yet stored, each with its arm sealed."""
    before = allocation_list.first_sequence - 1
    return [
        Slot(
            list=allocation_list,
            sequence=before + row.seq,
            arm=_sealed_arm(before + row.seq, row.arm),
        )
        for row in content_of(allocation_list).rows
    ]


def _sealed_arm(sequence: int, arm: str) -> str:
    """Seal an arm with its place, so that moving the ciphertext shows."""
    return seal(Purpose.ALLOCATION, f"{sequence}:{arm}", padded_to=ARM_BYTES)


class MovedSlot(Exception):
    """The sealed arm of a slot belongs to another place of the list."""


def _opened_arm(slot: Slot) -> str:
    sequence, arm = unseal(Purpose.ALLOCATION, slot.arm).split(":")
    if int(sequence) != slot.sequence:
        message = f"Slot {slot.sequence} holds the arm of another slot."
        raise MovedSlot(message)
    return arm


def arm_of(participant: Participant) -> str | None:
    """Return the arm of a participant, None before randomisation."""
    return arms_of([participant]).get(participant.pk)


def arms_of(participants: Iterable[Participant]) -> Mapping[int, str]:
    """Return the arms of those who were randomised, by participant; one select."""
    held = Allocation.objects.filter(participant__in=participants)
    found = held.select_related("slot")
    return {one.participant_id: _opened_arm(one.slot) for one in found}


def slot_problem(slot: Slot, row: lists.ListRow) -> str:
    """Tell why a slot is not what the list says of its place; empty if it is."""
    try:
        arm = _opened_arm(slot)
    except MovedSlot:
        return "it holds the arm of another place"
    except (InvalidTag, ValueError):
        return "it cannot be opened"
    return "" if arm == row.arm else "it holds another arm than the list"


def drawn_anew(content: Content, size: int) -> str:
    """Return the list that the recorded seed and block sizes give."""
    arms = sorted({row.arm for row in content.rows})
    sizes = content.block_sizes
    rows = lists.generate(seed=content.seed, block_sizes=sizes, arms=arms, size=size)
    return lists.canonical(rows)
