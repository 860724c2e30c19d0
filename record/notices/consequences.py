"""Mails that follow from what happens to accounts."""

from collections.abc import Iterable

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from record.accounts import selectors
from record.accounts.events import (
    AccountChanged,
    AccountChangeProposed,
    AccountLocked,
    PasswordLinkNeeded,
    RoleLeft,
)
from record.accounts.models import User
from record.accounts.roles import Role
from record.accounts.rules import can_learn_an_arm
from record.accounts.services.accounts import lock_minutes, within_delegation
from record.accounts.vocabulary import AccessChange
from record.audit.attribution import Actor, Source
from record.audit.floods import TriesFlooded
from record.notices.send_checks import LINK, PASSWORD_LINK
from record.notices.services.outbox import queue
from trial_edc import chance, clock
from trial_edc.vocabulary import N_

LOCKED_TEXT = N_(
    "Somebody tried to sign in as %(username)s too often. The account is locked for "
    "%(minutes)s minutes.\n\nTimes and addresses are in the sign-in history."
)
STRANGER_TEXT = N_(
    "Somebody tried to sign in too often with a name that does not exist.\n\n"
    "Times and addresses are in the sign-in history."
)
FLOOD_TEXT = N_(
    "Tries to come in are refused so often that the audit trail counts them only, one "
    "entry for every %(minutes)s minutes. Over %(address)s from one address, or "
    "%(all)s from all, they are not looked at; who signs in with a browser that was "
    "used before is not affected.\n\nThe entries name the addresses: have them blocked "
    "before the proxy. This message comes once a day for each kind of try."
)
LINK_TEXT = N_(
    "Dear %(name)s,\n\n"
    "you have an account (%(username)s) in the data system of the trial. Set your "
    "password here; the link works once, for three days:\n\n"
    "%(link)s\n\n"
    "Nobody else has this link. If you did not expect it, call the administrator."
)
RESET_TEXT = N_(
    "Dear %(name)s,\n\n"
    "the password of your account (%(username)s) in the data system of the trial was "
    "reset by %(by)s; it opens nothing any more. Set a new one here; the link works "
    "once, for three days:\n\n"
    "%(link)s\n\n"
    "Nobody else has this link. If you did not ask for it, call the principal "
    "investigator and another administrator at once."
)
OWNER_TEXT = N_(
    "Dear %(name)s,\n\n"
    "your account (%(username)s) in the data system of the trial was changed: "
    "%(change)s.\n\nBy: %(by)s.\n\n"
    "If you did not expect it, call the principal investigator and an administrator "
    "at once."
)
OVERSIGHT_TEXT = N_(
    "The account %(username)s of %(name)s (%(role)s) was changed: %(change)s.\n\n"
    "By: %(by)s.\n\n"
    "If you do not know why, ask at once; an administrator can close the account."
)
PROPOSED_TEXT = N_(
    "%(by)s proposes for the account %(username)s of %(name)s (%(role)s): "
    "%(change)s.\n\n"
    "It takes effect once another administrator or the principal investigator has "
    "approved it, on the page of changes by two persons. Have it refused there if "
    "nobody expects it."
)
ACCOUNT_CHANGED = "account_changed"
KEY_LENGTH = 20
OVERSEERS = (Role.PI, Role.SO)


def notify_of_lockout(event: AccountLocked, _by: Actor, _via: Source) -> None:
    """At once for each account; once an hour of names that are nobody's."""
    often = "%Y-%m-%dT%H:%M" if event.username else "%Y-%m-%dT%H"
    queue(
        occasion="account_locked",
        key=f"account_locked:{event.username}:{clock.now():{often}}",
        to=selectors.administrators(),
        subject=N_("Account %(username)s is locked"),
        text=LOCKED_TEXT if event.username else STRANGER_TEXT,
        details={"username": event.username, "minutes": lock_minutes()},
    )


def notify_of_flood(event: TriesFlooded, _by: Actor, _via: Source) -> None:
    queue(
        occasion="tries_flooded",
        key=f"tries_flooded:{event.act}:{clock.today()}",
        to=selectors.administrators(),
        subject=N_("Somebody tries to come in very often"),
        text=FLOOD_TEXT,
        details={
            "minutes": settings.TRIES_WINDOW_MINUTES,
            "address": settings.TRIES_PER_ADDRESS,
            "all": settings.TRIES_IN_ALL,
        },
    )


def mail_password_link(event: PasswordLinkNeeded, by: Actor, _via: Source) -> None:
    """Queue the mail without its link, which is a secret and is made as it leaves."""
    user = event.user
    queue(
        occasion=PASSWORD_LINK,
        key=f"{PASSWORD_LINK}:{clock.now().isoformat()}",
        to=[user],
        subject=N_("Set your password for the trial's data system"),
        text=RESET_TEXT if event.is_reset else LINK_TEXT,
        details={
            "name": user,
            "username": user.username,
            "link": LINK,
            "by": _name_of(by),
        },
    )


def notify_of_account_change(event: AccountChanged, by: Actor, via: Source) -> None:
    """Write to the owner, at the address from before the change and at a new one.

    Who oversees the trial is told where the account can learn an arm or decides about
    others, and of what is done on the server itself.
    """
    user, change = event.user, event.change
    details = _details_of(user, change, by, event)
    owner_knows = change in (AccessChange.PASSWORD_RESET, AccessChange.OPENING)
    if not owner_knows:  # the mail with the link says it
        for address in filter(None, (event.address, user.email)):
            _queue_about_account([user], OWNER_TEXT, details, address=address)
    is_watched = can_learn_an_arm(user.role) or change == AccessChange.ROLE
    if is_watched and by.pk != user.pk:
        overseers = selectors.people_in(*OVERSEERS).exclude(pk=user.pk)
        _queue_about_account(overseers, OVERSIGHT_TEXT, details)
    if via == Source.COMMAND:
        administrators = selectors.administrators().exclude(pk=user.pk)
        _queue_about_account(administrators, OVERSIGHT_TEXT, details)


def notify_of_account_proposal(
    event: AccountChangeProposed, by: Actor, _via: Source
) -> None:
    proposal = event.proposal
    user = proposal.user
    details = _details_of(user, AccessChange(proposal.change), by)
    if user.is_active:
        _queue_about_account([user], PROPOSED_TEXT, details, address=user.email)
    deciders = selectors.people_in(Role.AD, *OVERSEERS)
    others = deciders.exclude(pk__in=[user.pk, by.pk])
    _queue_about_account(others, PROPOSED_TEXT, details)


def _details_of(
    user: User,
    change: AccessChange,
    by: Actor,
    event: AccountChanged | None = None,
) -> dict[str, object]:
    proposal = event.proposal if event else None
    actor = _name_of(by)
    return {
        "username": user.username,
        "name": user,
        "role": gettext_lazy(Role(user.role).label),
        "change": gettext_lazy(change.label),
        "by": f"{proposal.entered_by}, {actor}" if proposal else actor,
    }


def _name_of(by: Actor) -> "str | Promise":
    return str(by) if isinstance(by, User) else gettext_lazy("the system")


def _queue_about_account(
    to: Iterable[User], text: str, details: dict[str, object], address: str = ""
) -> None:
    queue(
        occasion=ACCOUNT_CHANGED,
        key=f"{ACCOUNT_CHANGED}:{chance.token(KEY_LENGTH)}",
        to=to,
        subject=N_("Account %(username)s: %(change)s"),
        text=text,
        details=details,
        address=address,
    )


def notify_of_empty_role(event: RoleLeft, _by: Actor, _via: Source) -> None:
    if any(map(within_delegation, selectors.people_in(Role(event.role)))):
        return
    queue(
        occasion="role_empty",
        key=f"role_empty:{event.role}:{clock.now().isoformat()}",
        to=selectors.people_in(Role.DM, Role.AD),
        subject=N_("Nobody is left in the role %(role)s"),
        text=N_(
            "%(name)s was the last who could act as %(role)s. What this role has to do "
            "waits until somebody else has it."
        ),
        details={"name": event.user, "role": gettext_lazy(Role(event.role).label)},
    )
