"""The custodian's desk: lists until they are sealed; no arm is shown anywhere."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts.access import StaffRequest, permitted
from accounts.roles import Permission
from randomization import selectors
from randomization.forms import GenerateForm, ImportForm, SegmentForm
from randomization.problems import FaultyList, Refused
from randomization.services import custody
from randomization.views.randomizing import done
from randomization.vocabulary import ListState

WAITING = (ListState.DRAFT, ListState.APPROVED)


@permitted(Permission.LIST_GENERATE, Permission.LIST_APPROVE)
def desk(request: StaffRequest) -> HttpResponse:
    """Show every list with its state, and the validation report of those waiting."""
    return _desk(request)


def _desk(
    request: StaffRequest,
    form: SegmentForm | None = None,
    problem: Refused | None = None,
) -> HttpResponse:
    total = selectors.slots_in_all()
    waiting = selectors.lists().filter(state__in=WAITING)
    context = {
        "lists": selectors.lists(),
        "reports": [(one, custody.report(one)) for one in waiting],
        "total": total,
        "left": selectors.slots_left(),
        "generate_form": GenerateForm(is_segment=total > 0),
        "import_form": ImportForm(is_segment=total > 0),
        "problem": problem,
        "may_keep": request.user.may(Permission.LIST_GENERATE),
        "may_approve": request.user.may(Permission.LIST_APPROVE),
    }
    if form is not None:
        name = "import_form" if isinstance(form, ImportForm) else "generate_form"
        context[name] = form
    status = 400 if form is not None else 200
    return render(request, "randomization/desk.html", context, status=status)


@sensitive_post_parameters("block_sizes")
@permitted(Permission.LIST_GENERATE)
@require_POST
def generate(request: StaffRequest) -> HttpResponse:
    """Draw a draft."""
    is_segment = selectors.slots_in_all() > 0
    form = GenerateForm(request.POST, is_segment=is_segment)
    if form.is_valid():
        try:
            custody.generate_draft(**form.cleaned_data, by=request.user)
        except Refused as problem:
            return _desk(request, form, problem)
        return redirect("randomization:desk")
    return _desk(request, form)


@permitted(Permission.LIST_GENERATE)
@require_POST
def import_list(request: StaffRequest) -> HttpResponse:
    """Take a list from elsewhere, or tell every faulty line."""
    is_segment = selectors.slots_in_all() > 0
    form = ImportForm(request.POST, request.FILES, is_segment=is_segment)
    if form.is_valid():
        said = form.cleaned_data
        text = said.pop("file")
        try:
            custody.import_draft(text=text, **said, by=request.user)
        except FaultyList as problem:
            for fault in problem.faults:
                words = _(fault.message) % fault.details
                told = _("Line %(line)s: %(problem)s")
                where = {"line": fault.line or "—", "problem": words}
                form.add_error("file", told % where)
            return _desk(request, form)
        except Refused as problem:
            return _desk(request, form, problem)
        return redirect("randomization:desk")
    return _desk(request, form)


@permitted(Permission.LIST_APPROVE)
@require_POST
def approve(request: StaffRequest, pk: int) -> HttpResponse:
    """Approve a draft as the second person."""
    draft = get_object_or_404(selectors.lists(), pk=pk)
    done(request, lambda: custody.approve(draft, by=request.user))
    return redirect("randomization:desk")


@permitted(Permission.LIST_GENERATE)
@require_POST
def seal(request: StaffRequest, pk: int) -> HttpResponse:
    """Seal an approved list."""
    approved = get_object_or_404(selectors.lists(), pk=pk)
    done(request, lambda: custody.seal_list(approved, by=request.user))
    return redirect("randomization:desk")


@permitted(Permission.LIST_GENERATE)
@require_POST
def destroy(request: StaffRequest, pk: int) -> HttpResponse:
    """Destroy a list that is not sealed."""
    draft = get_object_or_404(selectors.lists(), pk=pk)
    reason = _("destroyed at the desk")
    done(request, lambda: custody.destroy(draft, by=request.user, reason=reason))
    return redirect("randomization:desk")


@permitted(Permission.LIST_GENERATE)
@require_POST
def verify(request: StaffRequest) -> HttpResponse:
    """Check the sealed lists against their commitments and the allocations."""
    if found := custody.verify(by=request.user):
        for problem in found:
            messages.error(request, problem)
    else:
        messages.success(request, _("Every sealed list is as it was sealed."))
    return redirect("randomization:desk")
