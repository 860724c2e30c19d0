"""The list of laboratory values that wait for the judgement of an investigator."""

from django.http import HttpResponse
from django.shortcuts import render

from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from visits.judgements.filters import PanelFilters
from visits.judgements.selectors import panel_lines, panels_to_judge
from visits.judgements.tables import PanelTable
from visits.schedule.selectors import reads_schedules


@permitted(Permission.READ_CASEBOOK, when=reads_schedules)
def values_to_judge(request: StaffRequest) -> HttpResponse:
    filters = PanelFilters(request.GET, panels_to_judge(request.user))
    context = {
        "form": filters.form,
        "is_filtered": filters.form.has_changed(),
        "table": PanelTable(filters.qs, request, lines_of=panel_lines),
    }
    return render(request, "visits/judgements/values_to_judge.html", context)
