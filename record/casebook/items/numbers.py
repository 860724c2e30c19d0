"""Numbers and laboratory values, exact."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, F, Model, When
from django.utils.translation import gettext_lazy as _

from record.casebook.items.base import Item
from record.casebook.values import Quantity, Value


class Number(Item, models.DecimalField):  # type: ignore[type-arg]
    """A number with unit and ranges; exact."""

    base = models.DecimalField

    def __init__(self, label: Any = "", *, decimals: int = 0, **options: Any) -> None:
        options.setdefault("max_digits", 12)
        options.pop("decimal_places", None)
        super().__init__(label, decimal_places=decimals, **options)

    def parse_entered(self, raw: Any) -> Value:
        number = parse_number(raw, self.decimal_places)
        whole_digits = (self.max_digits or 0) - (self.decimal_places or 0)
        if number and number.adjusted() >= whole_digits:
            raise ValidationError(_("This number is too large."), "type")
        return number

    def measure(self, value: Value) -> Decimal | None:
        return None if value is None else Decimal(value)


def parse_number(raw: Any, decimals: int | None) -> Decimal:
    """Parse an exact decimal; refuse full-width digits and a decimal comma."""
    text = f"{raw:f}" if isinstance(raw, Decimal) else str(raw).strip()
    if not PLAIN_NUMBER.fullmatch(text):
        message = _("“%(entered)s” is not a number. Enter digits, such as 12.5.")
        raise ValidationError(message, "type", {"entered": raw})
    number = Decimal(text)
    entered_decimals = len(text.partition(".")[2].rstrip("0"))
    if decimals is not None and entered_decimals > decimals:
        message = _("At most %(decimals)s decimals.")
        raise ValidationError(message, "decimals", {"decimals": decimals})
    if number and number.adjusted() > MAX_EXPONENT:
        message = _("This number is too large.")
        raise ValidationError(message, "type")
    return number


PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
MAX_EXPONENT = 8


class Lab(Item, models.DecimalField):  # type: ignore[type-arg]
    """A laboratory value: as entered with its unit, and in the standard unit.

    `units` maps each unit to the factor that turns it into the first, standard one.
    """

    base = models.DecimalField

    def __init__(
        self,
        label: Any = "",
        *,
        units: Mapping[str, str | int | Decimal],
        **options: Any,
    ) -> None:
        self.units = {unit: Decimal(str(factor)) for unit, factor in units.items()}
        self.standard_unit = next(iter(self.units))
        options.setdefault("max_digits", 16)
        options.setdefault("decimal_places", 6)
        super().__init__(label, **{"unit": self.standard_unit, **options})

    def contribute_to_class(
        self,
        cls: type[Model],
        name: str,
        private_only: bool = False,  # noqa: FBT001, FBT002 - as Django passes it
    ) -> None:
        super().contribute_to_class(cls, name, private_only=private_only)
        if getattr(cls, "is_sealed", False):
            return
        factors = [
            When(**{f"{name}_unit": unit}, then=F(name) * factor)
            for unit, factor in self.units.items()
        ]
        number = models.DecimalField(max_digits=24, decimal_places=10)
        unit = models.CharField(null=True, max_length=12, db_column=f"{name}__unit")
        standard = models.GeneratedField(
            expression=Case(*factors, output_field=number),
            output_field=number,
            db_persist=True,
            db_column=f"{name}__standard",
        )
        cls.add_to_class(f"{name}_unit", unit)
        cls.add_to_class(f"{name}_standard", standard)

    def quantity(self, value: Decimal, unit: str) -> Quantity:
        exact = Decimal(f"{value.normalize():f}")
        return Quantity(exact, unit, exact * self.units[unit])

    def value_in(self, row: Model) -> Quantity | None:
        number = getattr(row, self.attname)
        if number is None:
            return None
        return self.quantity(Decimal(number), getattr(row, f"{self.name}_unit"))

    def store(self, row: Model, value: Value) -> None:
        """Store value and unit; the database derives the standard value."""
        setattr(row, self.attname, value.value if value else None)
        setattr(row, f"{self.name}_unit", value.unit if value else None)

    def parse_entered(self, raw: Any) -> Quantity | None:
        """Parse `(number, unit)`, or a number in the standard unit."""
        if isinstance(raw, Quantity):
            return raw
        number, unit = (
            raw if isinstance(raw, tuple | list) else (raw, self.standard_unit)
        )
        if number is None or number == "":
            return None
        if unit not in self.units:
            message = _("Choose the unit: %(units)s.")
            raise ValidationError(message, "unit", {"units": ", ".join(self.units)})
        return self.quantity(parse_number(number, self.decimal_places), unit)

    def as_text(self, value: Value) -> str:
        return "" if value is None else f"{value.value:f}"

    def to_json(self, value: Value) -> Any:
        return [f"{value.value:f}", value.unit] if value else None

    def measure(self, value: Value) -> Decimal | None:
        return value.standard if value else None
