"""Versions that the sponsor has: assessed or not, a SUSAR or not, submitted or not."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

from django.utils.translation import gettext as _

from record.casebook.form_data import FormData
from safety.events.facts import assessment_of, deadlines_assessed, reports_on
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


# The status that draws a state, and its own words.
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
        """Tell whether the sponsor judged cause and expectedness."""
        judged = (self.causality, self.assessment.get("expected_per_rsi"))
        return None not in judged

    @property
    def causality(self) -> str | None:
        """Return the sponsor's judgement of the cause."""
        given: str | None = self.assessment.get("causality_sponsor")
        return given

    @property
    def causality_words(self) -> str:
        return _(Causality(self.causality).label) if self.causality else "—"

    @property
    def expected_words(self) -> str:
        told = self.assessment.get("expected_per_rsi")
        return _(YesNo(told).label) if told else "—"

    @property
    def clock_words(self) -> str:
        """Return the period in which it must be submitted, in words."""
        return _(Clock(self.deadlines.clock).label)

    @property
    def sponsor_aware_at(self) -> datetime | None:
        """Return day 0."""
        known: datetime | None = self.assessment.get("sponsor_aware_at")
        return known

    @property
    def reference(self) -> str:
        return self.assessment.get("reference") or ""

    @property
    def submitted_on(self) -> date | None:
        told: date | None = self.assessment.get("submitted_on")
        return told

    @property
    def authorities(self) -> str:
        told = self.assessment.get("authority") or ()
        return ", ".join(_(Authority(one).label) for one in told)

    @property
    def due_on(self) -> date | None:
        return self.deadlines.initial_due_on

    @property
    def was_late(self) -> bool:
        """Tell whether it was submitted after its last day."""
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
    def words(self) -> str:
        return _(LOOKS[self.state][1])

    @cached_property
    def complete_due_on(self) -> date | None:
        """Return until when the complete follow-up of a submitted case is awaited.

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
            found = deadlines_assessed(later, casebook)
            is_judged = later.get("expected_per_rsi") is not None
            if later.get("submitted_on") or (
                is_judged and found and not found.is_susar
            ):
                return None
        return last


def cases_of(lines: Iterable[ReportLine]) -> Iterator[SponsorCase]:
    """Return the versions that were sent, with their assessments."""
    today = clock.today()
    for line in lines:
        assessment = assessment_of(line.report, line.casebook)
        if line.sent is None or assessment is None:
            continue
        if found := deadlines_assessed(assessment, line.casebook):
            yield SponsorCase(line, assessment, found, today)


def by_urgency(cases: Iterable[SponsorCase]) -> list[SponsorCase]:
    """Return what is still to be done first, what is due soonest on top."""

    def rank(one: SponsorCase) -> tuple[bool, bool, date]:
        is_settled = one.state in {CaseState.SUBMITTED, CaseState.NO_SUSAR}
        last = one.complete_due_on or (one.due_on if one.is_assessed else None)
        is_done = is_settled and one.complete_due_on is None
        return is_done, is_settled, last or one.today

    return sorted(cases, key=rank)
