"""The list of protocol deviations, by the step that each waits for."""

from collections import Counter

from django.http import HttpResponse
from django.shortcuts import render

from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from visits.deviations.filters import DeviationFilters
from visits.deviations.selectors.lines import (
    CONDITION_LOST,
    DeviationLine,
    DeviationStep,
    deviation_lines,
)
from visits.deviations.tables import DeviationTable
from visits.models import ProtocolDeviation
from visits.schedule.selectors import reads_schedules


@permitted(Permission.READ_CASEBOOK, when=reads_schedules)
def deviations(request: StaffRequest) -> HttpResponse:
    filters = DeviationFilters(request.GET, ProtocolDeviation.objects.all())
    lines = deviation_lines(request.user)
    if filters.form.has_changed():
        ids = set(filters.qs.values_list("form", flat=True))
        lines = [line for line in lines if line.form.pk in ids]
    show = request.GET.get("show", "")
    selected = [line for line in lines if _is_selected(line, show)]
    counts = Counter(line.step.value for line in lines)
    context = {
        "form": filters.form,
        "show": show,
        "steps": [(step.value, counts[step.value]) for step in DeviationStep],
        "lost_count": sum(line.condition_lost for line in lines),
        "total": len(lines),
        "table": DeviationTable(selected, request),
    }
    return render(request, "visits/deviations/deviations.html", context)


def _is_selected(line: DeviationLine, show: str) -> bool:
    if show == CONDITION_LOST:
        return line.condition_lost
    return show not in list(DeviationStep) or line.step == show
