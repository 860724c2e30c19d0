"""The list of visits, one of them, and the actions that follow."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from monitoring.visits.forms import PlanVisitForm
from monitoring.visits.page import Forms, VisitPage, action_lines
from monitoring.visits.selectors import actions_visible_to, sees_actions
from monitoring.visits.selectors import visits as all_visits
from monitoring.visits.services.visits import plan_visit
from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission

UNPROCESSABLE = 422


@permitted(Permission.READ_MONITORING)
def visits(request: StaffRequest) -> HttpResponse:
    """The list, and the form that plans a visit."""
    may_plan = request.user.may(Permission.MONITOR_SITE)
    is_posted = request.method == "POST" and may_plan
    form = PlanVisitForm(request.POST if is_posted else None)
    if is_posted and form.is_valid():
        visit = plan_visit(**form.cleaned_data, by=request.user)
        return redirect("monitoring:visits:visit", visit.pk)
    context = {"visits": all_visits(), "form": form if may_plan else None}
    status = UNPROCESSABLE if is_posted else 200
    return render(request, "monitoring/visits/visits.html", context, status=status)


@permitted(Permission.READ_MONITORING)
def visit(request: StaffRequest, pk: int) -> HttpResponse:
    return visit_page(request, pk)


def visit_page(
    request: StaffRequest, pk: int, refused: Forms | None = None
) -> HttpResponse:
    """`refused` is the form, by its name, that was not accepted."""
    visit = get_object_or_404(all_visits(), pk=pk)
    page = VisitPage(visit, request.user, refused or {})
    status = UNPROCESSABLE if refused else 200
    template = "monitoring/visits/visit.html"
    return render(request, template, {"page": page}, status=status)


@permitted(Permission.READ_CASEBOOK, Permission.READ_MONITORING, when=sees_actions)
def actions(request: StaffRequest) -> HttpResponse:
    return actions_page(request)


def actions_page(request: StaffRequest, refused: Forms | None = None) -> HttpResponse:
    actions = actions_visible_to(request.user)
    shows_all = request.GET.get("show") == "all"
    listed = actions if shows_all else actions.filter(closed_at=None)
    context = {
        "lines": action_lines(list(listed), request.user, refused),
        "shown": "all" if shows_all else "",
        "open": actions.filter(closed_at=None).count(),
        "total": actions.count(),
        "may_read": request.user.may(Permission.READ_MONITORING),
    }
    status = UNPROCESSABLE if refused else 200
    return render(request, "monitoring/visits/actions.html", context, status=status)
