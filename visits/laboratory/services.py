"""Writes of the register of laboratories and reference ranges."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from record.accounts.access import require_person
from record.accounts.models import User
from record.accounts.roles import FIRST, Permission
from record.audit import once
from record.audit.attribution import Actor, Source, attributed
from record.casebook import catalogue
from record.review.services.approvals import approve
from visits.judgements.services import keep_values_of_laboratory
from visits.laboratory.vocabulary import Analyte
from visits.models import Laboratory, ReferenceRange
from visits.schedule.problems import VisitRefused


@dataclass(frozen=True, slots=True)
class Range:
    """A reference range as it is entered; a limit of None is open."""

    analyte: Analyte
    sex: str
    unit: str
    low: Decimal | None
    high: Decimal | None
    valid_from: date
    valid_to: date | None = None


def units_of(analyte: str) -> list[str]:
    form, item = ("CRE", "value") if analyte == Analyte.CREATININE else ("LAB", analyte)
    return list(catalogue.design(form).items[item].units)  # type: ignore[attr-defined]


def register_laboratory(
    code: str, name: str, *, by: Actor, via: Source = Source.PAGE
) -> Laboratory:
    require_person(by, FIRST, Permission.REFERENCE_DATA)
    with attributed(by=by, via=via):
        laboratory, _is_new = Laboratory.objects.get_or_create(
            code=code, defaults={"name": name}
        )
    return laboratory


def enter_range(
    laboratory: Laboratory, values: Range, *, by: User, via: Source = Source.PAGE
) -> ReferenceRange:
    """The range counts once a second person has approved it."""
    require_person(by, FIRST, Permission.REFERENCE_DATA)
    if values.unit not in units_of(values.analyte):
        raise VisitRefused(_("This analyte is not entered in that unit."))
    with attributed(by=by, via=via):
        once.require_first()
        return ReferenceRange.objects.create(
            laboratory=laboratory,
            analyte=values.analyte,
            sex=values.sex,
            unit=values.unit,
            low=values.low,
            high=values.high,
            valid_from=values.valid_from,
            valid_to=values.valid_to,
            entered_by=by,
        )


def approve_range(
    reference_range: ReferenceRange,
    *,
    shown: str | None = None,
    by: User,
    via: Source = Source.PAGE,
) -> ReferenceRange:
    with transaction.atomic():
        approved = approve(
            reference_range, Permission.REFERENCE_DATA, shown=shown, by=by, via=via
        )
        keep_values_of_laboratory(approved)
    return approved
