"""The eligibility page as a whole: what is decided, by what, and what is missing."""

from dataclasses import dataclass
from datetime import datetime

from enrollment.eligibility.facts.as_of_randomization import as_screened
from enrollment.eligibility.facts.evidence import evidence_of
from enrollment.eligibility.page.chart import CreatinineChart, creatinine_chart
from enrollment.eligibility.page.criterion_basis import CriterionRow, criterion_rows
from enrollment.eligibility.page.drugs import DrugExhibit, drug_exhibit
from enrollment.eligibility.page.freshness import Warned, warned
from enrollment.eligibility.page.kidney import KidneyExhibit, kidney_exhibit
from enrollment.eligibility.page.measurements import NumberExhibit, number_exhibit
from enrollment.eligibility.page.missing_entries import MissingEntry, wanted
from enrollment.eligibility.rules import State
from enrollment.eligibility.selectors import Eligibility, screening_form_ids

AGAINST = (State.NOT_MET, State.PRESENT)


@dataclass(frozen=True)
class EligibilityPage:
    """Everything on the page that is no act."""

    rows: list[CriterionRow]
    wanted: list[MissingEntry]
    warnings: list[Warned]
    kidney: KidneyExhibit
    chart: CreatinineChart | None
    drugs: DrugExhibit
    numbers: NumberExhibit

    @property
    def against(self) -> list[CriterionRow]:
        return [row for row in self.rows if row.state in AGAINST]

    @property
    def unknown(self) -> list[CriterionRow]:
        """Return the criteria that nothing decides yet."""
        return [row for row in self.rows if row.state == State.UNKNOWN]


def eligibility_page(found: Eligibility, now: datetime) -> EligibilityPage:
    """Lay the page out; one select for the forms that hang empty."""
    form_ids = screening_form_ids(found)
    casebook = as_screened(found.casebook)
    evidence, assessment = evidence_of(casebook), found.assessment
    kidney = kidney_exhibit(evidence, assessment)
    return EligibilityPage(
        rows=criterion_rows(found, form_ids),
        wanted=wanted(casebook, assessment.outcomes, form_ids),
        warnings=warned(found, now),
        kidney=kidney,
        chart=creatinine_chart(kidney),
        drugs=drug_exhibit(casebook, evidence, assessment),
        numbers=number_exhibit(casebook, evidence),
    )
