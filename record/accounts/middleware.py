"""The rules of a session, asked on every request."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
)
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from record.accounts.models import User
from record.accounts.services.accounts import within_delegation
from record.accounts.services.sign_in import FACTOR_SHOWN, SEEN_AT, sign_out
from trial_edc import clock
from trial_edc.requirements import implements

TOUCHED_EVERY_SECONDS = 60
UNAUTHORIZED = 401
# Where somebody may go who must first set a new password.
OPEN_BEFORE_CHANGE = (
    "accounts:change_password",
    "accounts:keep_alive",
    "accounts:sign_out",
    "set_language",
)
OPEN_BEFORE_ENROLMENT = ("accounts:second_factor",)


@implements("ACC-02", "ACC-08", "ACC-10", "ACC-11", "ACC-14")
class SessionRulesMiddleware:
    """Ends idle and withdrawn sessions; asks for a new password where it is due."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Apply the rules, then send a person without a session to sign in."""
        user = request.user
        why = self._end_where_due(request, user) if isinstance(user, User) else ""
        response = self.get_response(request)
        anonymous = not request.user.is_authenticated
        if anonymous and _leads_to_sign_in(response):
            return _to_sign_in(request, why)
        if not anonymous and "Cache-Control" not in response.headers:
            # The next person at this computer must not find the page with "Back".
            patch_cache_control(response, private=True, no_store=True)
        return response

    def process_view(
        self, request: HttpRequest, *_view: Any
    ) -> HttpResponseBase | None:
        """Hold somebody at the password page, then at that of the second factor."""
        user = request.user
        if not isinstance(user, User):
            return None
        here = request.resolver_match.view_name if request.resolver_match else ""
        if here in OPEN_BEFORE_CHANGE:
            return None
        if _must_change(user):
            return redirect("accounts:change_password")
        if _must_enrol(request, user) and here not in OPEN_BEFORE_ENROLMENT:
            return redirect("accounts:second_factor")
        return None

    def _end_where_due(self, request: HttpRequest, user: User) -> str:
        seconds = int(clock.now().timestamp())
        idle_seconds = seconds - request.session.get(SEEN_AT, 0)
        if (
            SEEN_AT in request.session
            and idle_seconds >= 60 * settings.IDLE_LIMIT_MINUTES
        ):
            return _ended(request, "idle")
        if not within_delegation(user):
            return _ended(request, "delegation")
        if idle_seconds >= TOUCHED_EVERY_SECONDS and not _runs_by_itself(request):
            request.session[SEEN_AT] = seconds
        return ""


def seconds_left(request: HttpRequest) -> int:
    """Return after how many seconds without activity the session will end."""
    now = int(clock.now().timestamp())
    seen_at: int = request.session.get(SEEN_AT, now)
    limit_seconds: int = 60 * settings.IDLE_LIMIT_MINUTES
    return seen_at + limit_seconds - now


def _must_change(user: User) -> bool:
    if user.must_change_password:
        return True
    age = timedelta(days=settings.PASSWORD_AGE_DAYS)
    return bool(
        age and user.password_set_at and user.password_set_at + age < clock.now()
    )


@implements("ACC-15")
def _must_enrol(request: HttpRequest, user: User) -> bool:
    """Tell whether the role asks for a second factor that was not shown."""
    asked = user.role in settings.SECOND_FACTOR_ROLES
    return asked and not request.session.get(FACTOR_SHOWN)


def _runs_by_itself(request: HttpRequest) -> bool:
    """Tell whether a script asked, such as a progress bar, and no person."""
    return "X-Background" in request.headers


def _ended(request: Any, why: str) -> str:
    sign_out(request, deed="session_ended", why=why)
    return why


def _leads_to_sign_in(response: HttpResponseBase) -> bool:
    """Tell whether a page was refused to somebody without a session."""
    there = urlsplit(response.headers.get("Location", ""))
    return there.path == reverse(settings.LOGIN_URL) and "next=" in there.query


def _to_sign_in(request: HttpRequest, why: str) -> HttpResponse:
    """Redirect, also from a partial request, and come back to the same page."""
    query = {"next": _page_of(request)} | ({"ended": why} if why else {})
    address = f"{reverse(settings.LOGIN_URL)}?{urlencode(query)}"
    if "HX-Request" in request.headers:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    if _runs_by_itself(request):
        return JsonResponse({"sign_in": address}, status=UNAUTHORIZED)
    return redirect(address)


def _page_of(request: HttpRequest) -> str:
    """Return the page that the person sees: what was asked, or where a form stood."""
    here = request.get_full_path()
    in_part = "HX-Request" in request.headers or _runs_by_itself(request)
    if request.method in ("GET", "HEAD") and not in_part:
        return here
    seen = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(seen, {request.get_host()}):
        return here
    parts = urlsplit(seen)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
