"""The list of protocol deviations, by the step that each waits for."""

from collections import Counter

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from visits.deviations.forms import DeviationFilter
from visits.deviations.selectors.lines import (
    CONDITION_LOST,
    DeviationLine,
    DeviationStep,
    deviation_lines,
)
from visits.schedule.selectors import reads_schedules

LINES_A_PAGE = 100


@permitted(Permission.READ_CASEBOOK, when=reads_schedules)
def deviations(request: StaffRequest) -> HttpResponse:
    filters = DeviationFilter(request.GET)
    lines = [line for line in deviation_lines(request.user) if filters.matches(line)]
    show = request.GET.get("show", "")
    selected = [line for line in lines if _is_selected(line, show)]
    page = Paginator(selected, LINES_A_PAGE).get_page(request.GET.get("page"))
    counts = Counter(line.step.value for line in lines)
    context = {
        "form": filters,
        "show": show,
        "steps": [(step.value, counts[step.value]) for step in DeviationStep],
        "lost_count": sum(line.condition_lost for line in lines),
        "total": len(lines),
        "page": page,
    }
    return render(request, "visits/deviations/deviations.html", context)


def _is_selected(line: DeviationLine, show: str) -> bool:
    if show == CONDITION_LOST:
        return line.condition_lost
    return show not in list(DeviationStep) or line.step == show
