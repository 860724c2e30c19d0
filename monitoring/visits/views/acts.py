"""What is done with a visit; what was typed stays where it is refused."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from monitoring.visits.forms import (
    ActionForm,
    FindingForm,
    OutcomeForm,
    VisitDoneForm,
    VisitReasonForm,
)
from monitoring.visits.models import MonitoringVisit, VisitFinding
from monitoring.visits.problems import MonitoringRefused
from monitoring.visits.selectors import actions_visible_to, sees_actions
from monitoring.visits.services import visits as services
from monitoring.visits.views.visits import actions_page, visit_page
from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission


def _act(
    request: StaffRequest,
    visit: MonitoringVisit,
    *,
    name: str,
    form: forms.Form,
    service: Callable[..., object],
) -> HttpResponse:
    if _is_done(form, service):
        messages.success(request, _("Recorded."))
        return redirect("monitoring:visits:visit", visit.pk)
    return visit_page(request, visit.pk, {name: form})


def _is_done(form: forms.Form, service: Callable[..., object]) -> bool:
    if not form.is_valid():
        return False
    try:
        service(**form.cleaned_data)
    except MonitoringRefused as problem:
        form.add_error(None, str(problem))
        return False
    return True


@permitted(Permission.MONITOR_SITE)
@require_POST
def done(request: StaffRequest, pk: int) -> HttpResponse:
    visit = get_object_or_404(MonitoringVisit, pk=pk)

    def service(**typed: object) -> None:
        services.record_done(visit, **typed, by=request.user)  # type: ignore[arg-type]

    return _act(
        request, visit, name="done", form=VisitDoneForm(request.POST), service=service
    )


@permitted(Permission.MONITOR_SITE)
@require_POST
def cancel(request: StaffRequest, pk: int) -> HttpResponse:
    visit = get_object_or_404(MonitoringVisit, pk=pk)

    def service(reason: str) -> None:
        services.cancel_visit(visit, reason=reason, by=request.user)

    form = VisitReasonForm(request.POST, auto_id="id_cancel_%s")
    return _act(request, visit, name="cancel", form=form, service=service)


@permitted(Permission.MONITOR_SITE)
@require_POST
def finding(request: StaffRequest, pk: int) -> HttpResponse:
    visit = get_object_or_404(MonitoringVisit, pk=pk)

    def service(**typed: object) -> None:
        services.note_finding(visit, **typed, by=request.user)  # type: ignore[arg-type]

    form = FindingForm(request.user, request.POST, auto_id="id_finding_%s")
    return _act(request, visit, name="finding", form=form, service=service)


@permitted(Permission.MONITOR_SITE)
@require_POST
def withdraw(request: StaffRequest, key: int) -> HttpResponse:
    finding = get_object_or_404(VisitFinding.objects.select_related("visit"), pk=key)

    def service(reason: str) -> None:
        services.withdraw_finding(finding, reason=reason, by=request.user)

    form = VisitReasonForm(request.POST, auto_id=f"id_finding_{key}_%s")
    return _act(
        request, finding.visit, name=f"finding-{key}", form=form, service=service
    )


@permitted(Permission.MONITOR_SITE)
@require_POST
def action(request: StaffRequest, pk: int) -> HttpResponse:
    visit = get_object_or_404(MonitoringVisit, pk=pk)

    def service(**typed: object) -> None:
        services.note_action(visit, **typed, by=request.user)  # type: ignore[arg-type]

    form = ActionForm(request.POST, auto_id="id_action_%s")
    return _act(request, visit, name="action", form=form, service=service)


@permitted(Permission.READ_CASEBOOK, Permission.READ_MONITORING, when=sees_actions)
@require_POST
def close(request: StaffRequest, key: int) -> HttpResponse:
    """Close an action with what was done; back to the list of actions."""
    action = get_object_or_404(actions_visible_to(request.user), pk=key)

    def service(outcome: str) -> None:
        services.close_action(action, outcome=outcome, by=request.user)

    form = OutcomeForm(request.POST, auto_id=f"id_{key}_%s")
    if _is_done(form, service):
        messages.success(request, _("The action is closed."))
        return redirect("monitoring:visits:actions")
    return actions_page(request, {f"action-{key}": form})
