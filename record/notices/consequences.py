"""Mails that follow from what happens to accounts."""

from django.conf import settings
from django.utils.translation import gettext_lazy

from record.accounts import selectors
from record.accounts.events import AccountLocked, PasswordLinkNeeded, RoleLeft
from record.accounts.roles import Role
from record.accounts.services.accounts import lock_minutes, within_delegation
from record.audit.attribution import Actor, Source
from record.audit.floods import TriesFlooded
from record.notices.send_checks import LINK, PASSWORD_LINK
from record.notices.services.outbox import queue
from trial_edc import clock
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


def mail_password_link(event: PasswordLinkNeeded, _by: Actor, _via: Source) -> None:
    """Queue the mail without its link, which is a secret and is made as it leaves."""
    user = event.user
    queue(
        occasion=PASSWORD_LINK,
        key=f"{PASSWORD_LINK}:{clock.now().isoformat()}",
        to=[user],
        subject=N_("Set your password for the trial's data system"),
        text=LINK_TEXT,
        details={"name": user, "username": user.username, "link": LINK},
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
