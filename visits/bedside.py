"""Reads of the bedside page: an infusion with its record and its measurements."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext

from casebook.models import FormInstance, Participant
from casebook.selectors import binder_of
from casebook.sheets import Sheet
from trial_edc.requirements import implements
from trial_edc.vocabulary import VisitCode
from visits import timing
from visits.schedule import INFUSION_VISITS, is_refused_for_good
from visits.vocabulary.infusion import Decision


@dataclass(frozen=True, slots=True)
class Bedside:
    """One infusion as the bedside page shows it."""

    participant: Participant
    visit: str
    request: Sheet | None
    record: Sheet | None
    record_form: FormInstance | None
    points: tuple[timing.Point, ...]
    forms: Mapping[int, FormInstance]

    @property
    def number(self) -> int:
        """Return which infusion it is."""
        return INFUSION_VISITS[self.visit]

    @property
    def started_at(self) -> datetime | None:
        """Return when it started."""
        return self.record.get("started_at") if self.record else None

    @property
    def stopped_at(self) -> datetime | None:
        """Return when it ended."""
        return self.record.get("stopped_at") if self.record else None

    @property
    def dosing_weight_kg(self) -> Decimal | None:
        """Return the weight of the request, which all infusion forms use."""
        return self.request.get("dosing_weight_kg") if self.request else None

    @property
    def decision_label(self) -> str:
        """Return the words of the decision on it."""
        decision = self.request.get("decision") if self.request else None
        return gettext(Decision(decision).label) if decision else ""

    @property
    def next_point(self) -> timing.Point | None:
        """Return the time point to measure next."""
        return timing.next_point(self.points)

    @property
    def answered(self) -> int:
        """Return how many time points are answered."""
        return sum(point.is_answered for point in self.points)

    @property
    def applicable(self) -> int:
        """Return how many time points this infusion has."""
        return sum(point.is_applicable for point in self.points)


@implements("INF-03")
def infusion_at(participant: Participant, visit: str) -> Bedside:
    """Return an infusion with its vital-sign rows by time point."""
    binder = binder_of(participant)
    held = FormInstance.objects.filter(
        participant=participant, visit=visit, code__in=("INF", "VSI"), struck_at=None
    )
    forms = list(held)
    return Bedside(
        participant,
        visit,
        binder.one("IRQ", visit),
        binder.one("INF", visit),
        next((form for form in forms if form.code == "INF"), None),
        timing.points_of(visit, binder),
        {form.occurrence: form for form in forms if form.code == "VSI"},
    )


def present_infusion(participant: Participant) -> str:
    """Return the visit of the first infusion that is neither over nor refused."""
    binder = binder_of(participant)
    open_visits = (
        visit
        for visit, number in INFUSION_VISITS.items()
        if not is_refused_for_good(binder, number) and not timing.is_over(visit, binder)
    )
    return next(open_visits, VisitCode.DAY_7.value)
