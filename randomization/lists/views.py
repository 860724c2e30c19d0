"""The page of allocation lists for the list custodian; it shows no arm."""

from http import HTTPStatus
from typing import Any, NamedTuple, TypeVar

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from randomization.lists import selectors as lists_selectors
from randomization.lists.forms import (
    ApprovalForm,
    GenerateForm,
    ImportForm,
    SegmentForm,
)
from randomization.lists.problems import FaultyList
from randomization.lists.rules.validation import Fault
from randomization.lists.services import allocation_list
from randomization.lists.services.validation_report import (
    ValidationReport,
    validation_report,
)
from randomization.models import AllocationList
from randomization.problems import RandomizationRefused
from randomization.views import run_or_report
from randomization.vocabulary import ListState
from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from trial_edc.protocol import PROTOCOL

F = TypeVar("F", bound=SegmentForm)
UNSEALED = (ListState.DRAFT, ListState.APPROVED)


@permitted(Permission.LIST_GENERATE, Permission.LIST_APPROVE)
def allocation_lists(request: StaffRequest) -> HttpResponse:
    return _lists_page(request)


class WaitingList(NamedTuple):
    """A list that is not sealed, as the page shows it."""

    draft: AllocationList
    report: ValidationReport
    approval_form: ApprovalForm


def _lists_page(
    request: StaffRequest,
    form: SegmentForm | None = None,
    problem: RandomizationRefused | None = None,
    refused_approval: WaitingList | None = None,
) -> HttpResponse:
    unsealed = lists_selectors.allocation_lists().filter(state__in=UNSEALED)
    waiting = [_waiting_list(draft) for draft in unsealed]
    if refused_approval:
        waiting = [
            refused_approval if each.draft == refused_approval.draft else each
            for each in waiting
        ]
    may_generate = request.user.may(Permission.LIST_GENERATE)
    context = {
        "lists": lists_selectors.allocation_lists(),
        "waiting": waiting,
        "total": lists_selectors.slot_count(),
        "left": lists_selectors.unused_slot_count(),
        "may_add": may_generate
        and (lists_selectors.places_to_add() > 0 or settings.DEMO),
        "generate_form": _bound_to_protocol(GenerateForm),
        "import_form": _bound_to_protocol(ImportForm),
        "problem": problem,
        "planned": PROTOCOL.registry.enrolment,
        "may_generate": may_generate,
        "may_approve": request.user.may(Permission.LIST_APPROVE),
    }
    if form is not None:
        name = "import_form" if isinstance(form, ImportForm) else "generate_form"
        context[name] = form
    refused = form or problem or refused_approval
    status = HTTPStatus.BAD_REQUEST if refused else HTTPStatus.OK
    return render(
        request, "randomization/lists/allocation_lists.html", context, status=status
    )


def _waiting_list(draft: AllocationList, *posted: Any) -> WaitingList:
    report = validation_report(draft)
    form = ApprovalForm(
        *posted,
        needs_confirmation=report.needs_confirmation,
        auto_id=f"approval_{draft.pk}_%s",  # one for each list on the page
    )
    return WaitingList(draft, report, form)


def _bound_to_protocol(form: type[F], *posted: Any) -> F:
    return form(
        *posted,
        is_segment=lists_selectors.slot_count() > 0,
        places=lists_selectors.places_to_add(),
        auto_id=f"{form.__name__}_%s",  # two forms on one page
    )


@sensitive_post_parameters("block_sizes")
@permitted(Permission.LIST_GENERATE)
@require_POST
def generate(request: StaffRequest) -> HttpResponse:
    form = _bound_to_protocol(GenerateForm, request.POST)
    if form.is_valid():
        try:
            allocation_list.generate_draft(**form.cleaned_data, by=request.user)
        except RandomizationRefused as problem:
            return _lists_page(request, form, problem)
        return redirect("randomization:allocation_lists")
    return _lists_page(request, form)


@permitted(Permission.LIST_GENERATE)
@require_POST
def import_list(request: StaffRequest) -> HttpResponse:
    form = _bound_to_protocol(ImportForm, request.POST, request.FILES)
    if form.is_valid():
        answers = form.cleaned_data
        text = answers.pop("file")
        try:
            allocation_list.import_draft(text=text, **answers, by=request.user)
        except FaultyList as problem:
            for fault in problem.faults:
                form.add_error("file", _fault_text(fault))
            return _lists_page(request, form)
        except RandomizationRefused as problem:
            return _lists_page(request, form, problem)
        return redirect("randomization:allocation_lists")
    return _lists_page(request, form)


def _fault_text(fault: Fault) -> str:
    words = _(fault.message) % fault.details
    if not fault.line:
        return words
    return _("Line %(line)s: %(problem)s") % {"line": fault.line, "problem": words}


@permitted(Permission.LIST_APPROVE)
@require_POST
def approve(request: StaffRequest, pk: int) -> HttpResponse:
    draft = get_object_or_404(lists_selectors.allocation_lists(), pk=pk)
    waiting = _waiting_list(draft, request.POST)
    form, problem = waiting.approval_form, None
    if form.is_valid():
        try:
            allocation_list.approve(draft, **form.cleaned_data, by=request.user)
        except RandomizationRefused as refusal:
            problem = refusal
        else:
            return redirect("randomization:allocation_lists")
    return _lists_page(request, problem=problem, refused_approval=waiting)


@permitted(Permission.LIST_GENERATE)
@require_POST
def seal(request: StaffRequest, pk: int) -> HttpResponse:
    approved = get_object_or_404(lists_selectors.allocation_lists(), pk=pk)
    run_or_report(request, lambda: allocation_list.seal_list(approved, by=request.user))
    return redirect("randomization:allocation_lists")


@permitted(Permission.LIST_GENERATE)
@require_POST
def destroy(request: StaffRequest, pk: int) -> HttpResponse:
    draft = get_object_or_404(lists_selectors.allocation_lists(), pk=pk)
    reason = _("destroyed on the page of lists")
    run_or_report(
        request, lambda: allocation_list.destroy(draft, by=request.user, reason=reason)
    )
    return redirect("randomization:allocation_lists")


@permitted(Permission.LIST_GENERATE)
@require_POST
def verify(request: StaffRequest) -> HttpResponse:
    if problems := allocation_list.verify(by=request.user):
        for problem in problems:
            messages.error(request, problem)
    else:
        messages.success(request, _("Every sealed list is as it was sealed."))
    return redirect("randomization:allocation_lists")
