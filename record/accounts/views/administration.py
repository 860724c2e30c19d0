"""Pages of the administrators: accounts and the history of sign-ins."""

from collections.abc import Callable, Mapping, Sequence
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
from record.accounts.models import AccountProposal, User
from record.accounts.problems import AccountRefused
from record.accounts.roles import Permission
from record.accounts.rules import is_guarded
from record.accounts.services import accounts as services
from record.accounts.tables import AccountTable, SignInTable
from record.audit.models import Entry

# The acts that ask for a reason: the service, and what it says when it is done.
REASONED_ACTS = {
    "deactivate": (services.deactivate, gettext_lazy("The account is closed.")),
    "reactivate": (
        services.reactivate,
        gettext_lazy(
            "The account is open again. A link for a password goes out by e-mail."
        ),
    ),
    "reset_password": (
        services.reset_password,
        gettext_lazy("A link for a new password goes out by e-mail."),
    ),
    "revoke_second_factor": (
        services.revoke_second_factor,
        gettext_lazy("The second factor is revoked."),
    ),
}
WAITS = gettext_lazy(
    "A second person has to approve it: another administrator or the principal "
    "investigator. They are told by e-mail."
)
Change = Callable[..., AccountProposal | Sequence[AccountProposal] | User | None]


@permitted(Permission.MANAGE_USERS)
def users(request: StaffRequest) -> HttpResponse:
    context = {
        "table": AccountTable(selectors.accounts(), request),
        "locked": selectors.locked_usernames(),
        "waiting": selectors.waiting_proposals().count(),
    }
    return render(request, "record/accounts/users.html", context)


@permitted(Permission.MANAGE_USERS)
def add(request: StaffRequest) -> HttpResponse:
    form = NewAccountForm(request.POST or None)
    if form.is_valid():
        change = partial(services.create_account, with_link=True, **form.cleaned_data)
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
        change = partial(_of(services.change_details, request, user), details=changed)
        if _save(request, form, change, _("Saved.")):
            return redirect("accounts:edit", user.pk)
    return _account_page(request, user.pk, details=form)


@permitted(Permission.MANAGE_USERS)
@require_POST
def set_role(request: StaffRequest, user_id: int) -> HttpResponse:
    user = get_object_or_404(selectors.accounts(), pk=user_id)
    form = RoleForm(user, request.POST, auto_id="set_role_%s")
    if form.is_valid():
        change = partial(_of(services.set_role, request, user), **form.cleaned_data)
        if _save(request, form, change, _("The role is changed.")):
            return redirect("accounts:edit", user.pk)
    return _account_page(request, user.pk, sent={"set_role": form})


@permitted(Permission.MANAGE_USERS)
@require_POST
def deactivate(request: StaffRequest, user_id: int) -> HttpResponse:
    user = get_object_or_404(selectors.accounts().filter(is_active=True), pk=user_id)
    return _act_with_reason(request, user, "deactivate")


@permitted(Permission.MANAGE_USERS)
@require_POST
def reactivate(request: StaffRequest, user_id: int) -> HttpResponse:
    user = get_object_or_404(selectors.accounts().filter(is_active=False), pk=user_id)
    return _act_with_reason(request, user, "reactivate")


@permitted(Permission.MANAGE_USERS)
@require_POST
def reset_password(request: StaffRequest, user_id: int) -> HttpResponse:
    user = get_object_or_404(selectors.accounts().filter(is_active=True), pk=user_id)
    return _act_with_reason(request, user, "reset_password")


@permitted(Permission.MANAGE_USERS)
@require_POST
def revoke_second_factor(request: StaffRequest, user_id: int) -> HttpResponse:
    user = get_object_or_404(selectors.accounts(), pk=user_id)
    return _act_with_reason(request, user, "revoke_second_factor")


@permitted(Permission.MANAGE_USERS)
@require_POST
def unlock(request: StaffRequest, user_id: int) -> HttpResponse:
    user = get_object_or_404(selectors.accounts(), pk=user_id)
    try:
        proposal = services.unlock(user=user, by=request.user)
    except AccountRefused as refusal:
        messages.error(request, str(refusal))
    else:
        done = _("%s may try again.") % user.username
        messages.success(request, str(WAITS) if proposal else done)
    return redirect("accounts:edit", user.pk)


@permitted(Permission.MANAGE_USERS)
def sign_in_history(request: StaffRequest) -> HttpResponse:
    filters = SignInFilters(request.GET, selectors.sign_ins(), request=request)
    table = SignInTable(filters.qs, request, lines_of=_sign_in_events)
    context = {"form": filters.form, "table": table}
    return render(request, "record/accounts/sign_in_history.html", context)


def _sign_in_events(entries: list[Entry]) -> list[selectors.SignInEvent]:
    return [selectors.SignInEvent(entry) for entry in entries]


def _act_with_reason(request: StaffRequest, user: User, act: str) -> HttpResponse:
    service, done = REASONED_ACTS[act]
    form = ReasonForm(request.POST, auto_id=f"{act}_%s")
    if form.is_valid():
        change = partial(_of(service, request, user), **form.cleaned_data)
        if _save(request, form, change, done):
            return redirect("accounts:edit", user.pk)
    return _account_page(request, user.pk, sent={act: form})


def _of(service: Change, request: StaffRequest, user: User) -> Change:
    """Name the account and what its page showed."""
    return partial(service, user=user, shown=request.POST.get("shown"))


def _save(request: StaffRequest, form: BaseForm, change: Change, done: object) -> bool:
    """Save and say what was done; a refusal becomes an error of the form."""
    try:
        result = change(by=request.user)
    except AccountRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    waits = result if isinstance(result, list) else selectors.waits(result)
    messages.success(request, str(WAITS if waits else done))
    return True


def _account_page(
    request: StaffRequest,
    user_id: int,
    *,
    details: AccountForm | None = None,
    sent: Mapping[str, BaseForm] = MappingProxyType({}),
) -> HttpResponse:
    """Show an account; what was `sent` and not done stands at its own act."""
    user = get_object_or_404(selectors.accounts(), pk=user_id)
    acts = {act: ReasonForm(auto_id=f"{act}_%s") for act in REASONED_ACTS}
    context = {
        "account": user,
        "form": details or AccountForm(instance=user),
        "acts": {"set_role": RoleForm(user, auto_id="set_role_%s"), **acts, **sent},
        "locked": selectors.locked_usernames(),
        "history": selectors.history_of(user),
        "has_second_factor": selectors.has_second_factor(user),
        "passkeys": selectors.passkeys_of(user),
        "is_signer": selectors.is_signer(user),
        "acknowledgements": selectors.acknowledgements_of(user),
        "takes_two": is_guarded(user.role),
        "proposals": selectors.proposed_changes(
            selectors.waiting_proposals().filter(user=user)
        ),
    }
    return render(request, "record/accounts/edit.html", context)
