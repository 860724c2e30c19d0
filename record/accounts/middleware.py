"""The rules of a session, applied to every request."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.messages import constants, get_messages
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
from record.accounts.services.sign_in import FACTOR_SHOWN, sign_out
from record.accounts.sessions import SEEN_AT, idle_at
from trial_edc import clock
from trial_edc.requirements import implements

ACTIVITY_NOTED_EVERY_SECONDS = 60
UNAUTHORIZED, NO_CONTENT = 401, 204
TYPED_BY = "X-Typed-By"  # the person whose page a script sends something from
# Where somebody may go who must first set a new password.
OPEN_BEFORE_CHANGE = (
    "accounts:change_password",
    "accounts:keep_alive",
    "accounts:sign_out",
    "set_language",
)
OPEN_BEFORE_ENROLMENT = (
    "accounts:second_factor",
    "accounts:passkeys",
    "accounts:new_passkey",
)


class HealthCheckMiddleware:
    """Takes whoever asks whether the database is there for nobody: it knows them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == reverse("healthz"):
            request.COOKIES.clear()
        return self.get_response(request)


@implements("ACC-02", "ACC-08", "ACC-10", "ACC-11", "ACC-14")
class SessionRulesMiddleware:
    """Ends idle and withdrawn sessions; asks for a new password where it is due."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        reason = self._end_where_due(request, user) if isinstance(user, User) else ""
        if _is_typed(request) and str(request.user.pk) != request.headers[TYPED_BY]:
            return _not_by_its_author(request, reason)
        response = self.get_response(request)
        anonymous = not request.user.is_authenticated
        if anonymous and _leads_to_sign_in(response):
            return _to_sign_in(request, reason)
        if not anonymous and "Cache-Control" not in response.headers:
            # The next person at this computer must not find the page with "Back".
            patch_cache_control(response, private=True, no_store=True)
        return _for_script(request, response) if _is_typed(request) else response

    def process_view(
        self, request: HttpRequest, *_view: Any
    ) -> HttpResponseBase | None:
        """Require a new password where it is due, then the second factor."""
        user = request.user
        if not isinstance(user, User):
            return None
        view_name = request.resolver_match.view_name if request.resolver_match else ""
        if view_name in OPEN_BEFORE_CHANGE:
            return None
        if _must_change(user):
            return _elsewhere(request, "accounts:change_password")
        if _must_enrol(request, user) and view_name not in OPEN_BEFORE_ENROLMENT:
            return _elsewhere(request, "accounts:second_factor")
        return None

    def _end_where_due(self, request: HttpRequest, user: User) -> str:
        seconds = int(clock.now().timestamp())
        idle_seconds = seconds - request.session.get(SEEN_AT, 0)
        if SEEN_AT in request.session and seconds_left(request) <= 0:
            return _end_session(request, "idle")
        if not within_delegation(user):
            return _end_session(request, "delegation")
        if idle_seconds >= ACTIVITY_NOTED_EVERY_SECONDS and not _is_background(request):
            request.session[SEEN_AT] = seconds
        return ""


def seconds_left(request: HttpRequest) -> int:
    return idle_at(request.session) - int(clock.now().timestamp())


def _must_change(user: User) -> bool:
    if user.must_change_password:
        return True
    age = timedelta(days=settings.PASSWORD_AGE_DAYS)
    return bool(
        age and user.password_set_at and user.password_set_at + age < clock.now()
    )


@implements("ACC-15")
def _must_enrol(request: HttpRequest, user: User) -> bool:
    is_required = user.role in settings.SECOND_FACTOR_ROLES
    return is_required and not request.session.get(FACTOR_SHOWN)


def _is_background(request: HttpRequest) -> bool:
    """Recognize a request of a script such as a progress bar, not of a person."""
    return "X-Background" in request.headers


def _is_typed(request: HttpRequest) -> bool:
    return TYPED_BY in request.headers


def _not_by_its_author(request: HttpRequest, reason: str) -> HttpResponse:
    """Refuse before anything else what somebody typed who is not signed in any more."""
    if not request.user.is_authenticated:
        return _to_sign_in(request, reason)
    name = str(request.user)
    return JsonResponse({"signed_in_as": name}, status=UNAUTHORIZED)


def _elsewhere(request: HttpRequest, page: str) -> HttpResponse:
    if _is_typed(request):
        return JsonResponse({"sign_in": reverse(page)}, status=UNAUTHORIZED)
    return redirect(page)


@implements("ACC-14")
def _for_script(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Let a script tell a stored text from another one before it leaves the page.

    Followed by the script, a redirect would use up the messages of the next page.
    """
    target = response.headers.get("Location")
    if target is None:
        return response
    answer = HttpResponse(status=NO_CONTENT, headers={"X-Location": target})
    answer.cookies = response.cookies
    if any(message.level >= constants.ERROR for message in get_messages(request)):
        answer.headers["X-Not-Stored"] = "1"
    return answer


def _end_session(request: Any, reason: str) -> str:
    sign_out(request, act_name="session_ended", reason=reason)
    return reason


def _leads_to_sign_in(response: HttpResponseBase) -> bool:
    target = urlsplit(response.headers.get("Location", ""))
    return target.path == reverse(settings.LOGIN_URL) and "next=" in target.query


def _to_sign_in(request: HttpRequest, reason: str) -> HttpResponse:
    query = {"next": _visible_page(request)} | ({"ended": reason} if reason else {})
    address = f"{reverse(settings.LOGIN_URL)}?{urlencode(query)}"
    if "HX-Request" in request.headers and not _is_typed(request):
        return HttpResponse(status=NO_CONTENT, headers={"HX-Redirect": address})
    if _is_background(request) or _is_typed(request):
        return JsonResponse({"sign_in": address}, status=UNAUTHORIZED)
    return redirect(address)


def _visible_page(request: HttpRequest) -> str:
    requested = request.get_full_path()
    is_partial = "HX-Request" in request.headers or _is_background(request)
    if request.method in ("GET", "HEAD") and not is_partial:
        return requested
    visible = request.headers.get("HX-Current-URL") or request.headers.get(
        "Referer", ""
    )
    if not url_has_allowed_host_and_scheme(visible, {request.get_host()}):
        return requested
    parts = urlsplit(visible)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
