"""What the ward may know of a bag, and compares: nothing of the product.

The same in both arms.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext

from randomization.models import ProductRecord
from record.casebook import catalogue
from record.casebook.derived import derived_values
from record.casebook.form_data import Casebook
from record.casebook.models import Participant
from record.casebook.values import MissingCode, Value
from trial_edc.protocol import PROTOCOL


@dataclass(frozen=True, slots=True)
class Bag:
    """A bag that was handed over; its label says when it must be started before."""

    handed_over_at: datetime
    use_before: datetime | None


def bag_of(participant: Participant, visit: str) -> Bag | None:
    """None before the hand-over."""
    records = ProductRecord.objects.filter(
        form__participant=participant, form__visit=visit, form__struck_at=None
    )
    record = records.first()
    if record is None:
        return None
    handed_over_at = _instant(record.value_of("handed_over_at"))
    if handed_over_at is None:
        return None
    return Bag(
        handed_over_at, use_before(_instant(record.value_of("out_of_storage_at")))
    )


def sex_word(casebook: Casebook) -> str:
    code = casebook.value("DEM", "sex")
    item = catalogue.design("DEM").items["sex"]
    return gettext(item.label_of(str(code))) if code else ""


def age_years(casebook: Casebook) -> int | None:
    demography = casebook.one("DEM")
    values = derived_values(demography, casebook) if demography else ()
    ages = (one.value for one in values if one.derivation.name == "age_years")
    return next(ages, None)


def use_before(out_of_storage_at: datetime | None) -> datetime | None:
    longest = timedelta(minutes=PROTOCOL.infusion.thaw_to_start_max_min)
    return out_of_storage_at + longest if out_of_storage_at else None


def _instant(value: Value) -> datetime | None:
    return None if isinstance(value, MissingCode) else value
