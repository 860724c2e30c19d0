"""What the ward may know of a bag, and compares: nothing of the product.

The same in both arms.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from randomization.models import ProductRecord
from randomization.product.rules.bag_times import bag_times
from record.casebook import catalogue
from record.casebook.derived import derived_values
from record.casebook.form_data import Casebook
from record.casebook.models import Participant
from record.casebook.values import MissingCode, Value
from trial_edc.requirements import implements


@dataclass(frozen=True, slots=True)
class Bag:
    """A bag that was requested; none of its times is the pharmacy's own."""

    leaves_at: datetime
    start_before: datetime
    is_handed_over: bool


@implements("RND-05")
def bag_of(
    participant: Participant,
    visit: str,
    *,
    planned_start_at: datetime,
    signed_at: datetime,
) -> Bag:
    times = bag_times(planned_start_at, signed_at=signed_at)
    is_handed_over = times.are_of(_handed_over_at(participant, visit))
    return Bag(times.leaves_at, times.start_before, is_handed_over)


def _handed_over_at(participant: Participant, visit: str) -> datetime | None:
    records = ProductRecord.objects.filter(
        form__participant=participant, form__visit=visit, form__struck_at=None
    )
    record = records.first()
    return _instant(record.value_of("handed_over_at")) if record else None


def sex_word(casebook: Casebook) -> str:
    code = casebook.value("DEM", "sex")
    item = catalogue.design("DEM").items["sex"]
    return gettext(item.label_of(str(code))) if code else ""


def age_years(casebook: Casebook) -> int | None:
    demography = casebook.one("DEM")
    values = derived_values(demography, casebook) if demography else ()
    ages = (one.value for one in values if one.derivation.name == "age_years")
    return next(ages, None)


def _instant(value: Value) -> datetime | None:
    return None if isinstance(value, MissingCode) else value
