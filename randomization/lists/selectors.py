"""Reads of allocation lists; none tells an arm."""

from django.db.models import QuerySet

from randomization.models import (
    Allocation,
    AllocationList,
    Slot,
)
from randomization.problems import ListExhausted
from randomization.vocabulary import (
    ListState,
)
from trial_edc.protocol import PROTOCOL


def next_slot_for_update() -> Slot:
    """Return the first unused slot, locked; raises `ListExhausted`.

    The lists are locked first: who waited there then sees, in a new statement, the
    slot that was taken meanwhile. A lock on the slot alone would not show it.
    """
    sealed = AllocationList.objects.filter(state=ListState.SEALED)
    list(sealed.select_for_update(no_key=True).order_by("id"))
    slot = _unused().select_for_update(no_key=True, of=("self",)).first()
    if slot is None:
        raise ListExhausted
    return slot


def _unused() -> QuerySet[Slot]:
    taken = Allocation.objects.values("slot")
    return Slot.objects.exclude(pk__in=taken).order_by("sequence")


def slots_left() -> int:
    """Return how many slots are unused; a number of the whole trial, not of an arm."""
    return _unused().count()


def slots_in_all() -> int:
    return Slot.objects.count()


def places_to_add() -> int:
    """Return how many places the protocol plans beyond those of the sealed lists."""
    return max(0, PROTOCOL.registry.enrolment - slots_in_all())


def lists() -> QuerySet[AllocationList]:
    """Return every list, the newest first, without its content."""
    people = ("made_by", "approved_by", "sealed_by", "destroyed_by")
    found = AllocationList.objects.select_related(*people).defer("content")
    return found.order_by("-id")


def commitments() -> QuerySet[AllocationList]:
    """Return the sealed lists with their published commitments, in order."""
    return lists().filter(state=ListState.SEALED).order_by("first_sequence")
