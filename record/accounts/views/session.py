"""Pages of everybody: sign-in and sign-out, password, preferences."""

from collections.abc import Callable
from functools import partial
from math import ceil
from typing import Any, TypeVar

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import PasswordResetConfirmView
from django.forms import Form
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from record.accounts import selectors
from record.accounts.access import StaffRequest
from record.accounts.forms import (
    ChangePasswordForm,
    PreferencesForm,
    SignInForm,
)
from record.accounts.middleware import seconds_left
from record.accounts.models import User
from record.accounts.problems import AccountRefused
from record.accounts.services import accounts as services
from record.accounts.services.sign_in import (
    SecondFactorNeeded,
    SignInRefused,
    is_own_password,
    sign_in,
    sign_out,
)
from record.accounts.services.strangers import remember_browser
from record.accounts.sessions import SEEN_AT, open_sessions
from record.audit.floods import TooManyTries
from trial_edc import clock
from trial_edc.context import THEME_COOKIE, page_for
from trial_edc.pages import own_page

AnyForm = TypeVar("AnyForm", bound=Form)
YEAR_SECONDS = 365 * 24 * 60 * 60
TOO_MANY_TRIES = 429
# Why a session ended, on the sign-in page.
END_REASONS = {
    "idle": gettext_lazy(
        "You were signed out after a time without activity. Sign in to go on where "
        "you were; what you typed in a form is kept."
    ),
    "delegation": gettext_lazy("Your delegation has ended."),
    "left": gettext_lazy("You are signed out."),
}


@login_not_required
@sensitive_post_parameters("password")
@never_cache
def sign_in_page(request: HttpRequest) -> HttpResponse:
    if isinstance(request.user, User):
        return redirect(next_page_of(request, request.user))
    form = SignInForm(request.POST or None)
    if form.is_valid():
        try:
            user = sign_in(request, **form.cleaned_data)
        except SignInRefused as refusal:
            form.add_error(None, str(refusal))
        except TooManyTries as problem:
            return too_many_tries(form, problem, partial(_render_sign_in, request))
        except SecondFactorNeeded:
            query = urlencode({"next": request.POST.get("next", "")})
            return redirect(f"{reverse('accounts:verify')}?{query}")
        else:
            return redirect_after_sign_in(request, user)
    return _render_sign_in(request, form)


def redirect_after_sign_in(request: HttpRequest, user: User) -> HttpResponse:
    response = redirect(next_page_of(request, user))
    remember_browser(request, response)
    return _in_language(response, user.language)


def too_many_tries(
    form: AnyForm, problem: TooManyTries, render_form: Callable[[AnyForm], HttpResponse]
) -> HttpResponse:
    text = _(
        "Too many tries came from your network, or from everywhere. This one was not "
        "looked at. Try again in %(minutes)s minutes, or in a browser in which you "
        "signed in before."
    )
    form.add_error(None, text % {"minutes": ceil(problem.seconds / 60)})
    response = render_form(form)
    response.status_code = TOO_MANY_TRIES
    response["Retry-After"] = str(problem.seconds)
    return response


def locked_out(
    request: HttpRequest,
    _response: HttpResponse | None = None,
    _credentials: dict[str, Any] | None = None,
) -> HttpResponse:
    if request.user.is_authenticated:
        sign_out(request, act_name="session_ended", reason="locked")  # type: ignore[arg-type]
    form = SignInForm(initial={"username": request.POST.get("username", "")})
    minutes = services.lock_minutes()
    form.cleaned_data = {}
    form.add_error(
        None,
        _(
            "Too many tries. This account is locked for %(minutes)s minutes; the "
            "administrators know. Wait, or call them."
        )
        % {"minutes": minutes},
    )
    response = _render_sign_in(request, form, status=TOO_MANY_TRIES)
    response["Retry-After"] = str(60 * minutes)
    response["HX-Redirect"] = reverse(settings.LOGIN_URL)
    return response


@require_POST
def end_session(request: StaffRequest) -> HttpResponse:
    sign_out(request)
    query = urlencode({"ended": "left"})
    return redirect(f"{reverse(settings.LOGIN_URL)}?{query}")


@sensitive_post_parameters()
@never_cache
def change_password(request: StaffRequest) -> HttpResponse:
    is_own = partial(is_own_password, request, username=request.user.username)
    form = ChangePasswordForm(
        request.user, request.POST or None, is_own_password=is_own
    )
    if form.is_valid():
        try:
            form.save()
        except AccountRefused as problem:
            form.add_error(None, str(problem))
        else:
            update_session_auth_hash(request, request.user)
            messages.success(request, _("Your password is changed."))
            return redirect(next_page_of(request, request.user))
    return render(request, "record/accounts/change_password.html", {"form": form})


class SetPassword(PasswordResetConfirmView):
    """The page behind the link that lets a person set a password, once."""

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return super().form_valid(form)
        except AccountRefused as problem:
            form.add_error(None, str(problem))
            return self.form_invalid(form)


def preferences(request: StaffRequest) -> HttpResponse:
    current = {
        "language": get_language(),
        "theme": request.COOKIES.get(THEME_COOKIE, ""),
        "morning_mail": request.user.morning_mail,
    }
    form = PreferencesForm(current | request.POST.dict() if request.POST else None)
    form.initial = current
    if form.is_valid():
        language = form.cleaned_data["language"]
        morning_mail = form.cleaned_data["morning_mail"]
        services.set_preferences(
            user=request.user, language=language, morning_mail=morning_mail
        )
        response = redirect(next_page_of(request, request.user, "accounts:preferences"))
        _set_cookie(response, THEME_COOKIE, form.cleaned_data["theme"])
        return _in_language(response, language)
    context = {
        "form": form,
        "open_sessions": open_sessions(request.user),
        "is_signer": selectors.is_signer(request.user),
        "may_acknowledge": True,
        "acknowledgements": selectors.acknowledgements_of(request.user),
    }
    return render(request, "record/accounts/preferences.html", context)


@never_cache
def keep_alive(request: StaffRequest) -> JsonResponse:
    """Answer how long the session lasts, and its token; a POST prolongs it."""
    if request.method == "POST":
        request.session[SEEN_AT] = int(clock.now().timestamp())
    return JsonResponse(
        {"seconds_left": seconds_left(request), "token": get_token(request)}
    )


def _render_sign_in(
    request: HttpRequest, form: SignInForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "end_reason": END_REASONS.get(request.GET.get("ended", ""), ""),
        "support_contact": settings.SUPPORT_CONTACT,
        "demo_users": selectors.demo_users(),
        "demo_password": settings.DEMO_PASSWORD,
    }
    return render(request, "record/accounts/sign_in.html", context, status=status)


def next_page_of(request: HttpRequest, user: User, otherwise: str = "") -> str:
    """Choose the page to go to: the requested one if it is ours, else the start."""
    requested = request.POST.get("next") or request.GET.get("next", "")
    if address := own_page(requested):
        return address
    start = page_for(user, otherwise or settings.LOGIN_REDIRECT_URL)
    return start or resolve_url("accounts:preferences")


def _in_language(response: HttpResponseRedirect, language: str) -> HttpResponseRedirect:
    if language:
        _set_cookie(response, settings.LANGUAGE_COOKIE_NAME, language)
    return response


def _set_cookie(response: HttpResponseBase, name: str, value: str) -> None:
    if not value:
        response.delete_cookie(name, samesite="Lax")
        return
    response.set_cookie(
        name,
        value,
        max_age=YEAR_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
