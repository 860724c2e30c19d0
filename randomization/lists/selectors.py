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
from record.accounts.models import User
from trial_edc.protocol import PROTOCOL


def next_slot_for_update() -> Slot:
    """First unused slot, locked; raises `ListExhausted`.

    The lists are locked first: a transaction that waited there sees, in a new
    statement, the slot taken meanwhile. A lock on the slot alone would not show it.
    """
    sealed = AllocationList.objects.filter(state=ListState.SEALED)
    list(sealed.select_for_update(no_key=True).order_by("id"))
    slot = _unused_slots().select_for_update(no_key=True, of=("self",)).first()
    if slot is None:
        raise ListExhausted
    return slot


def _unused_slots() -> QuerySet[Slot]:
    allocated = Allocation.objects.values("slot")
    return Slot.objects.exclude(pk__in=allocated).order_by("sequence")


def unused_slot_count() -> int:
    """Of the whole trial, not of an arm."""
    return _unused_slots().count()


def slot_count() -> int:
    return Slot.objects.count()


def places_to_add() -> int:
    """Places that the protocol plans beyond those of the sealed lists."""
    return max(0, PROTOCOL.registry.enrolment - slot_count())


def allocation_lists() -> QuerySet[AllocationList]:
    signatories = ("made_by", "approved_by", "sealed_by", "destroyed_by")
    lists = AllocationList.objects.select_related(*signatories).defer("content")
    return lists.order_by("-id")


def lists_to_approve(user: User) -> QuerySet[AllocationList]:
    """Nobody approves a list that they made."""
    drafts = AllocationList.objects.filter(state=ListState.DRAFT)
    return drafts.exclude(made_by=user)


def lists_to_seal() -> QuerySet[AllocationList]:
    return AllocationList.objects.filter(state=ListState.APPROVED)


def sealed_lists() -> QuerySet[AllocationList]:
    return allocation_lists().filter(state=ListState.SEALED).order_by("first_sequence")
