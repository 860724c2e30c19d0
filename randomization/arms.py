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
class ListContent:
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
        return self.block_sizes or tuple(sorted({row.block_size for row in self.rows}))

    @property
    def commitment(self) -> str:
        return lists.commitment(self.nonce, self.text)


def seal_content(content: ListContent, *, size: int) -> str:
    """The length of the result follows from the number of rows alone."""
    padded_to = OTHER_BYTES + ROW_BYTES * size
    return seal(Purpose.ALLOCATION, json.dumps(vars(content)), padded_to=padded_to)


def content_of(allocation_list: AllocationList) -> ListContent:
    stored = json.loads(unseal(Purpose.ALLOCATION, allocation_list.content))
    return ListContent(**{**stored, "block_sizes": tuple(stored["block_sizes"])})


def slots_of(allocation_list: AllocationList) -> list[Slot]:
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
    """Sealed with its place, so that a moved ciphertext shows."""
    return seal(Purpose.ALLOCATION, f"{sequence}:{arm}", padded_to=ARM_BYTES)


class MovedSlot(Exception):
    """The sealed arm of a slot belongs to another place of the list."""


def _unsealed_arm(slot: Slot) -> str:
    sequence, arm = unseal(Purpose.ALLOCATION, slot.arm).split(":")
    if int(sequence) != slot.sequence:
        message = f"Slot {slot.sequence} holds the arm of another slot."
        raise MovedSlot(message)
    return arm


def arm_of(participant: Participant) -> str | None:
    return arms_of([participant]).get(participant.pk)


def arms_of(participants: Iterable[Participant]) -> Mapping[int, str]:
    of_participants = Allocation.objects.filter(participant__in=participants)
    allocations = of_participants.select_related("slot")
    return {
        allocation.participant_id: _unsealed_arm(allocation.slot)
        for allocation in allocations
    }


def slot_problem(slot: Slot, row: lists.ListRow) -> str:
    try:
        arm = _unsealed_arm(slot)
    except MovedSlot:
        return "it holds the arm of another place"
    except (InvalidTag, ValueError):
        return "it cannot be opened"
    return "" if arm == row.arm else "it holds another arm than the list"


def regenerated_list(content: ListContent, size: int) -> str:
    arms = sorted({row.arm for row in content.rows})
    sizes = content.block_sizes
    rows = lists.generate(seed=content.seed, block_sizes=sizes, arms=arms, size=size)
    return lists.canonical(rows)
