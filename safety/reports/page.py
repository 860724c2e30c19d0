"""Filters of the pages of safety reporting, each with its number of lines."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.utils.translation import gettext as _

from safety.reports.forms import ReportFilterForm
from safety.reports.selectors.cases import CaseState, SponsorCase
from safety.reports.selectors.reports import ReportLine, ReportState
from trial_edc.vocabulary import N_

Line = TypeVar("Line", ReportLine, SponsorCase)
ALL = ""

REPORTS: Mapping[str, tuple[str, Callable[[ReportLine], bool]]] = {
    ALL: (N_("All"), lambda _line: True),
    "waiting": (N_("To send"), lambda line: line.is_waiting),
    "overdue": (N_("Overdue"), lambda line: line.state == ReportState.LATE),
    "changed": (N_("Changed since sent"), lambda line: bool(line.changed)),
    "sent": (N_("Sent"), lambda line: line.state == ReportState.SENT),
}
CASES: Mapping[str, tuple[str, Callable[[SponsorCase], bool]]] = {
    ALL: (N_("All"), lambda _case: True),
    "to_assess": (N_("To assess"), lambda case: case.state == CaseState.TO_ASSESS),
    "to_submit": (
        N_("To submit"),
        lambda case: (
            case.state in {CaseState.DUE, CaseState.OVERDUE}
            or case.complete_due_on is not None
        ),
    ),
    "overdue": (
        N_("Overdue"),
        lambda case: (
            case.state == CaseState.OVERDUE
            or (case.complete_due_on is not None and case.complete_due_on < case.today)
        ),
    ),
    "susar": (N_("SUSAR"), lambda case: case.is_assessed and case.deadlines.is_susar),
}


@dataclass(frozen=True)
class FilterCount:
    """A filter with the number of its lines."""

    code: str
    label: str
    count: int


@dataclass(frozen=True)
class FilteredLines(Generic[Line]):
    """The lines of the filter in use, and all filters."""

    lines: list[Line]
    chips: list[FilterCount]
    state: str
    form: ReportFilterForm

    @property
    def is_narrowed(self) -> bool:
        return bool(self.state or self.form.number)


def participant_number(line: ReportLine | SponsorCase) -> str:
    report_line = line if isinstance(line, ReportLine) else line.line
    return report_line.participant.number


def filter_lines(
    lines: Iterable[Line],
    kinds: Mapping[str, tuple[str, Callable[[Line], bool]]],
    query: Mapping[str, str],
) -> FilteredLines[Line]:
    form = ReportFilterForm(query)
    matching = [line for line in lines if form.number in participant_number(line)]
    state = query.get("state", ALL)
    state = state if state in kinds else ALL
    chips = [
        FilterCount(code, _(label), sum(map(fits, matching)))
        for code, (label, fits) in kinds.items()
    ]
    fitting = [line for line in matching if kinds[state][1](line)]
    return FilteredLines(fitting, chips, state, form)
