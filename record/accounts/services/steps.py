"""What a change of an account does, once nobody has to agree any more.

Whoever may ask for it, and who agrees, is decided in `services.proposals`.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from axes.utils import reset
from django.utils.translation import gettext as _

from record.accounts import roles, selectors
from record.accounts.events import AccountChanged, PasswordLinkNeeded, RoleLeft
from record.accounts.models import AccountProposal, User
from record.accounts.problems import AccountRefused
from record.accounts.roles import Role
from record.accounts.rules import Delegation, resets_from
from record.accounts.services import second_factor
from record.accounts.services.credentials import (
    disable_password,
    end_sessions,
    update,
)
from record.accounts.vocabulary import AccessChange
from record.audit.attribution import Actor, Source, act
from record.audit.events import announce
from trial_edc import clock, dates
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements

Values = Mapping[str, Any]
RESETS = frozenset(
    {
        AccessChange.OPENING,
        AccessChange.PASSWORD_RESET,
        AccessChange.FACTOR_REVOKED,
    }
)


def resets_possible_from(user: User) -> datetime | None:
    """None where nothing hinders a reset now."""
    hours = PROTOCOL.accounts.hours_without_reset
    instant = resets_from(user.address_changed_at, hours)
    return instant if instant and clock.now() < instant else None


@implements("ACC-19")
def require_possible(change: AccessChange, user: User, values: Values) -> None:
    """Raise `AccountRefused`; asked when a change is proposed and when it is made."""
    instant = resets_possible_from(user)
    if instant and (change in RESETS or _revives(change, user, values)):
        message = _(
            "The e-mail address of this account was changed lately. Until %(until)s "
            "nobody resets it; the person can sign in as before."
        )
        until = f"{instant.astimezone(dates.SITE_TZ):%Y-%m-%d %H:%M}"
        raise AccountRefused(message % {"until": until})
    match change:
        case AccessChange.ROLE if roles.blinding_class(values["role"]) != user.blinding:
            message = _(
                "An account keeps its blinding class. %(role)s needs a new account, "
                "opened only when the person may change class."
            )
            label = _(Role(values["role"]).label)
            raise AccountRefused(message % {"role": label})
        case AccessChange.FACTOR_REVOKED if not selectors.has_second_factor(user):
            raise AccountRefused(_("This account has no second factor."))
        case AccessChange.DELEGATION:
            require_another_administrator(user, _delegation_in(values))
        case AccessChange.OPENING if user.is_active:
            raise AccountRefused(_("This account is open already."))
        case AccessChange.OPENING:
            require_own_mailbox(user, user.email)
        case AccessChange.ADDRESS:
            require_own_mailbox(user, values["email"])
        case AccessChange.PASSWORD_RESET | AccessChange.UNLOCKING if not user.is_active:
            raise AccountRefused(_("This account is closed."))


@implements("ACC-19")
def require_own_mailbox(user: User, address: str) -> None:
    """Of two accounts with one mailbox one person would be the first and the second."""
    if other := selectors.open_account_at(address, other_than=user):
        message = _(
            "%(username)s has this e-mail address. Each account has one of its own, "
            "which its owner alone reads."
        )
        raise AccountRefused(message % {"username": other.username})


def _revives(change: AccessChange, user: User, values: Values) -> bool:
    """Whether a delegation that does not cover today is to cover it."""
    if change != AccessChange.DELEGATION:
        return False
    today = clock.today()
    return _delegation_in(values).covers(today) and not user.is_delegated(today)


def _delegation_in(values: Values) -> Delegation:
    return Delegation(values["delegated_from"], values["delegated_until"])


def require_another_administrator(user: User, will_be: Delegation | None) -> None:
    """Refuse to take the last administrator whose delegation no date ends.

    `will_be` is the delegation to come, None for an account that is closed.
    """
    today = clock.today()
    counts = user.role == Role.AD and user.is_active and user.delegation.lasts(today)
    if not counts or (will_be and will_be.lasts(today)):
        return
    others = selectors.administrators().exclude(pk=user.pk)
    if not any(other.delegation.lasts(today) for other in others):
        raise AccountRefused(
            _(
                "This is the last administrator whose delegation does not end; open "
                "another account first."
            )
        )


def make_change(
    change: AccessChange,
    user: User,
    values: Values,
    *,
    by: Actor,
    proposal: AccountProposal | None = None,
) -> None:
    """Make the change in the attributed transaction of the caller, and announce it."""
    former_address, former_role = user.email, user.role
    version = user.access_version
    EFFECTS[change](user, values)
    is_outside = user.is_active and not user.is_delegated(clock.today())
    if change == AccessChange.ROLE or (
        change == AccessChange.DELEGATION and is_outside
    ):
        announce(RoleLeft(user, former_role), by=by, via=Source.PAGE)
    is_reset = change == AccessChange.PASSWORD_RESET
    if is_reset or change == AccessChange.OPENING:
        announce(PasswordLinkNeeded(user, is_reset), by=by, via=Source.PAGE)
    event = AccountChanged(
        user,
        change,
        address=former_address if change == AccessChange.ADDRESS else "",
        proposal=proposal,
        ends_access=user.access_version != version or user.role != former_role,
    )
    announce(event, by=by, via=Source.PAGE)


def _change_address(user: User, values: Values) -> None:
    update(user, email=values["email"], address_changed_at=clock.now())
    end_sessions(user)


def _change_delegation(user: User, values: Values) -> None:
    if not user.is_delegated(clock.today()):
        end_sessions(user)
    update(
        user,
        delegated_from=values["delegated_from"],
        delegated_until=values["delegated_until"],
    )


def _change_role(user: User, values: Values) -> None:
    update(user, role=values["role"])


def _open(user: User, _values: Values) -> None:
    disable_password(user)
    update(user, is_active=True)


def _reset_password(user: User, _values: Values) -> None:
    disable_password(user)
    end_sessions(user)
    act("password_reset", details={"username": user.username})


def _revoke_factor(user: User, _values: Values) -> None:
    second_factor.revoke(user)
    end_sessions(user)


def _unlock(user: User, _values: Values) -> None:
    reset(username=user.username)
    act("account_unlocked", details={"username": user.username})


EFFECTS: dict[AccessChange, Callable[[User, Values], None]] = {
    AccessChange.ADDRESS: _change_address,
    AccessChange.DELEGATION: _change_delegation,
    AccessChange.ROLE: _change_role,
    AccessChange.OPENING: _open,
    AccessChange.PASSWORD_RESET: _reset_password,
    AccessChange.FACTOR_REVOKED: _revoke_factor,
    AccessChange.UNLOCKING: _unlock,
}
