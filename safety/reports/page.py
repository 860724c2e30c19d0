"""Which lines of a page of safety reporting are shown; every chip tells its number."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.utils.translation import gettext as _

from safety.reports.selectors.cases import CaseState, SponsorCase
from safety.reports.selectors.reports import ReportLine, ReportState
from trial_edc.vocabulary import N_

Line = TypeVar("Line", ReportLine, SponsorCase)
ALL = ""

REPORTS: Mapping[str, tuple[str, Callable[[ReportLine], bool]]] = {
    ALL: (N_("All"), lambda _line: True),
    "waiting": (N_("To send"), lambda line: line.waits),
    "overdue": (N_("Overdue"), lambda line: line.state == ReportState.LATE),
    "changed": (N_("Changed since sent"), lambda line: bool(line.changed)),
    "sent": (N_("Sent"), lambda line: line.state == ReportState.SENT),
}
CASES: Mapping[str, tuple[str, Callable[[SponsorCase], bool]]] = {
    ALL: (N_("All"), lambda _case: True),
    "to_assess": (N_("To assess"), lambda one: one.state == CaseState.TO_ASSESS),
    "to_submit": (
        N_("To submit"),
        lambda one: (
            one.state in {CaseState.DUE, CaseState.OVERDUE}
            or one.complete_due_on is not None
        ),
    ),
    "overdue": (
        N_("Overdue"),
        lambda one: (
            one.state == CaseState.OVERDUE
            or (one.complete_due_on is not None and one.complete_due_on < one.today)
        ),
    ),
    "susar": (N_("SUSAR"), lambda one: one.is_assessed and one.deadlines.is_susar),
}


@dataclass(frozen=True)
class ReportCount:
    """A filter with the number of lines that it leaves."""

    code: str
    label: str
    count: int
    is_here: bool


@dataclass(frozen=True)
class FilteredLines(Generic[Line]):
    """The lines asked for, and what else could be asked."""

    lines: list[Line]
    chips: list[ReportCount]
    state: str
    participant: str


def number_of(line: ReportLine | SponsorCase) -> str:
    found = line if isinstance(line, ReportLine) else line.line
    return found.participant.number


def filtered(
    lines: Iterable[Line],
    kinds: Mapping[str, tuple[str, Callable[[Line], bool]]],
    asked: Mapping[str, str],
) -> FilteredLines[Line]:
    """Return what a query string asks for; what nobody knows asks for everything."""
    participant = asked.get("participant", "").strip().upper()
    held = [line for line in lines if participant in number_of(line)]
    state = asked.get("state", ALL)
    state = state if state in kinds else ALL
    chips = [
        ReportCount(code, _(label), sum(map(fits, held)), code == state)
        for code, (label, fits) in kinds.items()
    ]
    return FilteredLines(
        [one for one in held if kinds[state][1](one)], chips, state, participant
    )
