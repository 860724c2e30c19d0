"""Page of the dashboard."""

from django.http import HttpResponse
from django.shortcuts import render

from monitoring.dashboard.page import accrual_chart
from monitoring.dashboard.selectors import dashboard as dashboard_of_today
from randomization.lists.selectors import sealed_lists
from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from trial_edc.context import page_for
from visits.judgements.selectors import panels_to_judge
from visits.missing_forms.selectors import missing_forms_visible_to


@permitted(Permission.POOLED_DASHBOARD)
def dashboard(request: StaffRequest) -> HttpResponse:
    board = dashboard_of_today()
    chart = None
    if board.begun_on:
        chart = accrual_chart(
            board.accrual,
            begun_on=board.begun_on,
            planned_days=board.planned_days,
            target=board.target,
            today=board.today,
        )
    context = {
        "board": board,
        "chart": chart,
        "commitments": sealed_lists(),
        "missing": missing_forms_visible_to(request.user).count(),
        "missing_page": page_for(request.user, "visits:missing_forms"),
        "to_judge": panels_to_judge(request.user).count(),
        "judgement_page": page_for(request.user, "visits:values_to_judge"),
        "queries": page_for(request.user, "review:queries"),
    }
    return render(request, "monitoring/dashboard/dashboard.html", context)
