"""The allocation list until it is sealed: draft, approval by a second person, seal."""

import hashlib
from collections.abc import Iterable
from platform import python_version
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.utils.translation import gettext as _

from randomization.arms import (
    ListContent,
    content_of,
    seal_content,
    slots_of,
)
from randomization.lists import selectors as lists_selectors
from randomization.lists.problems import FaultyList
from randomization.lists.rules import lists
from randomization.lists.rules.validation import validate_list
from randomization.lists.services.validation_report import (
    ValidationReport,
    validation_report,
)
from randomization.lists.services.verification import ARMS, problems
from randomization.models import AllocationList, Slot
from randomization.problems import RandomizationRefused
from randomization.vocabulary import ListSource, ListState
from record.accounts.models import User
from record.accounts.roles import Permission
from record.audit import once
from record.audit.attribution import Reason, Source, act, attributed
from record.audit.models import Confidentiality
from trial_edc import __version__, chance, clock
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements
from trial_edc.typed_text import written

SECRET_CHARACTERS = 64  # 256 bits, hexadecimal
# Act of the audit trail for each state that a list reaches.
AUDIT_ACTS = {
    ListState.DRAFT: "list_drafted",
    ListState.APPROVED: "list_approved",
    ListState.SEALED: "list_sealed",
    ListState.DESTROYED: "list_destroyed",
}


def _require_permission(by: User, permission: Permission) -> None:
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
    """Draw a list with the custodian's block sizes, which stay secret.

    It fills the lists up to the sample size of the protocol; a segment, after an
    amendment that raised it, says so in `reason`. `size` is for demonstrations.
    """
    _require_permission(by, Permission.LIST_GENERATE)
    size = _required_size(size, reason)
    sizes = tuple(sorted(set(block_sizes)))
    seed = chance.token(SECRET_CHARACTERS)
    try:
        rows = lists.generate(seed=seed, block_sizes=sizes, arms=ARMS, size=size)
    except lists.UnusableBlocks as problem:
        raise RandomizationRefused(_(problem.message) % problem.details) from problem
    content = ListContent(
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
    """Raises `FaultyList` with every faulty line."""
    _require_permission(by, Permission.LIST_GENERATE)
    size = _required_size(size, reason)
    validation = validate_list(text, arms=ARMS, size=size)
    if validation.faults:
        raise FaultyList(validation.faults)
    nonce = chance.token(SECRET_CHARACTERS)
    content = ListContent(lists.canonical(validation.rows), nonce=nonce)
    return _draft(content, ListSource.IMPORTED, size, reason, by=by, via=via)


def _required_size(size: int | None, reason: str) -> int:
    planned, sealed = PROTOCOL.registry.enrolment, lists_selectors.slot_count()
    missing = planned - sealed
    size = size or missing
    may_be_any = settings.DEMO and sealed > 0  # a demonstration may go on for ever
    if size <= 0 or (size != missing and not may_be_any):
        raise RandomizationRefused(_wrong_size(missing))
    if sealed and not written(reason):
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
    content: ListContent,
    source: ListSource,
    size: int,
    reason: str,
    *,
    by: User,
    via: Source,
) -> AllocationList:
    sealed_content = seal_content(content, size=size)
    with attributed(by=by, via=via):
        once.require_first()
        draft = AllocationList.objects.create(
            source=source,
            size=size,
            first_sequence=_first_free_sequence(),
            reason=written(reason),
            protocol_version=PROTOCOL.version,
            content=sealed_content,
            content_digest=hashlib.sha256(sealed_content.encode()).hexdigest(),
            made_at=clock.now(),
            made_by=by,
        )
        _record_act(draft)
    return draft


def _first_free_sequence() -> int:
    last = Slot.objects.aggregate(last=Max("sequence"))["last"] or 0
    return int(last) + 1


@implements("RAN-04")
def approve(
    allocation_list: AllocationList,
    *,
    by: User,
    confirmation: str = "",
    via: Source = Source.PAGE,
) -> AllocationList:
    """`confirmation`: why a list may be used of which much can be foreseen."""
    _require_permission(by, Permission.LIST_APPROVE)
    with attributed(by=by, via=via):
        draft = _locked(allocation_list, ListState.DRAFT)
        if draft.made_by_id == by.pk:
            raise RandomizationRefused(
                _("Somebody else must approve the list that you made.")
            )
        report = validation_report(draft)
        if failed := [line.text for line in report.rules if line.state == "not_met"]:
            raise RandomizationRefused(
                _("Not so: %(rules)s.") % {"rules": "; ".join(failed)}
            )
        _require_confirmation(report, confirmation)
        return _change_state(
            draft,
            ListState.APPROVED,
            approved_at=clock.after(draft.made_at),
            approved_by=by,
            confirmation=written(confirmation) if report.needs_confirmation else "",
        )


def _require_confirmation(report: ValidationReport, confirmation: str) -> None:
    if report.needs_confirmation and not written(confirmation):
        raise RandomizationRefused(
            _(
                "%(figures)s. Write why it may be used all the same, or leave it to "
                "the custodian to destroy it and to draw another."
            )
            % {"figures": report.foreseeable.text}
        )


@implements("RAN-04", "RND-04")
def seal_list(
    allocation_list: AllocationList, *, by: User, via: Source = Source.PAGE
) -> AllocationList:
    """Publish the commitment, store the slots, destroy the other drafts."""
    _require_permission(by, Permission.LIST_GENERATE)
    with attributed(by=by, via=via):
        approved = _locked(allocation_list, ListState.APPROVED)
        _require_confirmation(validation_report(approved), approved.confirmation)
        if approved.first_sequence != _first_free_sequence():
            raise RandomizationRefused(
                _("Another list was sealed meanwhile; make a new draft.")
            )
        sealed = _change_state(
            approved,
            ListState.SEALED,
            commitment=content_of(approved).commitment,
            sealed_at=clock.after(approved.approved_at),
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
    """A list that is not sealed; that it existed stays on record."""
    _require_permission(by, Permission.LIST_GENERATE)
    with attributed(by=by, via=via, reason=Reason("list", reason)):
        states = (ListState.DRAFT, ListState.APPROVED)
        draft = _locked(allocation_list, *states)
        return _change_state(
            draft,
            ListState.DESTROYED,
            content="",
            destroyed_at=clock.after(draft.made_at, draft.approved_at),
            destroyed_by=by,
        )


def verify(*, by: User) -> list[str]:
    _require_permission(by, Permission.LIST_GENERATE)
    all_problems = list(problems())
    with attributed(by=by, via=Source.PAGE):
        details = {
            "problems": all_problems,
            "confidentiality": Confidentiality.RESTRICTED,
        }
        act("list_verified", details=details)
    return all_problems


def _locked(allocation_list: AllocationList, *states: ListState) -> AllocationList:
    locked = AllocationList.objects.select_for_update().get(pk=allocation_list.pk)
    if locked.state not in states:
        details = {"state": ListState(locked.state).label}
        raise RandomizationRefused(
            _("This is not possible: the list is %(state)s.") % details
        )
    return locked


def _change_state(
    allocation_list: AllocationList, state: ListState, **columns: Any
) -> AllocationList:
    columns["state"] = state
    for name, value in columns.items():
        setattr(allocation_list, name, value)
    allocation_list.save(update_fields=tuple(columns))
    _record_act(allocation_list)
    return allocation_list


def _record_act(allocation_list: AllocationList) -> None:
    details = {
        "list": allocation_list.pk,
        "size": allocation_list.size,
        "commitment": allocation_list.commitment,
        "confidentiality": allocation_list.confidentiality,
    }
    act(AUDIT_ACTS[ListState(allocation_list.state)], details=details)
