"""Conditions of safety forms on the rows that they refer to."""

from record.casebook.conditions import Condition
from record.casebook.form_data import Casebook, FormData
from safety.facts import event_of
from safety.reports.facts import deadlines_assessed


class EventIs(Condition):
    """The event that a report is about meets one of the criteria of seriousness."""

    def __init__(self, *criteria: str) -> None:
        self.criteria = frozenset(str(criterion) for criterion in criteria)

    def holds(self, data: FormData, casebook: Casebook) -> bool:
        event = event_of(data, casebook)
        return bool(event and self.criteria & set(event.get("seriousness") or ()))

    def items(self) -> frozenset[str]:
        return frozenset({"ae"})


class IsSusar(Condition):
    """The sponsor assessment makes the case a SUSAR."""

    def holds(self, data: FormData, casebook: Casebook) -> bool:
        due = deadlines_assessed(data, casebook)
        return due is not None and due.is_susar

    def items(self) -> frozenset[str]:
        return frozenset({"causality_sponsor", "expected_per_rsi"})
