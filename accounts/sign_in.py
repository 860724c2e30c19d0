"""Sign-in, sign-out and the proof of identity that a signature needs.

These are the services that live with the HTTP session; the rest is in `services`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from axes.utils import reset
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts import services
from accounts.models import User
from audit.attribution import Actor, Process, Via, act, attributed
from trial_edc import clock
from trial_edc.requirements import implements

if TYPE_CHECKING:
    from accounts.access import StaffRequest

DOOR = Process("sign-in")
SEEN_AT = "seen_at"  # session: the last activity, in seconds since 1970
SIGNED_BEFORE = "signed_before"  # session: a signature was given in it
PROOF_HOLDS = timedelta(minutes=5)


class SignInRefused(Exception):
    """Somebody may not come in; the text is for people."""


class IdentityNotConfirmed(Exception):
    """The password, or at the first signature the name, is not the signer's."""


@dataclass(frozen=True, slots=True)
class ReAuthenticated:
    """Proof that a signed-in person has just shown again who they are."""

    user_id: int
    at: datetime

    def require(self, by: Actor) -> None:
        """Refuse when the proof is another person's or no longer fresh."""
        if by.pk != self.user_id or clock.now() - self.at > PROOF_HOLDS:
            raise IdentityNotConfirmed(_("Please confirm with your password again."))


@implements("ACC-10", "ACC-13", "ACC-16")
def sign_in(request: HttpRequest, *, username: str, password: str) -> User:
    """Let a person in, or refuse; both are recorded with time and address."""
    with attributed(by=DOOR, via=Via.PAGE):
        user = _authenticated(request, username, password)
        if user is None:
            _record_refusal(request, "sign_in_refused", username)
        elif not services.within_delegation(user):
            details = {"username": user.username, "why": "delegation"}
            act("sign_in_refused", details=details)
    if user is None:
        raise SignInRefused(_("Name and password do not fit together."))
    if not services.within_delegation(user):
        raise SignInRefused(
            _("Your delegation does not cover today. Please call the administrator.")
        )
    with attributed(by=user, via=Via.PAGE):
        login(request, user)
        request.session[SEEN_AT] = int(clock.now().timestamp())
        user.last_login = clock.now()
        user.save(update_fields=["last_login"])
        act("sign_in", details={"username": user.username})
    return user


@implements("ACC-16")
def sign_out(request: "StaffRequest", *, deed: str = "sign_out", why: str = "") -> None:
    """End the session of a person who leaves, or whose time or right has ended."""
    user = request.user
    with attributed(by=user, via=Via.PAGE):
        details = {"username": user.username, "why": why}
        act(deed, details={key: text for key, text in details.items() if text})
        logout(request)


@implements("SIG-02", "SIG-06")
def confirm_identity(
    request: "StaffRequest", *, password: str, username: str = ""
) -> ReAuthenticated:
    """Prove who is at the keyboard: name and password first, then the password.

    A wrong password is recorded and counts towards the lockout.
    """
    user = request.user
    name = user.username if request.session.get(SIGNED_BEFORE) else username
    with attributed(by=DOOR, via=Via.PAGE):
        confirmed = _authenticated(request, name, password) == user
        if not confirmed:
            _record_refusal(request, "identity_refused", user.username)
    if not confirmed or user.must_change_password:
        raise IdentityNotConfirmed(_("This is not your name and password."))
    reset(username=user.username)
    request.session[SIGNED_BEFORE] = True
    return ReAuthenticated(user.pk, clock.now())


def _authenticated(request: HttpRequest, username: str, password: str) -> User | None:
    name = username.strip().lower()
    user = authenticate(request, username=name, password=password)
    return user if isinstance(user, User) else None


def _record_refusal(request: HttpRequest, deed: str, username: str) -> None:
    """Record the try; of an unknown name nothing, since it may be a password."""
    known = User.objects.filter(username=username.strip().lower()).first()
    name = known.username if known else ""
    locked = getattr(request, "axes_locked_out", False)
    was_locked = getattr(request, "axes_failures_since_start", None) is None
    why = "inactive" if known and not known.is_active else "password"
    act(deed, details={"username": name, "why": "locked" if locked else why})
    if locked and not was_locked:
        act("account_locked", details={"username": name})
        services.warn_of_lockout(username=name)
