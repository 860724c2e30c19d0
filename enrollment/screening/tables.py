"""The screening log."""

from typing import Any

from django.db.models import Case, QuerySet, When
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


def _first_criterion() -> Case:
    """The place of the first criterion that failed or is unknown."""
    return Case(
        *(
            When(criteria__overlap=[f"{code}:{state.value}" for state in State], then=n)
            for n, code in enumerate(CRITERIA)
        ),
        default=None,
    )


class ScreeningTable(Table):
    """Every screening of every person approached, the last person first."""

    row = "enrollment/screening/screening_line.html"

    number = Column(_("Number"), order_by=NUMBER)
    status = CodeColumn(
        _("Status"), "state", codes=lambda: [one.value for one in ParticipantStatus]
    )
    approached_at = Column(_("Approached"))
    source = CodeColumn(_("Source"), codes=lambda: [t.value for t in PatientSource])
    age_years = NumberColumn(_("Age"))
    sex = CodeColumn(_("Sex"), codes=lambda: [t.value for t in Sex])
    consented_at = Column(_("Consent"))
    closed_at = Column(_("Closed"), "screening_closed_at")
    reason = CodeColumn(_("Reason"), codes=lambda: REASONS)
    failed_criteria = Column(_("Failed or unknown"), "criterion_place")

    def __init__(
        self, rows: QuerySet[Any], request: HttpRequest, **options: Any
    ) -> None:
        by_place = rows.annotate(criterion_place=_first_criterion())
        super().__init__(by_place, request, **options)
