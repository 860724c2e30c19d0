"""Conditions on the schedule and on consent, for items of the visit forms."""

from datetime import date, datetime
from typing import Any

from enrollment.consent.facts.decisions import first_consented_at
from record.casebook.conditions import Condition
from record.casebook.form_data import Casebook, FormData
from record.casebook.values import Partial
from trial_edc.dates import SITE_TZ, site_date
from trial_edc.vocabulary import MissingCode
from visits.schedule.facts import window_of


class CodedMissing(Condition):
    """The item has this missing code."""

    def __init__(self, item: str, code: MissingCode) -> None:
        self.item, self.code = item, code

    def holds(self, data: FormData, casebook: Casebook) -> bool:
        del casebook
        return data.missing(self.item) == self.code

    def items(self) -> frozenset[str]:
        return frozenset({self.item})


class OutOfWindow(Condition):
    """The date of the visit lies outside the visit's window."""

    def holds(self, data: FormData, casebook: Casebook) -> bool:
        """Without a window nothing is outside."""
        on, window = data.get("visit_date"), window_of(casebook, data.visit)
        return on is not None and window is not None and on not in window

    def items(self) -> frozenset[str]:
        return frozenset({"visit_date"})


class BeforeConsent(Condition):
    """Something happened before consent was given."""

    def __init__(self, item: str) -> None:
        self.item = item

    def holds(self, data: FormData, casebook: Casebook) -> bool:
        return is_before(data.get(self.item), first_consented_at(casebook))

    def items(self) -> frozenset[str]:
        return frozenset({self.item})


def is_before(value: Any, instant: datetime | None) -> bool:
    """Whether a date, instant or partial date is before an instant for certain."""
    if instant is None or value is None:
        return False
    exact = value.instant(SITE_TZ) if isinstance(value, Partial) else value
    if isinstance(exact, datetime):
        return exact < instant
    last: date = value.latest if isinstance(value, Partial) else value
    return last < site_date(instant)
