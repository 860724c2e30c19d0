"""Writes on accounts."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from axes.utils import reset
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from record.accounts import roles, selectors
from record.accounts.events import AccountLocked, PasswordLinkNeeded, RoleLeft
from record.accounts.models import User
from record.accounts.roles import Role
from record.audit.attribution import Actor, Reason, Source, act, attributed
from record.audit.events import announce
from trial_edc import clock
from trial_edc.requirements import implements
from trial_edc.text_fields import TypedText
from trial_edc.typed_text import plain

FORMER_PASSWORDS = 5


class AccountRefused(Exception):
    """An account may not be changed in this way; the text is for people."""


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

    A `password` given here is temporary unless `must_change_password` is False. Raises
    `ValidationError` for an odd or taken name.
    """
    user = User(
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
        user.save()
        if with_link:
            announce(PasswordLinkNeeded(user), by=by, via=via)
    return user


def change_details(*, user: User, by: Actor, details: Mapping[str, Any]) -> None:
    with attributed(by=by, via=Source.PAGE):
        _update(user, **details)
        if not within_delegation(user):
            announce(RoleLeft(user, user.role), by=by, via=Source.PAGE)


@implements("ACC-06", "ACC-07")
def set_role(*, user: User, role: str, by: Actor, reason: str) -> None:
    if roles.blinding_class(role) != user.blinding:
        message = _(
            "An account keeps its blinding class. %(role)s needs a new account, "
            "opened only when the person may change class."
        )
        raise AccountRefused(message % {"role": _(Role(role).label)})
    if user.role == Role.AD and role != Role.AD:
        _require_another_administrator(user)
    with attributed(by=by, via=Source.PAGE, reason=Reason("rights", reason)):
        former = user.role
        _update(user, role=role)
        announce(RoleLeft(user, former), by=by, via=Source.PAGE)


@implements("ACC-08")
def deactivate(*, user: User, by: Actor, reason: str) -> None:
    """Close the account: its sessions end at once, its entries stay."""
    if user.pk == by.pk:
        raise AccountRefused(
            _("Nobody closes their own account; ask another administrator.")
        )
    if user.role == Role.AD:
        _require_another_administrator(user)
    with attributed(by=by, via=Source.PAGE, reason=Reason("rights", reason)):
        _disable_password(user)
        _update(user, is_active=False)
        announce(RoleLeft(user, user.role), by=by, via=Source.PAGE)


def reactivate(*, user: User, by: Actor, reason: str) -> None:
    """Open the account again; its owner sets a new password through a link."""
    with attributed(by=by, via=Source.PAGE, reason=Reason("rights", reason)):
        _update(user, is_active=True)
        announce(PasswordLinkNeeded(user), by=by, via=Source.PAGE)


@implements("SIG-08")
def reset_password(*, user: User, by: Actor, reason: str) -> None:
    """Make the password useless, end the sessions, mail a one-time link to the owner.

    Nobody else learns the link, so no administrator can sign for another.
    """
    with attributed(by=by, via=Source.PAGE, reason=Reason("password", reason)):
        _disable_password(user)
        act("password_reset", details={"username": user.username})
        announce(PasswordLinkNeeded(user), by=by, via=Source.PAGE)


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
    with attributed(by=user, via=Source.PAGE):
        user.set_password(password)
        _update(
            user,
            password=user.password,
            former_passwords=former,
            password_set_at=clock.now(),
            must_change_password=False,
        )
        act("password_changed", details={"username": user.username})


def unlock(*, user: User, by: Actor) -> None:
    with attributed(by=by, via=Source.PAGE):
        reset(username=user.username)
        act("account_unlocked", details={"username": user.username})


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
            _update(user, **changed)


def within_delegation(user: User, on: date | None = None) -> bool:
    return user.is_active and user.is_delegated(on or clock.today())


def _update(user: User, **values: Any) -> None:
    for name, value in values.items():
        setattr(user, name, value)
    user.save(update_fields=[*values])


def _disable_password(user: User) -> None:
    """Make the password useless; that also ends the sessions, which depend on it."""
    user.set_unusable_password()
    _update(user, password=user.password)


def _require_another_administrator(user: User) -> None:
    others = selectors.administrators().exclude(pk=user.pk).select_for_update()
    if not others.exists():
        raise AccountRefused(
            _("This is the last administrator; open another account first.")
        )
