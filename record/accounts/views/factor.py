"""The second factor: enrolment, the second step of signing in, recovery."""

from functools import partial

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from record.accounts.access import StaffRequest
from record.accounts.forms import (
    EnrolForm,
    RecoverForm,
    SecondFactorForm,
    SignatureForm,
)
from record.accounts.models import User
from record.accounts.problems import AccountRefused
from record.accounts.selectors import passkeys_of
from record.accounts.services import second_factor as service
from record.accounts.services.sign_in import (
    FACTOR_SHOWN,
    SignInRefused,
    finish_sign_in,
    pending_user,
    recover,
)
from record.accounts.views.session import (
    next_page_of,
    redirect_after_sign_in,
    too_many_tries,
)
from record.audit.floods import TooManyTries

VERIFY_PAGE = "record/accounts/verify.html"
RECOVER_PAGE = "record/accounts/recover.html"


@login_not_required
@sensitive_post_parameters("code")
@never_cache
def verify(request: HttpRequest) -> HttpResponse:
    if isinstance(request.user, User):
        return redirect(next_page_of(request, request.user))
    pending = pending_user(request)
    if pending is None:
        return redirect("accounts:sign_in")
    form = SecondFactorForm(pending, request.POST or None)
    if form.is_valid():
        try:
            user = finish_sign_in(request, **form.cleaned_data)
        except SignInRefused as refusal:
            form.add_error("code", str(refusal))
        except TooManyTries as problem:
            return too_many_tries(
                form, problem, partial(_render_step, request, VERIFY_PAGE)
            )
        else:
            _show_codes_left(request, user)
            return redirect_after_sign_in(request, user)
    return _render_step(request, VERIFY_PAGE, form)


@login_not_required
@sensitive_post_parameters("password", "code")
@never_cache
def recover_access(request: HttpRequest) -> HttpResponse:
    if isinstance(request.user, User):
        return redirect(next_page_of(request, request.user))
    form = RecoverForm(request.POST or None)
    if form.is_valid():
        try:
            user = recover(request, **form.cleaned_data)
        except SignInRefused as refusal:
            form.add_error(None, str(refusal))
        except TooManyTries as problem:
            return too_many_tries(
                form, problem, partial(_render_step, request, RECOVER_PAGE)
            )
        else:
            _show_codes_left(request, user)
            return redirect_after_sign_in(request, user)
    return _render_step(request, RECOVER_PAGE, form)


def _render_step(
    request: HttpRequest, template: str, form: SecondFactorForm | RecoverForm
) -> HttpResponse:
    next_page = request.POST.get("next") or request.GET.get("next", "")
    return render(request, template, {"form": form, "next": next_page})


def _show_codes_left(request: HttpRequest, user: User) -> None:
    count = service.recovery_codes_left(user)
    if count < service.CODES:
        message = ngettext(
            "%(left)s recovery code is left.",
            "%(left)s recovery codes are left.",
            count,
        )
        messages.info(request, message % {"left": count})


@sensitive_post_parameters()
@never_cache
def second_factor(request: StaffRequest) -> HttpResponse:
    act = request.POST.get("act", "")
    begin = _begin(request) if act == "begin" else SignatureForm(request)
    secret = request.session.get(service.NEW_SECRET) if act else None
    enrol = EnrolForm(request.POST if act == "enrol" and secret else None)
    identity = SignatureForm(request, request.POST if act == "codes" else None)
    codes: list[str] = []
    if enrol.is_valid():
        codes = _enrol(request, enrol, str(secret))
    elif identity.is_valid():
        codes = service.make_recovery_codes(user=request.user, proof=identity.proof)
    is_enrolling = secret is not None and not codes and act in ("begin", "enrol")
    is_enrolling = is_enrolling and not begin.errors
    context = {
        "factor": service.factor_of(request.user),
        "left": service.recovery_codes_left(request.user),
        "codes": codes,
        "enrol": enrol if is_enrolling else None,
        "secret": secret,
        "qr": service.qr_code(str(secret), request.user) if is_enrolling else "",
        "identity": identity,
        "begin": begin,
        "passkeys": passkeys_of(request.user),
    }
    return render(request, "record/accounts/second_factor.html", context)


def _begin(request: StaffRequest) -> SignatureForm:
    """Begin to enrol an app; who has a passkey shows it first."""
    if not passkeys_of(request.user).exists():
        service.begin_enrolment(request.session, user=request.user)
        return SignatureForm(request)
    form = SignatureForm(request, request.POST)
    if form.is_valid():
        user = request.user
        service.begin_enrolment(request.session, user=user, proof=form.proof)
    return form


def _enrol(request: StaffRequest, form: EnrolForm, secret: str) -> list[str]:
    code = form.cleaned_data["code"]
    try:
        codes = service.enrol(user=request.user, secret=secret, code=code)
    except AccountRefused as problem:
        form.add_error("code", str(problem))
        return []
    del request.session[service.NEW_SECRET]
    update_session_auth_hash(request, request.user)
    request.session[FACTOR_SHOWN] = True
    messages.success(request, _("The second factor is in use."))
    return codes
