"""Report versions sent to the sponsor, with assessment and submission."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

from django.utils.translation import gettext as _

from record.casebook.form_data import FormData
from safety.reports.facts import assessment_of, deadlines_assessed, reports_on
from safety.reports.rules.clocks import Clock, Deadlines
from safety.reports.selectors.reports import ReportLine
from safety.vocabulary import Authority, Causality
from trial_edc import clock
from trial_edc.vocabulary import N_, YesNo


class CaseState(StrEnum):
    """What the safety officer still has to do about a version."""

    TO_ASSESS = "to_assess"
    OVERDUE = "late"
    DUE = "to_submit"
    SUBMITTED = "submitted"
    NO_SUSAR = "no_susar"


# The status that the page shows for a state, and the text beside it.
LOOKS = {
    CaseState.TO_ASSESS: ("due", N_("To assess")),
    CaseState.OVERDUE: ("overdue", N_("Submission overdue")),
    CaseState.DUE: ("due", N_("To submit")),
    CaseState.SUBMITTED: ("done", N_("Submitted")),
    CaseState.NO_SUSAR: ("not_required", N_("No SUSAR")),
}


@dataclass(frozen=True)
class SponsorCase:
    """A version with the sponsor's assessment of it."""

    line: ReportLine
    assessment: FormData
    deadlines: Deadlines
    today: date

    @property
    def is_assessed(self) -> bool:
        judged = (self.causality, self.assessment.get("expected_per_rsi"))
        return None not in judged

    @property
    def causality(self) -> str | None:
        code: str | None = self.assessment.get("causality_sponsor")
        return code

    @property
    def cause(self) -> Causality | None:
        return Causality(self.causality) if self.causality else None

    @property
    def causality_text(self) -> str:
        return _(self.cause.label) if self.cause else "—"

    @property
    def expected(self) -> YesNo | None:
        answer = self.assessment.get("expected_per_rsi")
        return YesNo(answer) if answer else None

    @property
    def expected_text(self) -> str:
        return _(self.expected.label) if self.expected else "—"

    @property
    def clock(self) -> Clock | None:
        """None until it is assessed."""
        return Clock(self.deadlines.clock) if self.is_assessed else None

    @property
    def clock_text(self) -> str:
        return _(self.clock.label) if self.clock else "—"

    @property
    def last_day(self) -> date | None:
        """None until it is assessed, or where no expedited report is due."""
        return self.due_on if self.is_assessed else None

    @property
    def sponsor_aware_at(self) -> datetime | None:
        """Day 0."""
        aware_at: datetime | None = self.assessment.get("sponsor_aware_at")
        return aware_at

    @property
    def reference(self) -> str:
        return self.assessment.get("reference") or ""

    @property
    def submitted_on(self) -> date | None:
        day: date | None = self.assessment.get("submitted_on")
        return day

    @property
    def authorities(self) -> str:
        codes = self.assessment.get("authority") or ()
        return ", ".join(_(Authority(code).label) for code in codes)

    @property
    def due_on(self) -> date | None:
        return self.deadlines.initial_due_on

    @property
    def was_late(self) -> bool:
        both = self.submitted_on and self.due_on
        return bool(both and self.submitted_on > self.due_on)  # type: ignore[operator]

    @property
    def state(self) -> CaseState:
        if not self.is_assessed:
            return CaseState.TO_ASSESS
        if not self.deadlines.is_susar:
            return CaseState.NO_SUSAR
        if self.submitted_on:
            return CaseState.SUBMITTED
        is_late = self.due_on is not None and self.today > self.due_on
        return CaseState.OVERDUE if is_late else CaseState.DUE

    @property
    def look(self) -> str:
        return LOOKS[self.state][0]

    @property
    def state_text(self) -> str:
        return _(LOOKS[self.state][1])

    @cached_property
    def complete_due_on(self) -> date | None:
        """Last day of the complete follow-up of a submitted case.

        A later version that was submitted, or made it no SUSAR any more, ends it.
        """
        last, event = self.deadlines.followup_due_on, self.line.event
        is_first = self.deadlines.clock == Clock.DAYS_7
        if event is None or not is_first or self.state != CaseState.SUBMITTED:
            return None
        casebook = self.line.casebook
        for report in reports_on(event, casebook):
            later = assessment_of(report, casebook)
            if later is None or report.occurrence <= self.line.report.occurrence:
                continue
            later_deadlines = deadlines_assessed(later, casebook)
            is_judged = later.get("expected_per_rsi") is not None
            if later.get("submitted_on") or (
                is_judged and later_deadlines and not later_deadlines.is_susar
            ):
                return None
        return last


def cases_of(lines: Iterable[ReportLine]) -> Iterator[SponsorCase]:
    today = clock.today()
    for line in lines:
        assessment = assessment_of(line.report, line.casebook)
        if line.sent is None or assessment is None:
            continue
        if due := deadlines_assessed(assessment, line.casebook):
            yield SponsorCase(line, assessment, due, today)


def by_urgency(cases: Iterable[SponsorCase]) -> list[SponsorCase]:
    """Open cases first, the earliest deadline on top."""

    def rank(case: SponsorCase) -> tuple[bool, bool, date]:
        is_settled = case.state in {CaseState.SUBMITTED, CaseState.NO_SUSAR}
        last = case.complete_due_on or (case.due_on if case.is_assessed else None)
        is_done = is_settled and case.complete_due_on is None
        return is_done, is_settled, last or case.today

    return sorted(cases, key=rank)
