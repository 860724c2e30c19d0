"""Changes of accounts that wait for a second person, or had one."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from record.accounts import selectors
from record.accounts.access import StaffRequest, permitted
from record.accounts.models import AccountProposal
from record.accounts.problems import AccountRefused
from record.accounts.services import proposals as services
from record.accounts.services.proposals import APPROVERS


@permitted(*APPROVERS)
def proposals(request: StaffRequest) -> HttpResponse:
    context = {
        "proposals": selectors.proposed_changes(selectors.waiting_proposals()),
        "decided": selectors.proposed_changes(selectors.decided_proposals()),
    }
    return render(request, "record/accounts/proposals.html", context)


@permitted(*APPROVERS)
@require_POST
def approve(request: StaffRequest, proposal_id: int) -> HttpResponse:
    proposal = get_object_or_404(AccountProposal, pk=proposal_id)
    shown = request.POST.get("shown")
    return _decide(
        request,
        lambda: services.approve(proposal, by=request.user, shown=shown),
        _("Approved; the change is made."),
    )


@permitted(*APPROVERS)
@require_POST
def withdraw(request: StaffRequest, proposal_id: int) -> HttpResponse:
    proposal = get_object_or_404(AccountProposal, pk=proposal_id)
    return _decide(
        request,
        lambda: services.withdraw(proposal, by=request.user),
        _("Withdrawn; nothing is changed."),
    )


def _decide(
    request: StaffRequest, decide: Callable[[], object], done: str
) -> HttpResponse:
    try:
        decide()
    except AccountRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("accounts:proposals")
