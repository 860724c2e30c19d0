"""The custodian's desk: lists until they are sealed; no arm is shown anywhere."""

from http import HTTPStatus
from typing import Any, TypeVar

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from randomization.allocation.views import done
from randomization.lists import selectors as lists_selectors
from randomization.lists.forms import GenerateForm, ImportForm, SegmentForm
from randomization.lists.rules.checking import Fault
from randomization.lists.services import allocation_list as custody
from randomization.problems import FaultyList, RandomizationRefused
from randomization.vocabulary import ListState
from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from trial_edc.protocol import PROTOCOL

F = TypeVar("F", bound=SegmentForm)
WAITING = (ListState.DRAFT, ListState.APPROVED)


@permitted(Permission.LIST_GENERATE, Permission.LIST_APPROVE)
def desk(request: StaffRequest) -> HttpResponse:
    """Show every list with its state, and the validation report of those waiting."""
    return _desk(request)


def _desk(
    request: StaffRequest,
    form: SegmentForm | None = None,
    problem: RandomizationRefused | None = None,
) -> HttpResponse:
    waiting = lists_selectors.lists().filter(state__in=WAITING)
    may_keep = request.user.may(Permission.LIST_GENERATE)
    context = {
        "lists": lists_selectors.lists(),
        "reports": [(one, custody.report(one)) for one in waiting],
        "total": lists_selectors.slots_in_all(),
        "left": lists_selectors.slots_left(),
        "may_add": may_keep and (lists_selectors.places_to_add() > 0 or settings.DEMO),
        "generate_form": _segment(GenerateForm),
        "import_form": _segment(ImportForm),
        "problem": problem,
        "planned": PROTOCOL.registry.enrolment,
        "may_keep": may_keep,
        "may_approve": request.user.may(Permission.LIST_APPROVE),
    }
    if form is not None:
        name = "import_form" if isinstance(form, ImportForm) else "generate_form"
        context[name] = form
    status = HTTPStatus.OK if form is None else HTTPStatus.BAD_REQUEST
    return render(request, "randomization/lists/desk.html", context, status=status)


def _segment(form: type[F], *posted: Any) -> F:
    return form(
        *posted,
        is_segment=lists_selectors.slots_in_all() > 0,
        places=lists_selectors.places_to_add(),
        auto_id=f"{form.__name__}_%s",  # two forms on one page
    )


@sensitive_post_parameters("block_sizes")
@permitted(Permission.LIST_GENERATE)
@require_POST
def generate(request: StaffRequest) -> HttpResponse:
    form = _segment(GenerateForm, request.POST)
    if form.is_valid():
        try:
            custody.generate_draft(**form.cleaned_data, by=request.user)
        except RandomizationRefused as problem:
            return _desk(request, form, problem)
        return redirect("randomization:desk")
    return _desk(request, form)


@permitted(Permission.LIST_GENERATE)
@require_POST
def import_list(request: StaffRequest) -> HttpResponse:
    """Take a list from elsewhere, or tell every faulty line."""
    form = _segment(ImportForm, request.POST, request.FILES)
    if form.is_valid():
        said = form.cleaned_data
        text = said.pop("file")
        try:
            custody.import_draft(text=text, **said, by=request.user)
        except FaultyList as problem:
            for fault in problem.faults:
                form.add_error("file", _told(fault))
            return _desk(request, form)
        except RandomizationRefused as problem:
            return _desk(request, form, problem)
        return redirect("randomization:desk")
    return _desk(request, form)


def _told(fault: Fault) -> str:
    """Say what is wrong, and in which line unless it is the whole file."""
    words = _(fault.message) % fault.details
    if not fault.line:
        return words
    return _("Line %(line)s: %(problem)s") % {"line": fault.line, "problem": words}


@permitted(Permission.LIST_APPROVE)
@require_POST
def approve(request: StaffRequest, pk: int) -> HttpResponse:
    draft = get_object_or_404(lists_selectors.lists(), pk=pk)
    done(request, lambda: custody.approve(draft, by=request.user))
    return redirect("randomization:desk")


@permitted(Permission.LIST_GENERATE)
@require_POST
def seal(request: StaffRequest, pk: int) -> HttpResponse:
    approved = get_object_or_404(lists_selectors.lists(), pk=pk)
    done(request, lambda: custody.seal_list(approved, by=request.user))
    return redirect("randomization:desk")


@permitted(Permission.LIST_GENERATE)
@require_POST
def destroy(request: StaffRequest, pk: int) -> HttpResponse:
    draft = get_object_or_404(lists_selectors.lists(), pk=pk)
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
