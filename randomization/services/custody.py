"""The allocation list until it is sealed: draft, approval by a second person, seal."""

import hashlib
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Permission
from audit.attribution import Reason, Via, act, attributed
from audit.models import Confidentiality
from randomization.allocation import (
    Content,
    content_of,
    drawn_anew,
    problems,
    seal_content,
    slots_of,
)
from randomization.models import AllocationList, Slot
from randomization.problems import FaultyList, Refused
from randomization.rules import lists
from randomization.rules.checking import check
from randomization.vocabulary import ListSource, ListState
from trial_edc import chance, clock
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements

ARMS = tuple(sorted(arm.code for arm in PROTOCOL.arms))
SECRET_CHARACTERS = 64  # 256 bits, hexadecimal
# A list, by each state that ends its way, in the words of the audit trail.
DEEDS = {
    ListState.DRAFT: "list_drafted",
    ListState.APPROVED: "list_approved",
    ListState.SEALED: "list_sealed",
    ListState.DESTROYED: "list_destroyed",
}


def _may(by: User, permission: Permission) -> None:
    if not by.may(permission):
        raise PermissionDenied


@implements("RAN-01", "RND-03")
def generate_draft(
    *,
    block_sizes: Iterable[int],
    by: User,
    via: Via = Via.PAGE,
    size: int | None = None,
    reason: str = "",
) -> AllocationList:
    """Draw a list with the block sizes that the custodian gives; they stay secret.

    `size` is for a segment that enlarges the trial; the first list has the size of
    the protocol.
    """
    _may(by, Permission.LIST_GENERATE)
    size = size or PROTOCOL.registry.enrolment
    sizes = tuple(sorted(set(block_sizes)))
    seed = chance.token(SECRET_CHARACTERS)
    try:
        rows = lists.generate(seed=seed, block_sizes=sizes, arms=ARMS, size=size)
    except lists.UnusableBlocks as problem:
        raise Refused(str(problem)) from problem
    content = Content(
        lists.canonical(rows),
        nonce=chance.token(SECRET_CHARACTERS),
        seed=seed,
        block_sizes=sizes,
        algorithm=lists.ALGORITHM,
    )
    return _draft(content, ListSource.GENERATED, size, reason, by=by, via=via)


@implements("RAN-02")
def import_draft(
    *,
    text: str,
    by: User,
    via: Via = Via.PAGE,
    size: int | None = None,
    reason: str = "",
) -> AllocationList:
    """Take an uploaded list, or refuse it with every faulty line."""
    _may(by, Permission.LIST_GENERATE)
    size = size or PROTOCOL.registry.enrolment
    checked = check(text, arms=ARMS, size=size)
    if checked.faults:
        raise FaultyList(checked.faults)
    nonce = chance.token(SECRET_CHARACTERS)
    content = Content(lists.canonical(checked.rows), nonce=nonce)
    return _draft(content, ListSource.IMPORTED, size, reason, by=by, via=via)


def _draft(
    content: Content, source: ListSource, size: int, reason: str, *, by: User, via: Via
) -> AllocationList:
    first = _first_free_sequence()
    if first > 1 and not reason.strip():
        raise Refused(_("Say which amendment enlarges the trial."))
    if first == 1 and size != PROTOCOL.registry.enrolment:
        raise Refused(_("The first list has the size that the protocol plans."))
    sealed = seal_content(content, size=size)
    with attributed(by=by, via=via):
        draft = AllocationList.objects.create(
            source=source,
            size=size,
            first_sequence=first,
            reason=reason.strip(),
            content=sealed,
            content_digest=hashlib.sha256(sealed.encode()).hexdigest(),
            made_at=clock.now(),
            made_by=by,
        )
        _log(draft)
    return draft


def _first_free_sequence() -> int:
    last = Slot.objects.aggregate(last=Max("sequence"))["last"] or 0
    return int(last) + 1


@implements("RAN-04")
def approve(
    allocation_list: AllocationList, *, by: User, via: Via = Via.PAGE
) -> AllocationList:
    """Approve a draft after its validation report; a second person does it."""
    _may(by, Permission.LIST_APPROVE)
    with attributed(by=by, via=via):
        draft = _locked(allocation_list, ListState.DRAFT)
        if draft.made_by_id == by.pk:
            raise Refused(_("Somebody else must approve the list that you made."))
        if failed := [line for line, passed in report(draft) if not passed]:
            raise Refused(" ".join(map(str, failed)))
        return _move(draft, ListState.APPROVED, approved_at=clock.now(), approved_by=by)


@implements("RAN-04", "RND-04")
def seal_list(
    allocation_list: AllocationList, *, by: User, via: Via = Via.PAGE
) -> AllocationList:
    """Seal an approved list: commitment published, slots stored, drafts destroyed."""
    _may(by, Permission.LIST_GENERATE)
    with attributed(by=by, via=via):
        approved = _locked(allocation_list, ListState.APPROVED)
        if approved.first_sequence != _first_free_sequence():
            raise Refused(_("Another list was sealed meanwhile; make a new draft."))
        sealed = _move(
            approved,
            ListState.SEALED,
            commitment=content_of(approved).commitment,
            sealed_at=clock.now(),
            sealed_by=by,
        )
        Slot.objects.bulk_create(slots_of(sealed))
        others = (ListState.DRAFT, ListState.APPROVED)
        for other in AllocationList.objects.filter(state__in=others):
            destroy(other, by=by, via=via, reason=f"list {sealed.pk} was sealed")
    return sealed


def destroy(
    allocation_list: AllocationList, *, by: User, reason: str, via: Via = Via.PAGE
) -> AllocationList:
    """Destroy a list that is not sealed; that it was there stays on record."""
    _may(by, Permission.LIST_GENERATE)
    with attributed(by=by, via=via, reason=Reason("list", reason)):
        states = (ListState.DRAFT, ListState.APPROVED)
        draft = _locked(allocation_list, *states)
        return _move(
            draft,
            ListState.DESTROYED,
            content="",
            destroyed_at=clock.now(),
            destroyed_by=by,
        )


def report(draft: AllocationList) -> list[tuple[str, bool]]:
    """Return the validation report: what was checked and whether it holds; no arm."""
    content = content_of(draft)
    checked = check(content.text, arms=ARMS, size=draft.size)
    rules = _(
        "Rows are numbered 1 to %(size)s; each block is as long as declared; each arm "
        "stands equally often in each block and in all"
    )
    told = [(rules % {"size": draft.size}, not checked.faults)]
    if content.seed:
        same = drawn_anew(content, draft.size) == content.text
        told.append((_("The recorded seed gives this very list"), same))
    return told


def sealed_list_problems() -> list[str]:
    """Return what does not fit of the sealed lists; no arm."""
    return problems()


def verify(*, by: User) -> list[str]:
    """Check the sealed lists; that it was done is recorded, with the result."""
    _may(by, Permission.LIST_GENERATE)
    found = sealed_list_problems()
    with attributed(by=by, via=Via.PAGE):
        details = {"problems": found, "confidentiality": Confidentiality.RESTRICTED}
        act("list_verified", details=details)
    return found


def _locked(allocation_list: AllocationList, *states: ListState) -> AllocationList:
    found = AllocationList.objects.select_for_update().get(pk=allocation_list.pk)
    if found.state not in states:
        words = {"state": ListState(found.state).label}
        raise Refused(_("This is not possible: the list is %(state)s.") % words)
    return found


def _move(
    allocation_list: AllocationList, state: ListState, **columns: Any
) -> AllocationList:
    columns["state"] = state
    for name, value in columns.items():
        setattr(allocation_list, name, value)
    allocation_list.save(update_fields=tuple(columns))
    _log(allocation_list)
    return allocation_list


def _log(allocation_list: AllocationList) -> None:
    details = {
        "list": allocation_list.pk,
        "size": allocation_list.size,
        "commitment": allocation_list.commitment,
        "confidentiality": allocation_list.confidentiality,
    }
    act(DEEDS[ListState(allocation_list.state)], details=details)
