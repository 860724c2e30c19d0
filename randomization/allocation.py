"""The only module that can read an arm.

Everything here is sealed under the vault's key for allocations, which is not in the
database. The import contract names the few modules that may use it.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from audit.vault import Purpose, seal, unseal
from casebook.models import Participant
from randomization.models import Allocation, AllocationList, Slot
from randomization.rules import lists
from randomization.vocabulary import ListState
from trial_edc.requirements import implements

ARM_BYTES = 32
ROW_BYTES = 64
OTHER_BYTES = 2_000


@dataclass(frozen=True)
class Content:
    """What a list holds in secret; `seed` and `block_sizes` only when generated."""

    text: str  # the canonical list
    nonce: str
    seed: str = ""
    block_sizes: tuple[int, ...] = ()
    algorithm: str = ""

    @property
    def rows(self) -> Iterator[lists.Row]:
        """Return the rows of the list."""
        return lists.rows_of(self.text)

    @property
    def commitment(self) -> str:
        """Return the commitment that is published when the list is sealed."""
        return lists.commitment(self.nonce, self.text)


def seal_content(content: Content, *, size: int) -> str:
    """Seal a list; the length of the result follows from its number of rows alone."""
    padded_to = OTHER_BYTES + ROW_BYTES * size
    return seal(Purpose.ALLOCATION, json.dumps(vars(content)), padded_to=padded_to)


def content_of(allocation_list: AllocationList) -> Content:
    """Open a list."""
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


@implements("RAN-04", "RND-03")
def problems() -> list[str]:
    """Check every sealed list; return what does not fit, without telling an arm.

    The list is drawn anew from its seed, the commitment computed anew, each slot
    compared with the list, and the slots taken must be a prefix of all.
    """
    sealed = AllocationList.objects.filter(state=ListState.SEALED)
    found = [problem for one in sealed for problem in _problems_of(one)]
    taken = Allocation.objects.order_by("slot__sequence")
    sequences = list(taken.values_list("slot__sequence", flat=True))
    if sequences != list(range(1, len(sequences) + 1)):
        found.append("The slots taken are no prefix of the list.")
    return found


def _problems_of(one: AllocationList) -> Iterator[str]:
    if hashlib.sha256(one.content.encode()).hexdigest() != one.content_digest:
        yield f"List {one.pk}: its sealed content was exchanged."
        return
    content = content_of(one)
    if content.commitment != one.commitment:
        yield f"List {one.pk}: it does not fit its commitment."
    if content.seed and drawn_anew(content, one.size) != content.text:
        yield f"List {one.pk}: its seed gives another list."
    try:
        stored = {slot.sequence: _opened_arm(slot) for slot in one.slots.all()}
    except MovedSlot as problem:
        yield f"List {one.pk}: {problem}"
        return
    before = one.first_sequence - 1
    if stored != {before + row.seq: row.arm for row in content.rows}:
        yield f"List {one.pk}: its slots are not those of the list."


def drawn_anew(content: Content, size: int) -> str:
    """Return the list that the recorded seed and block sizes give."""
    arms = sorted({row.arm for row in content.rows})
    sizes = content.block_sizes
    rows = lists.generate(seed=content.seed, block_sizes=sizes, arms=arms, size=size)
    return lists.canonical(rows)
