"""Mails that follow from what happens to accounts."""

from django.utils.translation import gettext_lazy

from record.accounts import selectors
from record.accounts.events import AccountLocked, PasswordLinkNeeded, RoleLeft
from record.accounts.roles import Role
from record.accounts.services.accounts import lock_minutes, within_delegation
from record.audit.attribution import Actor, Source
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
LINK_TEXT = N_(
    "Dear %(name)s,\n\n"
    "you have an account (%(username)s) in the data system of the trial. Set your "
    "password here; the link works once, for three days:\n\n"
    "%(link)s\n\n"
    "Nobody else has this link. If you did not expect it, call the administrator."
)


def notify_of_lockout(event: AccountLocked, _by: Actor, _via: Source) -> None:
    queue(
        occasion="account_locked",
        key=f"account_locked:{event.username}:{clock.now():%Y-%m-%dT%H:%M}",
        to=selectors.administrators(),
        subject=N_("Account %(username)s is locked"),
        text=LOCKED_TEXT if event.username else STRANGER_TEXT,
        details={"username": event.username, "minutes": lock_minutes()},
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
