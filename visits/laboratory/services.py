"""Writes of the register of laboratories and reference ranges."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from record.accounts.models import User
from record.accounts.roles import Permission, persons
from record.audit.attribution import Actor, Source, attributed
from record.casebook import catalogue
from trial_edc import clock
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


def _require(by: Actor, person: int) -> None:
    if isinstance(by, User) and person not in persons(
        by.role, Permission.REFERENCE_DATA
    ):
        raise PermissionDenied


def register_laboratory(
    code: str, name: str, *, by: Actor, via: Source = Source.PAGE
) -> Laboratory:
    _require(by, 1)
    with attributed(by=by, via=via):
        laboratory, _made = Laboratory.objects.get_or_create(
            code=code, defaults={"name": name}
        )
    return laboratory


def enter_range(
    laboratory: Laboratory, entered: Range, *, by: User, via: Source = Source.PAGE
) -> ReferenceRange:
    """Enter a reference range; it counts once a second person has approved it."""
    _require(by, 1)
    if entered.unit not in units_of(entered.analyte):
        raise VisitRefused(_("This analyte is not entered in that unit."))
    with attributed(by=by, via=via):
        return ReferenceRange.objects.create(
            laboratory=laboratory,
            analyte=entered.analyte,
            sex=entered.sex,
            unit=entered.unit,
            low=entered.low,
            high=entered.high,
            valid_from=entered.valid_from,
            valid_to=entered.valid_to,
            entered_by=by,
        )


def approve_range(
    entered: ReferenceRange, *, by: User, via: Source = Source.PAGE
) -> ReferenceRange:
    """Approve a reference range, as a second person."""
    _require(by, 2)
    with attributed(by=by, via=via):
        entered = ReferenceRange.objects.select_for_update().get(pk=entered.pk)
        if entered.approved_at is None:
            entered.approved_by, entered.approved_at = by, clock.now()
            entered.save(update_fields=("approved_by", "approved_at"))
    return entered
