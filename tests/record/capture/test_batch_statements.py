"""How many statements rows take together: as many for 10 as for 50."""

from collections.abc import Callable
from typing import Any

import pytest

from record.accounts.models import User
from record.audit.attribution import Reason
from record.capture.entries import form_entry
from record.capture.problems import Conflict, ExplanationNeeded
from record.capture.services import batches
from record.capture.services.rows import RowEntry, RowsNotSaved, save_rows
from record.casebook import catalogue
from record.casebook.models import FormInstance, Participant
from record.review.models import Query
from tests.entry.test_statement_counts import counted
from tests.people import STAGE, person
from tests.record.capture.rows import TABLES, WHOLE, times, whole
from tests.visits import stage
from visits.laboratory.services import register_laboratory

pytestmark = pytest.mark.django_db
WHY = Reason("transcription", "misread")
FEW, MANY = 10, 50
# Answers that the checks ask about, or that have consequences; then others.
CHANGES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "CMD": ({"dose": "80"}, {"dose": "60"}),
    "CRE": ({"value": ("2000", "umol/L")}, {"value": ("90", "umol/L")}),
    "LAB": ({"potassium": ("7.5", "mmol/L")}, {"potassium": ("4", "mmol/L")}),
    "RRT": ({"stop_reason": "died"}, {"stop_reason": "recovered"}),
    "STY": ({"out_to": "died"}, {"out_to": "ward"}),
    "URI": ({"volume_ml": "2500"}, {"volume_ml": "70"}),
    "VIT": ({"weight_kg": "190"}, {"weight_kg": "71"}),
}


class Table:
    """The rows of a participant, saved together, and what each save takes."""

    def __init__(self, who: Participant, code: str, by: User) -> None:
        self.who, self.design, self.by = who, catalogue.design(code), by
        self.explanations: dict[str, str] = {}
        self.costs: list[tuple[int, set[str]]] = []

    def add(self, rows: int) -> None:
        design, visit = self.design, next(iter(self.design.collected.visits), "")
        own = whole(design)
        self.save(
            lambda: [
                RowEntry(f"n{n}", self.entry(own | times(design, n), 0), visit=visit)
                for n in range(rows)
            ]
        )

    def change(self, values: dict[str, Any], *, behind: int = 0) -> None:
        forms = FormInstance.objects.filter(
            participant=self.who, code=self.design.code, revision__gt=0
        )
        self.save(
            lambda: [
                RowEntry(f"r{one.pk}", self.entry(values, one.revision - behind), one)
                for one in forms
            ]
        )

    def entry(self, values: dict[str, Any], based_on: int) -> Any:
        how = {"explanations": self.explanations, "based_on": based_on}
        reasons = dict.fromkeys(values, WHY)
        return form_entry(self.design, values, complete=True, reasons=reasons, **how)

    def save(self, rows: Callable[[], list[RowEntry]]) -> None:
        """What is asked is explained, in a second try."""
        problems = self.attempt(rows())
        unusual = [p for p in problems if isinstance(p, ExplanationNeeded)]
        self.explanations |= {
            f.check_id: "so it was" for p in unusual for f in p.findings
        }
        if unusual:
            self.attempt(rows())

    def attempt(self, entries: list[RowEntry]) -> list[Exception]:
        problems: list[Exception] = []
        with counted() as statements:
            try:
                save_rows(self.who, self.design.code, entries, by=self.by)
            except RowsNotSaved as problem:
                problems = list(problem.problems.values())
        kinds = {type(one).__name__ for one in problems}
        self.costs.append((len(statements), kinds))
        return problems


def course(who: Participant, code: str, rows: int, by: User) -> Table:
    """Add rows, ask about changes, change them, take it back, and clash."""
    table, (unusual, plain) = Table(who, code, by), CHANGES[code]
    table.add(rows)
    table.change(unusual)
    table.change(plain)
    table.change({name: WHOLE[code][name] for name in unusual}, behind=1)
    return table


@pytest.mark.verifies("AUD-01")
@pytest.mark.parametrize("code", TABLES)
def test_rows_take_as_many_statements_together_as_few(code):
    register_laboratory("L", "Laboratory", by=STAGE)
    investigator = person("IN")

    few = course(stage.infused(1, ago=5), code, FEW, investigator)
    many = course(stage.infused(2, ago=5), code, MANY, investigator)

    assert few.costs == many.costs
    assert [kinds for _n, kinds in many.costs][-1] == {Conflict.__name__}
    forms = FormInstance.objects.filter(participant=many.who, code=code)
    assert forms.filter(revision=3).count() == MANY
    queries = Query.objects.filter(form__in=forms).count()
    assert queries >= MANY * any("Explanation" in str(k) for _n, k in many.costs)


def test_a_further_page_of_rows_takes_as_many_statements_again(monkeypatch):
    costs = []
    for number, pages in enumerate((1, 2, 3)):
        table = Table(
            stage.infused(number + 1, ago=8),
            "URI",
            person("IN", username=f"in{number}"),
        )
        monkeypatch.setattr(batches, "AT_ONCE", 12 // pages)
        table.add(12)
        costs.append(table.costs[-1][0])

    assert costs[2] - costs[1] == costs[1] - costs[0]
