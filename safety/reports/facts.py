"""Reports on serious events, their assessments and deadlines in a casebook; pure."""

from datetime import datetime

from record.casebook.form_data import Casebook, FormData
from safety.facts import event_of, is_serious
from safety.reports.rules.clocks import (
    Deadlines,
    SeriousCase,
    deadlines,
    follow_up_deadlines,
)
from safety.vocabulary import Seriousness
from trial_edc.vocabulary import YesNo

GRAVE = frozenset({Seriousness.DEATH.value, Seriousness.LIFE_THREATENING.value})


def reports_on(event: FormData, casebook: Casebook) -> list[FormData]:
    return [row for row in casebook.rows("SAE") if row.get("ae") == event.form_id]


def report_assessed(assessment: FormData, casebook: Casebook) -> FormData | None:
    """The report that a sponsor assessment is about: that of its number."""
    matches = (r for r in casebook.rows("SAE") if r.occurrence == assessment.occurrence)
    return next(matches, None)


def assessment_of(report: FormData, casebook: Casebook) -> FormData | None:
    matches = (a for a in casebook.rows("SPA") if a.occurrence == report.occurrence)
    return next(matches, None)


def earlier_versions(report: FormData, casebook: Casebook) -> list[FormData]:
    """Of a report that names no event there are none."""
    if report.get("ae") is None:
        return []
    versions = (r for r in casebook.rows("SAE") if r.get("ae") == report.get("ae"))
    return [version for version in versions if version.occurrence < report.occurrence]


def clock_starts_at(report: FormData, casebook: Casebook) -> datetime | None:
    """When the site knew what a version reports; None while that is not entered.

    The time of an earlier version is not that of a later one, which has a clock of its
    own.
    """
    aware_at: datetime | None = report.get("aware_at")
    earlier = (
        version.get("aware_at") for version in earlier_versions(report, casebook)
    )
    if aware_at is None or any(at and aware_at <= at for at in earlier):
        return None
    return aware_at


def case_of(
    assessment: FormData | None, report: FormData, casebook: Casebook
) -> SeriousCase:
    event = event_of(report, casebook)
    met = set((event and event.get("seriousness")) or ())
    expected = assessment and assessment.get("expected_per_rsi")
    return SeriousCase(
        investigator_aware_at=report.get("aware_at"),
        sponsor_aware_at=assessment.get("sponsor_aware_at") if assessment else None,
        serious=bool(event and is_serious(event)),
        fatal_or_life_threatening=bool(GRAVE & met),
        causality_investigator=event.get("caused_by_infusion") if event else None,
        causality_sponsor=assessment.get("causality_sponsor") if assessment else None,
        expected=None if expected is None else expected == YesNo.YES,
    )


def deadlines_assessed(assessment: FormData, casebook: Casebook) -> Deadlines | None:
    """Deadlines that follow from a sponsor assessment.

    The first version that makes a case a SUSAR starts its clock; later ones bring new
    information on it.
    """
    report = report_assessed(assessment, casebook)
    if report is None:
        return None
    case = case_of(assessment, report, casebook)
    for earlier in earlier_versions(report, casebook):
        earlier_deadlines = deadlines(
            case_of(assessment_of(earlier, casebook), earlier, casebook)
        )
        if earlier_deadlines.is_susar:
            return follow_up_deadlines(earlier_deadlines, case)
    return deadlines(case)
