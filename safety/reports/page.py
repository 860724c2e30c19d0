"""Filters of the pages of safety reporting, each with its number of lines."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from safety.reports.forms import ReportFilterForm
from safety.reports.selectors.cases import CaseState, SponsorCase
from safety.reports.selectors.reports import WAITING, ReportState, listed_reports
from trial_edc.vocabulary import N_

ALL = ""

REPORTS: Mapping[str, str] = {
    ALL: N_("All"),
    "waiting": N_("To send"),
    "overdue": N_("Overdue"),
    "changed": N_("Changed since sent"),
    "sent": N_("Sent"),
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
class Filtered:
    """The rows of the filter in use, and all filters."""

    rows: QuerySet[Any] | list[SponsorCase]
    chips: list[FilterCount]
    state: str
    form: ReportFilterForm

    @property
    def is_narrowed(self) -> bool:
        return bool(self.state or self.form.number)

    @property
    def count(self) -> int:
        return next(chip.count for chip in self.chips if chip.code == self.state)


FITS: Mapping[str, Q] = {
    ALL: Q(),
    "waiting": Q(state__in=WAITING),
    "overdue": Q(state=ReportState.LATE),
    "changed": Q(is_changed=True),
    "sent": Q(state=ReportState.SENT),
}


def filter_reports(query: Mapping[str, str]) -> Filtered:
    form, state = ReportFilterForm(query), query.get("state", ALL)
    reports = listed_reports()
    if form.number:
        number = {"form__participant__number__contains": form.number}
        reports = reports.filter(**number)
    counts = reports.order_by().aggregate(
        **{f"in_{code}": Count("pk", filter=fits) for code, fits in FITS.items()}
    )
    state = state if state in FITS else ALL
    chips = [
        FilterCount(code, _(label), counts[f"in_{code}"])
        for code, label in REPORTS.items()
    ]
    return Filtered(reports.filter(FITS[state]), chips, state, form)


def filter_cases(cases: Iterable[SponsorCase], query: Mapping[str, str]) -> Filtered:
    form, state = ReportFilterForm(query), query.get("state", ALL)
    matching = [case for case in cases if form.number in case.line.participant.number]
    state = state if state in CASES else ALL
    chips = [
        FilterCount(code, _(label), sum(map(fits, matching)))
        for code, (label, fits) in CASES.items()
    ]
    fitting = [case for case in matching if CASES[state][1](case)]
    return Filtered(fitting, chips, state, form)
