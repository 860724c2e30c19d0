"""Writes on accounts."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from record.accounts import roles
from record.accounts.events import (
    AccountChanged,
    AccountLocked,
    PasswordLinkNeeded,
    RoleLeft,
)
from record.accounts.models import AccountProposal, User
from record.accounts.problems import AccountRefused
from record.accounts.rules import Delegation, needs_second_person
from record.accounts.services.credentials import (
    disable_password,
    end_sessions,
    require_present,
    update,
)
from record.accounts.services.proposals import (
    change_or_propose,
    lock_account,
    lock_administration,
    propose,
    request_change,
    withdraw_all,
)
from record.accounts.services.steps import (
    make_change,
    require_another_administrator,
    require_own_mailbox,
    require_possible,
)
from record.accounts.vocabulary import AccessChange
from record.audit.attribution import (
    Actor,
    Process,
    Reason,
    Source,
    act,
    attributed,
)
from record.audit.events import announce
from trial_edc import clock
from trial_edc.requirements import implements
from trial_edc.text_fields import TypedText
from trial_edc.typed_text import plain

FORMER_PASSWORDS = 5
NAMES = frozenset({"full_name", "full_name_zh"})
DATES = frozenset({"delegated_from", "delegated_until"})
OPENING_DETAILS = DATES | {"email"}  # they let somebody in


@implements("ACC-01", "ACC-06", "ACC-07")
def create_account(
    *,
    username: str,
    full_name: str,
    email: str,
    role: str,
    by: Actor,
    via: Source = Source.PAGE,
    with_link: bool = False,
    password: str | None = None,
    **details: Any,
) -> User:
    """Open an account; its owner gets a link to set the password, if `with_link`.

    A person opens one that can learn an arm as a proposal: it stays closed until a
    second person agrees. A `password` given here is temporary unless
    `must_change_password` is False. Raises `ValidationError` for an odd or taken name,
    `AccountRefused` for another's mailbox.
    """
    takes_two = needs_second_person(AccessChange.OPENING, role=role)
    proposer = by if isinstance(by, User) and takes_two else None
    user = User(
        is_active=details.pop("is_active", True) and proposer is None,
        username=plain(username).lower(),
        full_name=TypedText(longest=100).clean(full_name),
        email=plain(email),
        role=role,
        blinding=roles.blinding_class(role),
        must_change_password=details.pop("must_change_password", password is not None),
        password_set_at=clock.now(),
        **details,
    )
    user.full_clean(exclude=("password", "former_passwords"))
    user.set_password(password)
    with attributed(by=by, via=via):
        lock_administration(by)
        if isinstance(by, User):
            require_own_mailbox(user, user.email)
        user.save()
        if proposer:
            propose(AccessChange.OPENING, user, {}, by=proposer)
        elif with_link:
            announce(PasswordLinkNeeded(user), by=by, via=via)
    return user


def create_account_on_server(**details: Any) -> User:
    """Open an account from the command line; whoever watches over accounts is told."""
    by, via = Process("create_account"), Source.COMMAND
    with attributed(by=by, via=via):
        user = create_account(by=by, via=via, **details)
        announce(AccountChanged(user, AccessChange.OPENING), by=by, via=via)
    return user


def change_details(
    *, user: User, by: Actor, details: Mapping[str, Any], shown: str | None = None
) -> list[AccountProposal]:
    """Change details of an account; return what waits for a second person of it."""
    with attributed(by=by, via=Source.PAGE):
        lock_account(user, by=by, shown=shown)
        changed = {n: v for n, v in details.items() if getattr(user, n) != v}
        plain_details = {n: v for n, v in changed.items() if n not in OPENING_DETAILS}
        if plain_details:
            update(user, **plain_details)
        if not NAMES.isdisjoint(changed):
            _announce(AccessChange.NAME, user, by=by)
        proposals = _change_dates(user, changed, by=by)
        if "email" in changed:
            proposals.append(
                change_or_propose(
                    AccessChange.ADDRESS, user, {"email": changed["email"]}, by=by
                )
            )
    return [proposal for proposal in proposals if proposal]


def _change_dates(
    user: User, changed: Mapping[str, Any], *, by: Actor
) -> list[AccountProposal | None]:
    """What ends a delegation earlier takes one person, what extends it two."""
    dates = {name: changed.get(name, getattr(user, name)) for name in DATES}
    if DATES.isdisjoint(changed):
        return []
    if Delegation(dates["delegated_from"], dates["delegated_until"]).exceeds(
        user.delegation
    ):
        return [change_or_propose(AccessChange.DELEGATION, user, dates, by=by)]
    require_possible(AccessChange.DELEGATION, user, dates)
    make_change(AccessChange.DELEGATION, user, dates, by=by)
    return []


@implements("ACC-06", "ACC-07")
def set_role(
    *, user: User, role: str, by: Actor, reason: str, shown: str | None = None
) -> AccountProposal | None:
    return request_change(
        AccessChange.ROLE, user=user, by=by, reason=reason, shown=shown, role=role
    )


@implements("ACC-08")
def deactivate(*, user: User, by: Actor, reason: str, shown: str | None = None) -> None:
    """Close the account: its sessions end at once, its entries stay."""
    if user.pk == by.pk:
        raise AccountRefused(
            _("Nobody closes their own account; ask another administrator.")
        )
    with attributed(by=by, via=Source.PAGE, reason=Reason("rights", reason)):
        lock_account(user, by=by, shown=shown)
        require_another_administrator(user, None)
        disable_password(user)
        update(user, is_active=False)
        end_sessions(user)
        withdraw_all(user, by=by)
        announce(RoleLeft(user, user.role), by=by, via=Source.PAGE)
        _announce(AccessChange.CLOSING, user, by=by)


def reactivate(
    *, user: User, by: Actor, reason: str, shown: str | None = None
) -> AccountProposal | None:
    """Open the account again; its owner sets a new password through a link."""
    return request_change(
        AccessChange.OPENING, user=user, by=by, reason=reason, shown=shown
    )


@implements("SIG-08")
def reset_password(
    *, user: User, by: Actor, reason: str, shown: str | None = None
) -> AccountProposal | None:
    """Make the password useless, end the sessions, mail a one-time link to the owner.

    Nobody else learns the link, so no administrator can sign for another.
    """
    return request_change(
        AccessChange.PASSWORD_RESET, user=user, by=by, reason=reason, shown=shown
    )


@implements("ACC-15")
def revoke_second_factor(
    *, user: User, by: Actor, reason: str, shown: str | None = None
) -> AccountProposal | None:
    if user.pk == by.pk:
        raise AccountRefused(_("Another administrator revokes your second factor."))
    return request_change(
        AccessChange.FACTOR_REVOKED, user=user, by=by, reason=reason, shown=shown
    )


def unlock(
    *, user: User, by: Actor, shown: str | None = None
) -> AccountProposal | None:
    return request_change(AccessChange.UNLOCKING, user=user, by=by, shown=shown)


def password_link(user: User) -> str:
    """Address at which a person sets a password, once; a secret of that person."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    token = default_token_generator.make_token(user)
    path = reverse("accounts:set_password", args=(uid, token))
    return f"{settings.SITE_URL}{path}"


@implements("ACC-11", "ACC-12")
def change_password(*, user: User, password: str) -> None:
    """Set the password that its owner chose; other sessions of theirs end."""
    former = [user.password, *user.former_passwords][:FORMER_PASSWORDS]
    is_first = not user.has_usable_password()
    with attributed(by=user, via=Source.PAGE):
        require_present(user)
        user.set_password(password)
        update(
            user,
            password=user.password,
            former_passwords=former,
            password_set_at=clock.now(),
            must_change_password=False,
        )
        act("password_changed", details={"username": user.username})
        if not is_first:  # the mail with the link was the message about a first one
            _announce(AccessChange.PASSWORD_SET, user, by=user)


@implements("ACC-13")
def record_lockout(*, username: str, by: Actor) -> None:
    """The name is empty where nobody has it."""
    act("account_locked", details={"username": username})
    announce(AccountLocked(username), by=by, via=Source.PAGE)


def lock_minutes() -> int:
    return round(60 * settings.AXES_COOLOFF_TIME)


def set_preferences(*, user: User, **preferences: Any) -> None:
    changed = {n: v for n, v in preferences.items() if getattr(user, n) != v}
    if changed:
        with attributed(by=user, via=Source.PAGE):
            update(user, **changed)


def within_delegation(user: User, on: date | None = None) -> bool:
    return user.is_active and user.is_delegated(on or clock.today())


def _announce(change: AccessChange, user: User, *, by: Actor) -> None:
    event = AccountChanged(user, change, ends_access=not user.is_active)
    announce(event, by=by, via=Source.PAGE)
