"""The allocation list until it is sealed: draft, approval by a second person, seal."""

import hashlib
from collections.abc import Iterable
from platform import python_version
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.utils.translation import gettext as _

from randomization.arms import Content, content_of, drawn_anew, seal_content, slots_of
from randomization.lists import selectors as lists_selectors
from randomization.lists.rules import lists
from randomization.lists.rules.checking import check
from randomization.lists.rules.predictability import Foreseen, foreseen
from randomization.lists.services.verification import ARMS, problems
from randomization.models import AllocationList, Slot
from randomization.problems import FaultyList, RandomizationRefused
from randomization.vocabulary import ListSource, ListState
from record.accounts.models import User
from record.accounts.roles import Permission
from record.audit.attribution import Reason, Source, act, attributed
from record.audit.models import Confidentiality
from trial_edc import __version__, chance, clock
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements

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
    via: Source = Source.PAGE,
    size: int | None = None,
    reason: str = "",
) -> AllocationList:
    """Draw a list with the block sizes that the custodian gives; they stay secret.

    It fills the lists up to the sample size of the protocol; a segment, after an
    amendment that raised it, says so in `reason`. `size` is for demonstrations.
    """
    _may(by, Permission.LIST_GENERATE)
    size = _required_size(size, reason)
    sizes = tuple(sorted(set(block_sizes)))
    seed = chance.token(SECRET_CHARACTERS)
    try:
        rows = lists.generate(seed=seed, block_sizes=sizes, arms=ARMS, size=size)
    except lists.UnusableBlocks as problem:
        raise RandomizationRefused(_(problem.message) % problem.details) from problem
    content = Content(
        lists.canonical(rows),
        nonce=chance.token(SECRET_CHARACTERS),
        seed=seed,
        block_sizes=sizes,
        algorithm=lists.ALGORITHM,
        software=f"trial-edc {__version__}, Python {python_version()}",
    )
    return _draft(content, ListSource.GENERATED, size, reason, by=by, via=via)


@implements("RAN-02")
def import_draft(
    *,
    text: str,
    by: User,
    via: Source = Source.PAGE,
    size: int | None = None,
    reason: str = "",
) -> AllocationList:
    """Take an uploaded list, or refuse it with every faulty line."""
    _may(by, Permission.LIST_GENERATE)
    size = _required_size(size, reason)
    checked = check(text, arms=ARMS, size=size)
    if checked.faults:
        raise FaultyList(checked.faults)
    nonce = chance.token(SECRET_CHARACTERS)
    content = Content(lists.canonical(checked.rows), nonce=nonce)
    return _draft(content, ListSource.IMPORTED, size, reason, by=by, via=via)


def _required_size(size: int | None, reason: str) -> int:
    """Return the size that a list must have now, or tell why none may be made."""
    planned, sealed = PROTOCOL.registry.enrolment, lists_selectors.slots_in_all()
    missing = planned - sealed
    size = size or missing
    may_be_any = settings.DEMO and sealed > 0  # a demonstration may go on for ever
    if size <= 0 or (size != missing and not may_be_any):
        raise RandomizationRefused(_wrong_size(missing))
    if sealed and not reason.strip():
        raise RandomizationRefused(_("Say which amendment enlarges the trial."))
    return size


def _wrong_size(missing: int) -> str:
    if missing > 0:
        message = _(
            "All lists together must have the %(planned)s places of protocol "
            "%(version)s."
        )
    else:
        message = _(
            "Protocol %(version)s plans %(planned)s participants, and all their places "
            "are sealed. Only an amendment can add places."
        )
    return message % {
        "planned": PROTOCOL.registry.enrolment,
        "version": PROTOCOL.version,
    }


def _draft(
    content: Content,
    source: ListSource,
    size: int,
    reason: str,
    *,
    by: User,
    via: Source,
) -> AllocationList:
    sealed = seal_content(content, size=size)
    with attributed(by=by, via=via):
        draft = AllocationList.objects.create(
            source=source,
            size=size,
            first_sequence=_first_free_sequence(),
            reason=reason.strip(),
            protocol_version=PROTOCOL.version,
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
    allocation_list: AllocationList, *, by: User, via: Source = Source.PAGE
) -> AllocationList:
    """Approve a draft after its validation report; a second person does it."""
    _may(by, Permission.LIST_APPROVE)
    with attributed(by=by, via=via):
        draft = _locked(allocation_list, ListState.DRAFT)
        if draft.made_by_id == by.pk:
            raise RandomizationRefused(
                _("Somebody else must approve the list that you made.")
            )
        if failed := [one.text for one in report(draft) if one.state == "not_met"]:
            raise RandomizationRefused(
                _("Not so: %(rules)s.") % {"rules": "; ".join(failed)}
            )
        return _move(draft, ListState.APPROVED, approved_at=clock.now(), approved_by=by)


@implements("RAN-04", "RND-04")
def seal_list(
    allocation_list: AllocationList, *, by: User, via: Source = Source.PAGE
) -> AllocationList:
    """Seal an approved list: commitment published, slots stored, drafts destroyed."""
    _may(by, Permission.LIST_GENERATE)
    with attributed(by=by, via=via):
        approved = _locked(allocation_list, ListState.APPROVED)
        if approved.first_sequence != _first_free_sequence():
            raise RandomizationRefused(
                _("Another list was sealed meanwhile; make a new draft.")
            )
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
    allocation_list: AllocationList, *, by: User, reason: str, via: Source = Source.PAGE
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


class ValidationLine(NamedTuple):
    """One line of a validation report."""

    text: str
    state: str  # met, not_met, or unknown: told, but no obstacle


@implements("RAN-02", "RND-04")
def report(draft: AllocationList) -> list[ValidationLine]:
    """Return the validation report: what was checked and whether it holds; no arm."""
    content = content_of(draft)
    checked = check(content.text, arms=ARMS, size=draft.size)
    rules = _(
        "Rows are numbered 1 to %(size)s; each block is as long as declared; each arm "
        "stands equally often in each block and in all"
    )
    told = [
        ValidationLine(rules % {"size": draft.size}, _state(holds=not checked.faults))
    ]
    if content.seed:
        same = drawn_anew(content, draft.size) == content.text
        text = _("The recorded seed gives this very list")
        told.append(ValidationLine(text, _state(holds=same)))
    if is_foreseeable(foreseen_with(content.sizes, draft.size)):
        text = _("Who knows the earlier arms foresees many places of this list")
        told.append(ValidationLine(text, "unknown"))
    else:
        text = _("Who knows the earlier arms foresees few places of this list")
        told.append(ValidationLine(text, "met"))
    return told


def _state(*, holds: bool) -> str:
    return "met" if holds else "not_met"


def foreseen_with(block_sizes: Iterable[int], size: int) -> Foreseen:
    """Return what can be foreseen of lists with these sizes; they must be usable."""
    return foreseen(tuple(sorted(set(block_sizes))), arms=ARMS, size=size)


def is_foreseeable(found: Foreseen) -> bool:
    return found.certain > PROTOCOL.randomization.certain_share_to_warn


def verify(*, by: User) -> list[str]:
    """Check the sealed lists; that it was done is recorded, with the result."""
    _may(by, Permission.LIST_GENERATE)
    found = list(problems())
    with attributed(by=by, via=Source.PAGE):
        details = {"problems": found, "confidentiality": Confidentiality.RESTRICTED}
        act("list_verified", details=details)
    return found


def _locked(allocation_list: AllocationList, *states: ListState) -> AllocationList:
    found = AllocationList.objects.select_for_update().get(pk=allocation_list.pk)
    if found.state not in states:
        words = {"state": ListState(found.state).label}
        raise RandomizationRefused(
            _("This is not possible: the list is %(state)s.") % words
        )
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
