"""Pages of the administrators: accounts and the history of sign-ins."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from record.accounts import selectors
from record.accounts.access import StaffRequest, permitted
from record.accounts.filters import SignInFilters
from record.accounts.forms import AccountForm, NewAccountForm, ReasonForm, RoleForm
from record.accounts.models import User
from record.accounts.roles import Permission
from record.accounts.services import accounts as services
from record.accounts.services import second_factor
from record.accounts.tables import AccountTable, SignInTable
from record.audit.models import Entry

# The acts that ask for a reason, and what they say when they are done.
REASONED_ACTS = {
    "deactivate": gettext_lazy("The account is closed."),
    "reactivate": gettext_lazy(
        "The account is open again. A link for a password goes out by e-mail."
    ),
    "reset_password": gettext_lazy("A link for a new password goes out by e-mail."),
    "revoke_second_factor": gettext_lazy("The second factor is revoked."),
}


@permitted(Permission.MANAGE_USERS)
def users(request: StaffRequest) -> HttpResponse:
    context = {
        "table": AccountTable(selectors.accounts(), request),
        "locked": selectors.locked_usernames(),
    }
    return render(request, "record/accounts/users.html", context)


@permitted(Permission.MANAGE_USERS)
def add(request: StaffRequest) -> HttpResponse:
    form = NewAccountForm(request.POST or None)
    if form.is_valid():
        change = partial(
            services.create_account,
            by=request.user,
            with_link=True,
            **form.cleaned_data,
        )
        done = _("The account is open. A link for a password goes out by e-mail.")
        if _save(request, form, change, done):
            return redirect("accounts:users")
    return render(request, "record/accounts/add.html", {"form": form})


@permitted(Permission.MANAGE_USERS)
def edit(request: StaffRequest, user_id: int) -> HttpResponse:
    user = get_object_or_404(selectors.accounts(), pk=user_id)
    form = AccountForm(request.POST or None, instance=user)
    if form.is_valid():
        changed = {name: form.cleaned_data[name] for name in form.changed_data}
        change = partial(services.change_details, user=user, by=request.user)
        if _save(request, form, partial(change, details=changed), _("Saved.")):
            return redirect("accounts:edit", user.pk)
    return _account_page(request, user, details=form)


@permitted(Permission.MANAGE_USERS)
@require_POST
def set_role(request: StaffRequest, user_id: int) -> HttpResponse:
    user = get_object_or_404(selectors.accounts(), pk=user_id)
    form = RoleForm(user, request.POST, auto_id="set_role_%s")
    if form.is_valid():
        change = partial(services.set_role, user=user, by=request.user)
        done = _("The role is changed.")
        if _save(request, form, partial(change, **form.cleaned_data), done):
            return redirect("accounts:edit", user.pk)
    return _account_page(request, user, sent={"set_role": form})


@permitted(Permission.MANAGE_USERS)
@require_POST
def deactivate(request: StaffRequest, user_id: int) -> HttpResponse:
    user = get_object_or_404(selectors.accounts().filter(is_active=True), pk=user_id)
    change = partial(services.deactivate, user=user, by=request.user)
    return _save_with_reason(request, user, "deactivate", change)


@permitted(Permission.MANAGE_USERS)
@require_POST
def reactivate(request: StaffRequest, user_id: int) -> HttpResponse:
    user = get_object_or_404(selectors.accounts().filter(is_active=False), pk=user_id)
    change = partial(services.reactivate, user=user, by=request.user)
    return _save_with_reason(request, user, "reactivate", change)


@permitted(Permission.MANAGE_USERS)
@require_POST
def reset_password(request: StaffRequest, user_id: int) -> HttpResponse:
    user = get_object_or_404(selectors.accounts().filter(is_active=True), pk=user_id)
    change = partial(services.reset_password, user=user, by=request.user)
    return _save_with_reason(request, user, "reset_password", change)


@permitted(Permission.MANAGE_USERS)
@require_POST
def revoke_second_factor(request: StaffRequest, user_id: int) -> HttpResponse:
    user = get_object_or_404(selectors.accounts(), pk=user_id)
    change = partial(second_factor.revoke, user=user, by=request.user)
    return _save_with_reason(request, user, "revoke_second_factor", change)


@permitted(Permission.MANAGE_USERS)
@require_POST
def unlock(request: StaffRequest, user_id: int) -> HttpResponse:
    user = get_object_or_404(selectors.accounts(), pk=user_id)
    services.unlock(user=user, by=request.user)
    messages.success(request, _("%s may try again.") % user.username)
    return redirect("accounts:edit", user.pk)


@permitted(Permission.MANAGE_USERS)
def sign_in_history(request: StaffRequest) -> HttpResponse:
    filters = SignInFilters(request.GET, selectors.sign_ins(), request=request)
    table = SignInTable(filters.qs, request, lines_of=_sign_in_events)
    context = {"form": filters.form, "table": table}
    return render(request, "record/accounts/sign_in_history.html", context)


def _sign_in_events(entries: list[Entry]) -> list[selectors.SignInEvent]:
    return [selectors.SignInEvent(entry) for entry in entries]


def _save_with_reason(
    request: StaffRequest, user: User, act: str, change: Callable[..., object]
) -> HttpResponse:
    form = ReasonForm(request.POST, auto_id=f"{act}_%s")
    if form.is_valid():
        change = partial(change, **form.cleaned_data)
        if _save(request, form, change, REASONED_ACTS[act]):
            return redirect("accounts:edit", user.pk)
    return _account_page(request, user, sent={act: form})


def _save(
    request: StaffRequest, form: BaseForm, change: Callable[[], object], done: object
) -> bool:
    """Save and say what was done; a refusal becomes an error of the form."""
    try:
        change()
    except services.AccountRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, str(done))
    return True


def _account_page(
    request: StaffRequest,
    user: User,
    *,
    details: AccountForm | None = None,
    sent: Mapping[str, BaseForm] = MappingProxyType({}),
) -> HttpResponse:
    """Show an account; what was `sent` and not done stands at its own act."""
    acts = {act: ReasonForm(auto_id=f"{act}_%s") for act in REASONED_ACTS}
    context = {
        "account": user,
        "form": details or AccountForm(instance=user),
        "acts": {"set_role": RoleForm(user, auto_id="set_role_%s"), **acts, **sent},
        "locked": selectors.locked_usernames(),
        "history": selectors.history_of(user),
        "has_second_factor": selectors.has_second_factor(user),
    }
    return render(request, "record/accounts/edit.html", context)
