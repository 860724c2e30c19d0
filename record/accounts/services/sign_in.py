"""Sign-in, sign-out and the proof of identity that a signature needs.

These services need the HTTP session; those that do not are in `services.accounts`.
How many wrong passwords lock an account is `AXES_FAILURE_LIMIT` in the settings.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from axes.handlers.proxy import AxesProxyHandler
from axes.utils import reset
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.hashers import make_password
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest
from django.utils.translation import gettext as _

from record.accounts.models import User
from record.accounts.proofs import IdentityNotConfirmed, ReAuthenticated
from record.accounts.selectors import has_second_factor
from record.accounts.services import accounts as services
from record.accounts.services import second_factor
from record.accounts.services.passkeys import PasskeyAnswer, use_passkey
from record.accounts.services.strangers import known_as, one_try_at_a_time
from record.accounts.sessions import (
    SEEN_AT,
    SIGNED_IN_AT,
    SIGNED_IN_FROM,
    STAYS_UNTIL,
)
from record.audit import floods
from record.audit.attribution import Process, Source, act, attributed
from record.audit.floods import Try
from record.audit.middleware import client_address
from trial_edc import clock
from trial_edc.requirements import implements
from trial_edc.typed_text import plain

if TYPE_CHECKING:
    from record.accounts.access import StaffRequest

SIGN_IN = Process("sign-in")
SIGNED_BEFORE = "signed_before"  # session: a signature was given in it
FACTOR_SHOWN = "factor_shown"  # session: its owner has shown the second factor
PENDING = "waiting"  # session: who gave the password and owes the second factor
PENDING_FOR = timedelta(minutes=5)
BACKEND = "django.contrib.auth.backends.ModelBackend"


class SignInRefused(Exception):
    """Somebody may not come in; the text is for people."""


class SecondFactorNeeded(Exception):
    """Name and password are right; the code of the app is asked next."""


@implements("ACC-10", "ACC-13", "ACC-16")
def sign_in(request: HttpRequest, *, username: str, password: str) -> User:
    """Raises `SignInRefused`, `TooManyTries` or `SecondFactorNeeded`."""
    counted = floods.begin("sign_in_refused", known_as=known_as(request))
    with attributed(by=SIGN_IN, via=Source.PAGE):
        user = _authenticated(request, username, password)
        if user is None:
            _record_refusal(request, counted, username)
        elif not services.within_delegation(user):
            details = {"username": user.username, "why": "delegation"}
            floods.refuse(counted, details)
        else:
            floods.uncount(counted)
    if user is None:
        raise SignInRefused(_("Name and password do not fit together."))
    if not services.within_delegation(user):
        raise SignInRefused(
            _("Your delegation does not cover today. Please call the administrator.")
        )
    if has_second_factor(user):
        request.session[PENDING] = {
            "user": user.pk,
            "at": int(clock.now().timestamp()),
            "credentials": user.get_session_auth_hash(),
        }
        raise SecondFactorNeeded
    return _start_session(request, user)


@implements("ACC-13", "ACC-15", "ACC-16")
def finish_sign_in(request: HttpRequest, *, code: str | PasskeyAnswer) -> User:
    """Let in a person who gave the password and now shows the second factor.

    A wrong code is recorded and counts towards the lockout like a wrong password.
    """
    user = pending_user(request)
    if user is None:
        raise SignInRefused(_("This took too long. Give name and password again."))
    counted = floods.begin("second_factor_refused", known_as=known_as(request))
    credentials = {"username": user.username}
    with attributed(by=SIGN_IN, via=Source.PAGE):
        one_try_at_a_time(user.username)
        is_open = AxesProxyHandler.is_allowed(request, credentials)
        is_right = is_open and _is_factor_of(request, user, code)
        if not is_right:
            request.axes_locked_out = not is_open  # type: ignore[attr-defined]
            user_login_failed.send(__name__, credentials=credentials, request=request)
            _record_refusal(request, counted, user.username)
        else:
            floods.uncount(counted)
    if not is_right:
        raise SignInRefused(_refusal_of_factor(code))
    return _start_session(request, user, has_shown_factor=True)


def _is_factor_of(request: HttpRequest, user: User, code: str | PasskeyAnswer) -> bool:
    if isinstance(code, PasskeyAnswer):
        return use_passkey(request.session, user, code)
    return second_factor.use_code(user, code)


def _refusal_of_factor(code: str | PasskeyAnswer) -> str:
    if isinstance(code, PasskeyAnswer):
        return _("This passkey was not accepted. Try again, or use another way.")
    return _("This code is not right, or was used already.")


@implements("ACC-13", "ACC-15", "RND-07")
def recover(request: HttpRequest, *, username: str, password: str, code: str) -> User:
    """Let in a person with the password and a recovery code, also while locked out."""
    counted = floods.begin("recovery_refused", known_as=known_as(request))
    name = plain(username).lower()
    tried_too_often = second_factor.tried_too_often(name)
    user = User.objects.filter(username=name, is_active=True).first()
    with attributed(by=SIGN_IN, via=Source.PAGE):
        is_right = (
            not tried_too_often
            and _has_password(user, password)
            and user is not None
            and services.within_delegation(user)
            and second_factor.use_recovery_code(user, code)
        )
        if is_right:
            floods.uncount(counted)
        else:
            details = {"username": user.username if user else "", "why": "password"}
            floods.refuse(counted, details)
    if user is None or not is_right:
        raise SignInRefused(_("Name, password and recovery code do not fit together."))
    reset(username=user.username)
    return _start_session(request, user, has_shown_factor=True)


def _has_password(user: User | None, password: str) -> bool:
    """Compare a password; of nobody it takes the same time."""
    if user is None:
        make_password(password)
        return False
    return user.check_password(password)


def pending_user(request: HttpRequest) -> User | None:
    pending = request.session.get(PENDING)
    age_seconds = clock.now().timestamp() - pending["at"] if pending else 0
    if pending is None or age_seconds > PENDING_FOR.total_seconds():
        return None
    user = User.objects.filter(pk=pending["user"], is_active=True).first()
    # A password that was reset meanwhile lets nobody in.
    present = user.get_session_auth_hash() if user else ""
    return user if present == pending["credentials"] else None


def _start_session(
    request: HttpRequest, user: User, *, has_shown_factor: bool = False
) -> User:
    with attributed(by=user, via=Source.PAGE):
        request.session.pop(PENDING, None)
        login(request, user, backend=BACKEND)
        now = clock.now()
        request.session[SEEN_AT] = request.session[SIGNED_IN_AT] = int(now.timestamp())
        request.session[SIGNED_IN_FROM] = client_address(request)
        request.session[FACTOR_SHOWN] = has_shown_factor
        user.last_login = now
        user.save(update_fields=["last_login"])
        act("sign_in", details={"username": user.username})
    return user


@implements("ACC-14")
def stay_signed_in(request: HttpRequest, occasion: str, until: datetime | None) -> None:
    """Let the session not end as idle before an instant, as while an infusion runs.

    None: the occasion is over.
    """
    stays: dict[str, int] = request.session.get(STAYS_UNTIL, {})
    others = {name: at for name, at in stays.items() if name != occasion}
    renewed = {**others, occasion: int(until.timestamp())} if until else others
    if renewed != stays:
        request.session[STAYS_UNTIL] = renewed


@implements("ACC-16")
def sign_out(
    request: "StaffRequest", *, act_name: str = "sign_out", reason: str = ""
) -> None:
    user = request.user
    with attributed(by=user, via=Source.PAGE):
        details = {"username": user.username, "why": reason}
        act(act_name, details={key: text for key, text in details.items() if text})
        logout(request)


@implements("SIG-02", "SIG-06")
def confirm_identity(
    request: "StaffRequest",
    *,
    password: str,
    username: str = "",
    code: str | PasskeyAnswer | None = None,
) -> ReAuthenticated:
    """Prove who is at the keyboard: name and password first, then the password.

    `code` is what the second factor gave, where it is asked. A wrong password or code
    is recorded and counts towards the lockout.
    """
    user = request.user
    name = user.username if request.session.get(SIGNED_BEFORE) else username
    is_own = is_own_password(request, password, username=name)
    if not is_own or user.must_change_password:
        raise IdentityNotConfirmed(_("This is not your name and password."))
    if code is not None and not _is_own_code(request, code):
        raise IdentityNotConfirmed(_refusal_of_factor(code))
    reset(username=user.username)
    request.session[SIGNED_BEFORE] = True
    return ReAuthenticated(user.pk, clock.now())


@implements("ACC-13")
def is_own_password(request: "StaffRequest", password: str, *, username: str) -> bool:
    """A wrong one is recorded and counts towards the lockout, as at the sign-in."""
    user = request.user
    with attributed(by=SIGN_IN, via=Source.PAGE):
        confirmed = _authenticated(request, username, password) == user
        if not confirmed:
            act("identity_refused", details=_refusal(request, user.username))
            _record_lockout(request, user.username)
    return confirmed


def _is_own_code(request: "StaffRequest", code: str | PasskeyAnswer) -> bool:
    user = request.user
    why = "passkey" if isinstance(code, PasskeyAnswer) else "code"
    with attributed(by=SIGN_IN, via=Source.PAGE):
        is_right = _is_factor_of(request, user, code)
        if not is_right:
            credentials = {"username": user.username}
            user_login_failed.send(__name__, credentials=credentials, request=request)
            details = _refusal(request, user.username) | {"why": why}
            act("identity_refused", details=details)
            _record_lockout(request, user.username)
    return is_right


def _authenticated(request: HttpRequest, username: str, password: str) -> User | None:
    name = plain(username).lower()
    one_try_at_a_time(name)
    user = authenticate(request, username=name, password=password)
    return user if isinstance(user, User) else None


def _record_refusal(request: HttpRequest, counted: Try, username: str) -> None:
    refusal = _refusal(request, username)
    floods.refuse(counted, refusal)
    if counted.has_entry or refusal["username"]:
        _record_lockout(request, username)


def _refusal(request: HttpRequest, username: str) -> dict[str, str]:
    """What a try was; of an unknown name nothing, since it may be a password."""
    user = _account(username)
    is_locked = getattr(request, "axes_locked_out", False)
    reason = "inactive" if user and not user.is_active else "password"
    return {
        "username": user.username if user else "",
        "why": "locked" if is_locked else reason,
    }


def _record_lockout(request: HttpRequest, username: str) -> None:
    """Of the try that locks the account, not of those that find it locked."""
    is_locked = getattr(request, "axes_locked_out", False)
    was_locked = getattr(request, "axes_failures_since_start", None) is None
    if is_locked and not was_locked:
        user = _account(username)
        services.record_lockout(username=user.username if user else "", by=SIGN_IN)


def _account(username: str) -> User | None:
    return User.objects.filter(username=plain(username).lower()).first()
