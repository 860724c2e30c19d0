"""Changes of accounts that wait for a second person, or had one."""

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
from trial_edc.context import page_for
from trial_edc.pages import act_or_report


@permitted(*APPROVERS)
def proposals(request: StaffRequest) -> HttpResponse:
    context = {
        "users_url": page_for(request.user, "accounts:users"),
        "proposals": selectors.proposed_changes(selectors.waiting_proposals()),
        "decided": selectors.proposed_changes(selectors.decided_proposals()),
    }
    return render(request, "record/accounts/proposals.html", context)


@permitted(*APPROVERS)
@require_POST
def approve(request: StaffRequest, proposal_id: int) -> HttpResponse:
    proposal = get_object_or_404(AccountProposal, pk=proposal_id)
    shown = request.POST.get("shown")
    act_or_report(
        request,
        lambda: services.approve(proposal, by=request.user, shown=shown),
        _("Approved; the change is made."),
        refusal=AccountRefused,
    )
    return redirect("accounts:proposals")


@permitted(*APPROVERS)
@require_POST
def withdraw(request: StaffRequest, proposal_id: int) -> HttpResponse:
    proposal = get_object_or_404(AccountProposal, pk=proposal_id)
    act_or_report(
        request,
        lambda: services.withdraw(proposal, by=request.user),
        _("Withdrawn; nothing is changed."),
        refusal=AccountRefused,
    )
    return redirect("accounts:proposals")
