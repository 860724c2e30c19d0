"""The lock of the database: its report, the two who agree, the lines of a check."""

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from record.lock.forms import ClosingForm, ConfirmLockForm, ProposeLockForm, ScopeForm
from record.lock.models import LockProposal
from record.lock.page import LockPage, stored_checks
from record.lock.problems import LockRefused
from record.lock.readiness import CheckResult, checks
from record.lock.scope import plan_for
from record.lock.services import closing
from record.lock.services import database as services
from trial_edc.pages import act_or_report, refuse


@permitted(Permission.LOCK_DATABASE)
@sensitive_post_parameters("password")
@never_cache
def database(request: StaffRequest) -> HttpResponse:
    page = LockPage(request, request.user)
    if page.is_outdated:
        problem = _(
            "The lock stands otherwise by now; nothing was done. Read it again."
        )
        refuse(request, problem, page.typed_words)
        return redirect("lock:database")
    form = page.form
    if form is not None and form.is_valid():
        try:
            _act(page, request)
        except LockRefused as problem:
            form.add_error(None, str(problem))
        else:
            return redirect("lock:database")
    failed = form is not None and form.is_bound
    status = HTTPStatus.BAD_REQUEST if failed else HTTPStatus.OK
    context = {"page": page, "form": form}
    return render(request, "record/lock/database.html", context, status=status)


def _act(page: LockPage, request: StaffRequest) -> LockProposal:
    form, by = page.form, request.user
    answers = form.cleaned_data
    if isinstance(form, ConfirmLockForm):
        assert page.waiting is not None  # noqa: S101 - narrows the type
        return services.confirm(
            page.waiting, shown=answers["shown"], proof=form.proof, by=by
        )
    if isinstance(form, ProposeLockForm):
        return services.propose_lock(
            reason=answers["reason"],
            exceptions=form.exceptions,
            shown=answers["shown"],
            proof=form.proof,
            by=by,
        )
    return services.propose_unlock(reason=answers["reason"], proof=form.proof, by=by)


@permitted(Permission.LOCK_DATABASE)
@require_POST
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    proposal = get_object_or_404(LockProposal, pk=pk)
    act_or_report(
        request,
        lambda: services.withdraw(proposal, by=request.user),
        _("Withdrawn; nothing is changed."),
        refusal=LockRefused,
    )
    return redirect("lock:database")


@permitted(Permission.LOCK_DATABASE)
def check(request: StaffRequest, name: str) -> HttpResponse:
    """The open lines of a check: exactly those that its number counts."""
    named = next((check for check in checks() if check.name == name), None)
    if named is None:
        raise Http404
    context = {"result": CheckResult(named, list(named.read()))}
    return render(request, "record/lock/check.html", context)


@permitted(Permission.LOCK_DATABASE)
def proposal(request: StaffRequest, pk: int) -> HttpResponse:
    """The report that a proposal was made over, as it was stored."""
    stored = get_object_or_404(LockProposal, pk=pk)
    context = {"proposal": stored, "checks": stored_checks(stored)}
    return render(request, "record/lock/proposal.html", context)


@permitted(Permission.FREEZE, Permission.LOCK)
def forms(request: StaffRequest) -> HttpResponse:
    """Choose forms, see what would change, and change all of them or none."""
    scope_form = ScopeForm(request.user, request.GET if "act" in request.GET else None)
    context: dict[str, object] = {"scope_form": scope_form}
    status = HTTPStatus.OK
    if scope_form.is_valid():
        form = ClosingForm(request.POST or None)
        if form.is_valid() and _is_closed(request, scope_form, form):
            return redirect(request.get_full_path())
        if form.is_bound:
            status = HTTPStatus.CONFLICT
        plan = plan_for(scope_form.scope, request.user)
        context |= {"form": form, "plan": plan, "shown": plan.digest}
    return render(request, "record/lock/forms.html", context, status=status)


def _is_closed(request: StaffRequest, scope_form: ScopeForm, form: ClosingForm) -> bool:
    answers, scope = form.cleaned_data, scope_form.scope
    try:
        count = closing.close_forms(scope, **answers, by=request.user)
    except LockRefused as problem:
        form.add_error(None, str(problem))
        return False
    text = ngettext("%(count)s form is changed.", "%(count)s forms are changed.", count)
    messages.success(request, text % {"count": count})
    return True
