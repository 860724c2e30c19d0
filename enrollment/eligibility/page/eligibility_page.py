"""The eligibility page as a whole: what is decided, by what, and what is missing."""

from dataclasses import dataclass
from datetime import datetime

from enrollment.eligibility.facts.as_of_randomization import as_of_randomization
from enrollment.eligibility.facts.evidence import evidence_of
from enrollment.eligibility.page.chart import CreatinineChart, creatinine_chart
from enrollment.eligibility.page.criterion_basis import CriterionRow, criterion_rows
from enrollment.eligibility.page.drugs import DrugSection, drug_section
from enrollment.eligibility.page.freshness import StalenessWarning, staleness_warnings
from enrollment.eligibility.page.kidney import KidneySection, kidney_section
from enrollment.eligibility.page.measurements import (
    MeasurementSection,
    measurement_section,
)
from enrollment.eligibility.page.missing_entries import MissingEntry, missing_entries
from enrollment.eligibility.rules import State
from enrollment.eligibility.selectors import Eligibility, screening_form_ids

AGAINST = (State.NOT_MET, State.PRESENT)


@dataclass(frozen=True)
class EligibilityPage:
    """What the page shows, apart from the confirmation."""

    rows: list[CriterionRow]
    missing_entries: list[MissingEntry]
    warnings: list[StalenessWarning]
    kidney: KidneySection
    chart: CreatinineChart | None
    drugs: DrugSection
    numbers: MeasurementSection

    @property
    def against(self) -> list[CriterionRow]:
        return [row for row in self.rows if row.state in AGAINST]

    @property
    def unknown(self) -> list[CriterionRow]:
        return [row for row in self.rows if row.state == State.UNKNOWN]


def eligibility_page(eligibility: Eligibility, now: datetime) -> EligibilityPage:
    form_ids = screening_form_ids(eligibility)
    casebook = as_of_randomization(eligibility.casebook)
    evidence, assessment = evidence_of(casebook), eligibility.assessment
    kidney = kidney_section(evidence, assessment)
    return EligibilityPage(
        rows=criterion_rows(eligibility, form_ids),
        missing_entries=missing_entries(casebook, assessment.outcomes, form_ids),
        warnings=staleness_warnings(eligibility, now),
        kidney=kidney,
        chart=creatinine_chart(kidney),
        drugs=drug_section(casebook, evidence, assessment),
        numbers=measurement_section(casebook, evidence),
    )
