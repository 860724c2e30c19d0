"""The screening log."""

from typing import Any

from django.db.models import Case, F, QuerySet, When
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_tables2 import Column

from enrollment.eligibility.rules import State
from enrollment.screening.selectors import REASONS
from enrollment.vocabulary import ParticipantStatus, PatientSource
from trial_edc.protocol import PROTOCOL
from trial_edc.tables import CodeColumn, NumberColumn, Table
from trial_edc.vocabulary import Sex

NUMBER = ("form__participant__number", "form__occurrence")
CRITERIA = [criterion.id for criterion in PROTOCOL.criteria]
# What no line shows of a screening that is struck out.
VALUES = ("approached_at", "source", "age_years", "sex", "screening_closed_at")


def _first_criterion() -> Case:
    """The place of the first criterion that failed or is unknown."""
    return Case(
        *(
            When(criteria__overlap=[f"{code}:{state.value}" for state in State], then=n)
            for n, code in enumerate(CRITERIA)
        ),
        default=None,
    )


def _shown(name: str) -> str:
    return f"shown_{name}"


class ScreeningTable(Table):
    """Every screening of every person approached, the last person first."""

    row = "enrollment/screening/screening_line.html"

    number = Column(_("Number"), order_by=NUMBER)
    status = CodeColumn(
        _("Status"), "state", codes=lambda: [one.value for one in ParticipantStatus]
    )
    approached_at = Column(_("Approached"), _shown("approached_at"))
    source = CodeColumn(
        _("Source"), _shown("source"), codes=lambda: [t.value for t in PatientSource]
    )
    age_years = NumberColumn(_("Age"), _shown("age_years"))
    sex = CodeColumn(_("Sex"), _shown("sex"), codes=lambda: [t.value for t in Sex])
    consented_at = Column(_("Consent"))
    closed_at = Column(_("Closed"), _shown("screening_closed_at"))
    reason = CodeColumn(_("Reason"), codes=lambda: REASONS)
    failed_criteria = Column(_("Failed or unknown"), "criterion_place")

    def __init__(
        self, rows: QuerySet[Any], request: HttpRequest, **options: Any
    ) -> None:
        shown = {_shown(n): Case(When(form__struck_at=None, then=F(n))) for n in VALUES}
        sortable = rows.annotate(criterion_place=_first_criterion(), **shown)
        super().__init__(sortable, request, **options)
