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
from record.casebook.typed import unit_sign
from record.casebook.values import DetectionLimit, Quantity, Value
from trial_edc.typed_text import (
    IDEOGRAPHIC_POINT,
    PLAIN_NUMBER,
    described,
    has_odd_digit,
    plain,
)

AMOUNT = re.compile(  # of a unit that begins with a digit a gap must part the number
    r"(?P<number>[+-]? ?[0-9.,。、]*[0-9])"
    r" ?(?P<unit>[^\d\s.,。、^⁄].*|(?<= )10\^.*)?"
)
COMPARATORS = {"小于": "<", "低于": "<", "大于": ">", "高于": ">"}
LIMIT = re.compile(r"(?P<comparator>[<>]|[小低大高]于) ?(?P<amount>[^<>=].*)")
OTHER_LIMIT = re.compile(r"[≤≥⩽⩾≦≧]|[<>]=|=[<>]|不[超低高]")
# What a laboratory puts beside a value outside its range: `133↑`, `133 H`, `↓ 133`.
# No mark is given back once read: a text of marks alone would take for ever.
_ARROW, _WORDS = r"[↑↓⇑⇓⬆⬇▲▼*]", r"(?:HH?|LL?|偏?[高低](?!于))"
_MARK = rf"(?:{_ARROW}|\({_WORDS}\)|{_WORDS})"
FLAG_BEFORE = re.compile(rf"^(?:{_MARK} ?)++(?=[0-9<>小低大高])")
FLAG = re.compile(
    rf"(?<=[0-9])(?: ?{_MARK})++(?= |$)"
    rf"|(?<=[^ ])(?: ?{_ARROW}| ?\({_WORDS}\)| {_WORDS})++$"
)
MAX_EXPONENT = 8
LONGEST_FLAGGED = 200  # characters; no number with unit and flags has more
Amount = Quantity | DetectionLimit
PARTS = "unit", "comparator"  # columns of a laboratory value beside its number


class Number(Item, models.DecimalField):  # type: ignore[type-arg]
    """A number with unit and ranges; exact."""

    base = models.DecimalField

    def __init__(self, label: Any = "", *, decimals: int = 0, **options: Any) -> None:
        options.setdefault("max_digits", 12)
        options.pop("decimal_places", None)
        super().__init__(label, decimal_places=decimals, **options)

    def parse_entered(self, raw: Any) -> Value:
        number = parse_number(raw, self.decimal_places, unit=self.facts.unit)
        whole_digits = (self.max_digits or 0) - (self.decimal_places or 0)
        if number and number.adjusted() >= whole_digits:
            raise ValidationError(_("This number is too large."), "type")
        return number

    def measure(self, value: Value) -> Decimal | None:
        return None if value is None else Decimal(value)


def parse_number(
    raw: Any, decimals: int | None, *, unit: str = "", entered: str = ""
) -> Decimal:
    """Parse an exact decimal, with or without its unit behind it.

    A comma is refused, for it may part decimals or thousands. `entered` is the whole
    text, where `raw` is a part of it.
    """
    entered = entered or str(raw)
    text = f"{raw:f}" if isinstance(raw, Decimal) else _number_text(str(raw), unit)
    if not PLAIN_NUMBER.fullmatch(text) or has_odd_digit(entered):
        message = _("“%(entered)s” is not a number. Enter digits, such as 12.5.")
        if re.search(r"[0-9][,、]", text):
            message = COMMA
        raise ValidationError(message, "type", {"entered": described(entered)})
    number = Decimal(text)
    entered_decimals = len(text.partition(".")[2].rstrip("0"))
    if decimals is not None and entered_decimals > decimals:
        message = _("At most %(decimals)s decimals.")
        raise ValidationError(message, "decimals", {"decimals": decimals})
    if number and number.adjusted() > MAX_EXPONENT:
        message = _("This number is too large.")
        raise ValidationError(message, "type")
    return number


COMMA = _("“%(entered)s” has a comma. Write decimals with a point, thousands without.")


def _number_text(typed: str, unit: str) -> str:
    text = plain(typed)
    match = AMOUNT.fullmatch(text)
    if match and match["unit"] and unit_sign(match["unit"]) == unit_sign(unit):
        text = match["number"]
    return IDEOGRAPHIC_POINT.sub(".", text)


def _refuse_other_limit(typed: str, entered: str) -> None:
    if OTHER_LIMIT.match(typed):
        message = _("“%(entered)s” is no limit of detection. Enter one like <18.")
        raise ValidationError(message, "limit", {"entered": described(entered)})


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
        comparator = models.CharField(
            null=True, max_length=1, db_column=f"{name}__comparator"
        )
        standard = models.GeneratedField(
            expression=Case(*factors, output_field=number),
            output_field=number,
            db_persist=True,
            db_column=f"{name}__standard",
        )
        cls.add_to_class(f"{name}_unit", unit)
        cls.add_to_class(f"{name}_comparator", comparator)
        cls.add_to_class(f"{name}_standard", standard)

    def quantity(self, value: Decimal, unit: str) -> Quantity:
        exact = Decimal(f"{value.normalize():f}")
        return Quantity(exact, unit, exact * self.units[unit])

    def _known(self, comparator: str, value: Decimal, unit: str) -> Amount:
        quantity = self.quantity(value, unit)
        if not comparator:
            return quantity
        return DetectionLimit(comparator, quantity.value, unit, quantity.standard)

    def value_in(self, row: Model) -> Amount | None:
        number = getattr(row, self.attname)
        if number is None:
            return None
        columns = (getattr(row, f"{self.name}_{part}") for part in PARTS)
        unit, comparator = columns
        return self._known(comparator or "", Decimal(number), unit)

    def store(self, row: Model, value: Value) -> None:
        """Store value, unit and comparator; the database derives the standard value."""
        setattr(row, self.attname, value.value if value else None)
        setattr(row, f"{self.name}_unit", value.unit if value else None)
        comparator = getattr(value, "comparator", None)
        setattr(row, f"{self.name}_comparator", comparator)

    def parse_entered(self, raw: Any) -> Amount | None:
        """Parse a number, with a unit behind it or beside it: `(number, unit)`.

        The unit behind the number goes before the one beside it. `<` or `>` makes it a
        limit of detection; a flag of the laboratory (`133↑`, `133 H`) is no part of it.
        """
        if isinstance(raw, Quantity | DetectionLimit):
            return raw
        number, beside = (
            raw if isinstance(raw, tuple | list) else (raw, self.standard_unit)
        )
        entered = "" if number is None else str(number)
        typed = FLAG_BEFORE.sub("", plain(entered))
        if not typed:
            return None
        _refuse_other_limit(typed, entered)
        limit = LIMIT.fullmatch(typed)
        amount = limit["amount"] if limit else typed
        if len(amount) <= LONGEST_FLAGGED:
            amount = FLAG.sub("", amount)
        match = AMOUNT.fullmatch(amount)
        named = (match["unit"] if match else None) or str(beside or "")
        exact = parse_number(amount, self.decimal_places, unit=named, entered=entered)
        unit = self._require_unit(named)
        comparator = limit["comparator"] if limit else ""
        if comparator and exact <= 0:
            message = _("“%(entered)s” cannot be: a limit lies above 0.")
            raise ValidationError(message, "limit", {"entered": described(entered)})
        return self._known(COMPARATORS.get(comparator, comparator), exact, unit)

    def _require_unit(self, named: str) -> str:
        if unit := self.unit_of(named):
            return unit
        message = _("“%(entered)s” is no unit of this item. Use %(units)s.")
        if not plain(named):
            message = _("Choose the unit: %(units)s.")
        params = {"entered": described(named), "units": ", ".join(self.units)}
        raise ValidationError(message, "unit", params)

    def unit_of(self, text: str) -> str | None:
        by_sign = {unit_sign(unit): unit for unit in self.units}
        return by_sign.get(unit_sign(text))

    def as_text(self, value: Value) -> str:
        """As it is entered: `118`, or `<18` for a limit of detection."""
        if value is None:
            return ""
        return f"{getattr(value, 'comparator', '')}{value.value:f}"

    def to_json(self, value: Value) -> Any:
        return [self.as_text(value), value.unit] if value else None

    def measure(self, value: Value) -> Decimal | DetectionLimit | None:
        return value.standard if isinstance(value, Quantity) else value
