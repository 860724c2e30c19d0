"""Passkeys of the person who is signed in, and the challenges that they answer."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from record.accounts.access import StaffRequest
from record.accounts.forms import PasskeyForm, SignatureForm
from record.accounts.models import User
from record.accounts.problems import AccountRefused
from record.accounts.selectors import passkeys_of
from record.accounts.services import passkeys as service
from record.accounts.services.sign_in import FACTOR_SHOWN, pending_user

JSON = "application/json"


@sensitive_post_parameters()
@never_cache
def passkeys(request: StaffRequest) -> HttpResponse:
    form = PasskeyForm(request, request.POST or None)
    codes = _register(request, form) if form.is_valid() else None
    if codes == []:
        return redirect("accounts:passkeys")
    context = {
        "form": form,
        "codes": codes,
        "passkeys": passkeys_of(request.user),
        "site": service.site_origin(),
    }
    return render(request, "record/accounts/passkeys.html", context)


def _register(request: StaffRequest, form: PasskeyForm) -> list[str] | None:
    """Recovery codes to be shown once; None where it was refused."""
    name, answer = form.cleaned_data["name"], form.cleaned_data["answer"]
    try:
        codes = service.register(
            request.session,
            user=request.user,
            name=name,
            answer=service.PasskeyAnswer(answer),
            proof=form.proof,
        )
    except AccountRefused as problem:
        form.add_error(None, str(problem))
        return None
    update_session_auth_hash(request, request.user)
    request.session[FACTOR_SHOWN] = True
    messages.success(request, _("The passkey is in use."))
    return codes


@sensitive_post_parameters()
@never_cache
def remove_passkey(request: StaffRequest, passkey_id: int) -> HttpResponse:
    passkey = get_object_or_404(passkeys_of(request.user), pk=passkey_id)
    form = SignatureForm(request, request.POST or None)
    if form.is_valid():
        try:
            service.remove(passkey.pk, user=request.user, proof=form.proof)
        except AccountRefused as problem:
            form.add_error(None, str(problem))
        else:
            update_session_auth_hash(request, request.user)
            messages.success(request, _("The passkey is removed."))
            return redirect("accounts:passkeys")
    context = {"form": form, "passkey": passkey}
    return render(request, "record/accounts/remove_passkey.html", context)


@never_cache
@require_POST
def new_passkey(request: StaffRequest) -> HttpResponse:
    """The challenge for a passkey to be made, as JSON for the browser."""
    options = service.options_for_new(request.session, request.user)
    return HttpResponse(options, content_type=JSON)


@login_not_required
@never_cache
def own_passkey(request: HttpRequest) -> HttpResponse:
    """The challenge for a passkey, of who is signed in or has given the password."""
    user = request.user if isinstance(request.user, User) else pending_user(request)
    if user is None:
        return redirect("accounts:sign_in")
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not passkeys_of(user).exists():
        raise Http404
    options = service.options_for_own(request.session, user)
    return HttpResponse(options, content_type=JSON)
