"""Changes of an account: who may ask for one, and the second person where it takes two.

Acts of administration happen one after the other, so that what is asked of other
accounts (a last administrator, a right of the person who acts) holds until the end.
"""

from typing import Any

from django.utils.translation import gettext as _

from record.accounts.access import NotPermitted
from record.accounts.events import AccountChangeProposed
from record.accounts.models import AccountProposal, User
from record.accounts.problems import AccountRefused
from record.accounts.roles import Permission
from record.accounts.rules import needs_second_person
from record.accounts.services.steps import Values, make_change, require_possible
from record.accounts.vocabulary import AccessChange
from record.audit.attribution import Actor, Reason, Source, attributed
from record.audit.events import announce
from trial_edc import clock
from trial_edc.locks import TransactionLock, wait_for
from trial_edc.requirements import implements

APPROVERS = (Permission.MANAGE_USERS, Permission.APPROVE_DELEGATION)
REASON_CODES = {
    AccessChange.PASSWORD_RESET: "password",
    AccessChange.FACTOR_REVOKED: "second factor",
}


def lock_administration(by: Actor, *permissions: Permission) -> None:
    """Wait for other acts of administration; then ask again who acts.

    Raises `NotPermitted` for a person whose right was withdrawn since the page.
    """
    wait_for(TransactionLock.ADMINISTRATION)
    permissions = permissions or (Permission.MANAGE_USERS,)
    if isinstance(by, User) and not _acts_as(by, *permissions):
        raise NotPermitted(permissions)


def _acts_as(person: User, *permissions: Permission) -> bool:
    person = User.objects.get(pk=person.pk)
    is_in = person.is_active and person.is_delegated(clock.today())
    return is_in and any(map(person.may, permissions))


def lock_account(user: User, *, by: Actor, shown: str | None = None) -> None:
    """Read an account anew; `shown` is the digest that the page was drawn from."""
    lock_administration(by)
    user.refresh_from_db(from_queryset=User.objects.select_for_update())
    if shown and shown != user.digest:
        message = _(
            "This account was changed since the page was shown. Compare what you typed "
            "with the history below, and save again."
        )
        raise AccountRefused(message)


def reason_of(change: AccessChange, text: str) -> Reason | None:
    return Reason(REASON_CODES.get(change, "rights"), text) if text else None


def request_change(
    change: AccessChange,
    *,
    user: User,
    by: Actor,
    reason: str = "",
    shown: str | None = None,
    **values: Any,
) -> AccountProposal | None:
    """Change an account, or propose it where two persons must agree.

    Processes of the system act alone. Raises `AccountRefused`.
    """
    why = reason_of(change, reason)
    with attributed(by=by, via=Source.PAGE, reason=why):
        lock_account(user, by=by, shown=shown)
        return change_or_propose(change, user, values, by=by, reason=reason)


@implements("ACC-19")
def change_or_propose(
    change: AccessChange, user: User, values: Values, *, by: Actor, reason: str = ""
) -> AccountProposal | None:
    """Go on from `lock_account`, in its transaction."""
    require_possible(change, user, values)
    takes_two = needs_second_person(
        change, role=user.role, new_role=values.get("role", "")
    )
    if isinstance(by, User) and takes_two:
        return propose(change, user, values, by=by, reason=reason)
    make_change(change, user, values, by=by)
    return None


def propose(
    change: AccessChange, user: User, values: Values, *, by: User, reason: str = ""
) -> AccountProposal:
    if user.proposals.filter(
        change=change, approved_at=None, withdrawn_at=None
    ).exists():
        message = _(
            "The same change waits for a second person already. Withdraw it first, to "
            "propose another."
        )
        raise AccountRefused(message)
    proposal = AccountProposal.objects.create(
        user=user, change=change, reason=reason, entered_by=by, **values
    )
    announce(AccountChangeProposed(proposal), by=by, via=Source.PAGE)
    return proposal


@implements("ACC-19")
def approve(
    proposal: AccountProposal, *, by: User, shown: str | None = None
) -> AccountProposal:
    """Make a proposed change, as its second person; a second call changes nothing.

    `shown` is the digest of proposal and account that the page showed.
    """
    change = AccessChange(proposal.change)
    why = reason_of(change, proposal.reason)
    with attributed(by=by, via=Source.PAGE, reason=why):
        lock_administration(by, *APPROVERS)
        proposal = AccountProposal.objects.select_for_update().get(pk=proposal.pk)
        _require_second_person(proposal, by)
        if proposal.approved_at is None:
            _require_in_force(proposal, shown)
            values = _values_of(proposal)
            require_possible(change, proposal.user, values)
            proposal.approved_by = by
            proposal.approved_at = clock.after(proposal.entered_at)
            proposal.save(update_fields=("approved_by", "approved_at"))
            make_change(change, proposal.user, values, by=by, proposal=proposal)
    return proposal


def _require_second_person(proposal: AccountProposal, by: User) -> None:
    if proposal.entered_by_id == by.pk:
        raise AccountRefused(_("You proposed this; somebody else approves it."))
    if proposal.user_id == by.pk:
        message = _("This is your own account; somebody else approves it.")
        raise AccountRefused(message)


def _require_in_force(proposal: AccountProposal, shown: str | None) -> None:
    if proposal.withdrawn_at:
        raise AccountRefused(_("This was withdrawn. Propose it again."))
    if not _acts_as(proposal.entered_by, Permission.MANAGE_USERS):
        message = _(
            "Who proposed this administers no more. Withdraw it; somebody else may "
            "propose it again."
        )
        raise AccountRefused(message)
    if shown and shown != proposal.digest:
        raise AccountRefused(
            _("This changed since it was shown to you. Read it again.")
        )


def _values_of(proposal: AccountProposal) -> dict[str, Any]:
    names = {
        AccessChange.ADDRESS: ("email",),
        AccessChange.ROLE: ("role",),
        AccessChange.DELEGATION: ("delegated_from", "delegated_until"),
    }.get(AccessChange(proposal.change), ())
    return {name: getattr(proposal, name) for name in names}


def withdraw(proposal: AccountProposal, *, by: User) -> AccountProposal:
    """Nobody waits for a second person to stop a change."""
    with attributed(by=by, via=Source.PAGE):
        lock_administration(by, *APPROVERS)
        proposal = AccountProposal.objects.select_for_update().get(pk=proposal.pk)
        if proposal.approved_at:
            raise AccountRefused(_("This is in force already."))
        if proposal.withdrawn_at is None:
            _end(proposal, by=by)
    return proposal


def withdraw_all(user: User, *, by: Actor) -> None:
    """Withdraw what is proposed for an account, and by it, as when it is closed."""
    waiting = AccountProposal.objects.filter(approved_at=None, withdrawn_at=None)
    for proposal in waiting.filter(user=user) | waiting.filter(entered_by=user):
        _end(proposal, by=by)


def _end(proposal: AccountProposal, *, by: Actor) -> None:
    proposal.withdrawn_by = by if isinstance(by, User) else None
    proposal.withdrawn_at = clock.after(proposal.entered_at)
    proposal.save(update_fields=("withdrawn_by", "withdrawn_at"))
