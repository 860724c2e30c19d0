"""Item types: thin typed fields whose further facts stay out of migrations.

One declaration serves the table, the page, the checks, the history, the dictionary
and the exports. Every column is nullable without default: unknown is never a value.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, TypeVar

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, F, Model, When
from django.utils.dateparse import parse_date, parse_datetime, parse_time
from django.utils.translation import gettext_lazy as _

from casebook.conditions import Condition
from casebook.typed import iso_date, iso_datetime, iso_time
from casebook.values import Partial, Quantity, Row, Value
from trial_edc.clock import SITE_TZ
from trial_edc.vocabulary import Term
from trial_edc.vocabulary import YesNo as YesNoTerm

Required = bool | Condition
AnyDate = TypeVar("AnyDate", bound=date)
Range = tuple[float | Decimal, float | Decimal]


@dataclass(frozen=True)
class Facts:
    """What an item is beside its column; `docs/adding_a_form.md` explains each."""

    required: Required = False
    only_if: Condition | None = None
    hard: Range | None = None
    soft: Range | None = None
    unit: str = ""
    missing_allowed: bool = True  # the catalogue marks items that take no code with †
    future_allowed: bool = False  # ⏩
    judged: bool = False  # an investigator's judgement
    identity: bool = False  # names a person: never exported
    guide: Any = ""  # completion guideline
    sdtm: str = ""
    cdash: str = ""
    loinc: str = ""
    since: int = 1  # the form version that brought the item
    terms: type[Term] | None = None


FACT_NAMES = frozenset(Facts.__dataclass_fields__) - {"terms"}


class Item(models.Field):  # type: ignore[type-arg]
    """What all item types share; a mixin in front of one of Django's fields."""

    facts: Facts
    base: Any  # the plain field that migrations see
    column_options: Mapping[str, Any] = {}

    def __init__(self, label: Any = "", **options: Any) -> None:
        """Take the label people read and the facts of the item."""
        facts = {name: options.pop(name) for name in FACT_NAMES & set(options)}
        self.facts = Facts(**facts, terms=options.pop("terms", None))
        options = {**self.column_options, **options, "null": True, "blank": True}
        super().__init__(verbose_name=label, **options)

    def deconstruct(self) -> Any:
        """Name the plain field, so that facts and labels are no migration."""
        name, _path, args, kwargs = super().deconstruct()
        for told_elsewhere in ("verbose_name", "choices", "blank"):
            kwargs.pop(told_elsewhere, None)
        module = self.base.__module__
        if module.startswith("django.db.models"):
            module = "django.db.models"
        elif module.startswith("django.contrib.postgres"):
            module = "django.contrib.postgres.fields"
        return name, f"{module}.{self.base.__name__}", args, kwargs

    def clone(self) -> Any:
        """Return the plain column, as migrations see it."""
        _name, _path, args, kwargs = self.deconstruct()
        return self.base(*args, **kwargs)

    def contribute_to_class(self, cls: type[Model], name: str, **o: Any) -> None:
        """Become a column, or, on a sealed CRF, a value inside its sealed text."""
        if not getattr(cls, "is_sealed", False):
            super().contribute_to_class(cls, name, **o)
            return
        self.set_attributes_from_name(name)
        self.model = cls
        cls.sealed_items = {**cls.sealed_items, name: self}  # type: ignore[attr-defined]
        setattr(cls, name, SealedValue(name))

    # What follows turns stored columns into values, values into columns and text.

    def value_in(self, row: Model) -> Value:
        """Return the value that a row holds, without its missing code."""
        return getattr(row, self.attname)

    def store(self, row: Model, value: Value) -> None:
        """Put a value into a row; a missing code is stored by the CRF."""
        setattr(row, self.attname, value)

    def parse(self, raw: Any) -> Value:
        """Return the value that an entered text means.

        Raises `ValidationError` with a message that says what to do.
        """
        if raw is None or raw == "":
            return None
        return self.parse_entered(raw)

    def parse_entered(self, raw: Any) -> Value:
        """Return the value of a text that is not empty."""
        return self.to_python(raw)

    def as_text(self, value: Value) -> Any:
        """Return the value as the page shows it in a control."""
        return "" if value is None else str(value)

    def to_json(self, value: Value) -> Any:
        """Return the value as plain JSON, for sealed texts and drafts."""
        return None if value is None else self.as_text(value)

    def from_json(self, stored: Any) -> Value:
        """Return the value that `to_json` gave."""
        return self.parse(stored)

    def measure(self, value: Value) -> Decimal | None:
        """Return the number that ranges are about, in the standard unit."""
        del value
        return None

    def label_of(self, code: str) -> str:
        """Return the words of a coded answer (untranslated)."""
        terms = self.facts.terms
        try:
            return terms(code).label if terms else str(code)
        except ValueError:
            return str(code)


class SealedValue:
    """Reads and writes one item of a sealed CRF."""

    def __init__(self, name: str) -> None:
        """Remember the item."""
        self.name = name

    def __get__(self, row: Any, owner: type | None = None) -> Value:
        """Return the unsealed value."""
        return self if row is None else row.opened.values.get(self.name)

    def __set__(self, row: Any, value: Value) -> None:
        """Set the value; it is sealed when the row is saved."""
        row.opened.values[self.name] = value


class Number(Item, models.DecimalField):  # type: ignore[type-arg]
    """A number with unit and ranges; exact."""

    base = models.DecimalField

    def __init__(self, label: Any = "", *, decimals: int = 0, **options: Any) -> None:
        """Take the number of decimals that may be entered."""
        options.setdefault("max_digits", 12)
        options.pop("decimal_places", None)
        super().__init__(label, decimal_places=decimals, **options)

    def parse_entered(self, raw: Any) -> Value:
        """Return an exact number; more decimals than declared are refused."""
        number = parse_number(raw, self.decimal_places)
        whole_digits = (self.max_digits or 0) - (self.decimal_places or 0)
        if number and number.adjusted() >= whole_digits:
            raise ValidationError(_("This number is too large."), "type")
        return number

    def measure(self, value: Value) -> Decimal | None:
        """Return the number itself."""
        return None if value is None else Decimal(value)


def parse_number(raw: Any, decimals: int | None) -> Decimal:
    """Return an exact decimal; full-width digits and a decimal comma are refused."""
    text = f"{raw:f}" if isinstance(raw, Decimal) else str(raw).strip()
    if not PLAIN_NUMBER.fullmatch(text):
        message = _("“%(entered)s” is not a number. Enter digits, such as 12.5.")
        raise ValidationError(message, "type", {"entered": raw})
    number = Decimal(text)
    exponent = number.normalize().as_tuple().exponent
    if decimals is not None and isinstance(exponent, int) and -exponent > decimals:
        message = _("At most %(decimals)s decimals.")
        raise ValidationError(message, "decimals", {"decimals": decimals})
    if number and number.adjusted() > MOST_DIGITS:
        message = _("This number is too large.")
        raise ValidationError(message, "type")
    return number


PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
MOST_DIGITS = 8


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
        """Take the units; factors are exact decimals, given as text."""
        self.units = {unit: Decimal(str(factor)) for unit, factor in units.items()}
        self.standard_unit = next(iter(self.units))
        options.setdefault("max_digits", 16)
        options.setdefault("decimal_places", 6)
        super().__init__(label, **{"unit": self.standard_unit, **options})

    def contribute_to_class(self, cls: type[Model], name: str, **o: Any) -> None:
        """Bring the companions for unit and standard value."""
        super().contribute_to_class(cls, name, **o)
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
        cls.add_to_class(f"{name}_unit", unit)  # type: ignore[attr-defined]
        cls.add_to_class(f"{name}_standard", standard)  # type: ignore[attr-defined]

    def quantity(self, value: Decimal, unit: str) -> Quantity:
        """Return the quantity, without trailing zeros, with its standard value."""
        exact = Decimal(f"{value.normalize():f}")
        return Quantity(exact, unit, exact * self.units[unit])

    def value_in(self, row: Model) -> Quantity | None:
        """Return value and unit as entered, with the standard value."""
        number = getattr(row, self.attname)
        if number is None:
            return None
        return self.quantity(Decimal(number), getattr(row, f"{self.name}_unit"))

    def store(self, row: Model, value: Value) -> None:
        """Store value and unit; the database derives the standard value."""
        setattr(row, self.attname, value.value if value else None)
        setattr(row, f"{self.name}_unit", value.unit if value else None)

    def parse_entered(self, raw: Any) -> Quantity | None:
        """Return the quantity of `(number, unit)`, or of a number in `unit`."""
        if isinstance(raw, Quantity):
            return raw
        number, unit = (
            raw
            if isinstance(raw, Sequence)
            and len(raw) == 2
            and not (
                isinstance(raw, str)
            )
            else (raw, self.standard_unit)
        )
        if number is None or number == "":
            return None
        if unit not in self.units:
            message = _("Choose the unit: %(units)s.")
            raise ValidationError(message, "unit", {"units": ", ".join(self.units)})
        return self.quantity(parse_number(number, self.decimal_places), unit)

    def as_text(self, value: Value) -> str:
        """Return the number as entered, without its unit."""
        return "" if value is None else f"{value.value:f}"

    def to_json(self, value: Value) -> Any:
        """Return number and unit."""
        return [f"{value.value:f}", value.unit] if value else None

    def measure(self, value: Value) -> Decimal | None:
        """Return the value in the standard unit."""
        return value.standard if value else None


class Text(Item, models.TextField):  # type: ignore[type-arg]
    """Words; `rows` is the height of the control."""

    base = models.TextField

    def __init__(
        self, label: Any = "", *, rows: int = 1, longest: int = 2000, **options: Any
    ) -> None:
        """Take the height of the control and the longest text."""
        self.rows, self.longest = rows, longest
        super().__init__(label, **options)

    def parse_entered(self, raw: Any) -> Value:
        """Return the words without blanks around them."""
        text = str(raw).replace("\r\n", "\n").strip()
        if len(text) > self.longest:
            message = _("At most %(longest)s characters; this text has %(length)s.")
            params = {"longest": self.longest, "length": len(text)}
            raise ValidationError(message, "long", params)
        if "\x00" in text:
            raise ValidationError(_("Remove the characters that cannot be printed."))
        return text or None


class Choice(Item, models.CharField):  # type: ignore[type-arg]
    """One code of a list of terms."""

    base = models.CharField
    column_options = {"max_length": 40}

    def __init__(
        self, label: Any = "", terms: type[Term] = YesNoTerm, **o: Any
    ) -> None:
        """Take the terms that may be chosen."""
        super().__init__(label, terms=terms, **o)

    def parse_entered(self, raw: Any) -> Value:
        """Return the code; one outside the list is refused."""
        return parse_code(self.facts.terms, raw)


def parse_code(terms: type[Term] | None, raw: Any) -> str:
    """Return a code of the terms as a plain string."""
    codes = [term.value for term in terms or ()]
    if str(raw) not in codes:
        message = _("“%(entered)s” is not among the answers. Choose one of the list.")
        raise ValidationError(message, "code", {"entered": raw})
    return str(raw)


class YesNo(Choice):
    """Yes or no, stored as Y or N."""

    def __init__(self, label: Any = "", **options: Any) -> None:
        """Offer the two answers."""
        options.pop("terms", None)
        super().__init__(label, YesNoTerm, **options)


class MultipleChoice(Item, ArrayField):  # type: ignore[type-arg]
    """Several codes; stored in the order of the list; `none` excludes the rest."""

    base = ArrayField

    def __init__(
        self, label: Any = "", terms: type[Term] = YesNoTerm, **o: Any
    ) -> None:
        """Take the terms that may be chosen."""
        o.pop("base_field", None)
        o.pop("size", None)
        column = models.CharField(max_length=40)
        super().__init__(label, base_field=column, terms=terms, **o)

    def parse(self, raw: Any) -> Value:
        """Return the codes in the order of the terms, None when nothing is chosen."""
        if not raw:
            return None
        given = {parse_code(self.facts.terms, one) for one in codes_in(raw)}
        if "none" in given and len(given) > 1:
            message = _("“None” cannot be chosen together with another answer.")
            raise ValidationError(message, "none")
        return [t.value for t in self.facts.terms or () if t.value in given] or None

    def as_text(self, value: Value) -> Any:
        """Return the list of codes."""
        return list(value or [])


def codes_in(raw: Any) -> Iterable[str]:
    """Return the codes of a list, or of a text with semicolons between them."""
    if isinstance(raw, str):
        return [code.strip() for code in raw.split(";") if code.strip()]
    return [str(code) for code in raw]


FIRST_YEAR = 1900
PLAIN_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}")
# A date alone is no instant: midnight is never filled in.
PLAIN_INSTANT = re.compile(
    PLAIN_DATE.pattern + r"[T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})?"
)


def checked_year(found: AnyDate, entered: Any) -> AnyDate:
    """Return the date; one before 1900 is a slip of the keys."""
    if found.year < FIRST_YEAR:
        message = _("Check the year of “%(entered)s”.")
        raise ValidationError(message, "year", {"entered": entered})
    return found


class Date(Item, models.DateField):  # type: ignore[type-arg]
    """A full calendar date at the site."""

    base = models.DateField

    def parse_entered(self, raw: Any) -> Value:
        """Return the date of `YYYY-MM-DD`."""
        if isinstance(raw, date) and not isinstance(raw, datetime):
            return checked_year(raw, raw)
        text = iso_date(str(raw))
        try:
            found = parse_date(text) if PLAIN_DATE.fullmatch(text) else None
        except ValueError:
            found = None
        if found is None:
            message = _("“%(entered)s” is not a date. Enter it as 2026-03-08.")
            raise ValidationError(message, "type", {"entered": raw})
        return checked_year(found, raw)

    def as_text(self, value: Value) -> str:
        """Return ISO 8601."""
        return value.isoformat() if value else ""


class DateTime(Item, models.DateTimeField):  # type: ignore[type-arg]
    """An instant to the minute, entered and shown in site time, stored in UTC."""

    base = models.DateTimeField

    def parse_entered(self, raw: Any) -> Value:
        """Return the aware instant of `YYYY-MM-DD HH:MM` in site time."""
        try:
            found = raw if isinstance(raw, datetime) else _instant(iso_datetime(str(raw)))
        except ValueError:
            found = None
        if found is None:
            message = _(
                "“%(entered)s” is not a date with time. Enter it as 2026-03-08 14:30."
            )
            raise ValidationError(message, "type", {"entered": raw})
        found = checked_year(found, raw).replace(second=0, microsecond=0)
        return found if found.tzinfo else found.replace(tzinfo=SITE_TZ)

    def as_text(self, value: Value) -> str:
        """Return site time to the minute."""
        if value is None:
            return ""
        return value.astimezone(SITE_TZ).strftime("%Y-%m-%d %H:%M")

    def to_json(self, value: Value) -> Any:
        """Return the instant in UTC."""
        return value.astimezone(UTC).isoformat() if value else None


def _instant(text: str) -> datetime | None:
    return parse_datetime(text) if PLAIN_INSTANT.fullmatch(text) else None


class Time(Item, models.TimeField):  # type: ignore[type-arg]
    """A time of day at the site."""

    base = models.TimeField

    def parse_entered(self, raw: Any) -> Value:
        """Return the time of `HH:MM`."""
        try:
            found = raw if isinstance(raw, time) else parse_time(iso_time(str(raw)))
        except ValueError:
            found = None
        if found is None:
            message = _("“%(entered)s” is not a time. Enter it as 14:30.")
            raise ValidationError(message, "type", {"entered": raw})
        return found.replace(second=0, microsecond=0)

    def as_text(self, value: Value) -> str:
        """Return hours and minutes."""
        return value.strftime("%H:%M") if value else ""


class PartialDate(Item, models.CharField):  # type: ignore[type-arg]
    """A date or date-time known in part, kept as far as it is known."""

    base = models.CharField
    column_options = {"max_length": 16}

    def __init__(
        self,
        label: Any = "",
        *,
        with_time: bool = False,
        day_needed: bool = False,
        **options: Any,
    ) -> None:
        """Say whether a time may be given, and whether the day must be known."""
        self.with_time, self.day_needed = with_time, day_needed
        super().__init__(label, **options)

    def value_in(self, row: Model) -> Partial | None:
        """Return the partial date."""
        stored = getattr(row, self.attname)
        return Partial(str(stored)) if stored else None

    def store(self, row: Model, value: Value) -> None:
        """Store the ISO text."""
        setattr(row, self.attname, value.text if value else None)

    def parse_entered(self, raw: Any) -> Value:
        """Return the partial date; a blank between date and time is read too."""
        text = raw.text if isinstance(raw, Partial) else str(raw).strip()
        if isinstance(raw, datetime):
            local = raw.astimezone(SITE_TZ) if raw.tzinfo else raw
            text = local.strftime("%Y-%m-%dT%H:%M")
        try:
            found = Partial(iso_datetime(text))
        except ValueError as problem:
            example = "2026, 2026-03, 2026-03-08"
            if self.with_time:
                example += ", 2026-03-08 14:30"
            message = _(
                "“%(entered)s” is not a date. Enter what is known: %(example)s."
            )
            params = {"entered": raw, "example": example}
            raise ValidationError(message, "type", params) from problem
        checked_year(found.earliest, raw)
        if found.has_time and not self.with_time:
            raise ValidationError(_("Enter the date without a time."), "type")
        if self.day_needed and not found.is_full_date:
            raise ValidationError(_("Enter at least the full date."), "type")
        return found


class File(Item, models.CharField):  # type: ignore[type-arg]
    """A file, by the key under which the binder keeps it; type and size checked."""

    base = models.CharField
    column_options = {"max_length": 32}

    def __init__(
        self,
        label: Any = "",
        *,
        types: tuple[str, ...] = ("application/pdf", "image/jpeg"),
        most_megabytes: int = 10,
        **options: Any,
    ) -> None:
        """Take the media types that may be stored and the largest size."""
        self.types, self.most_megabytes = types, most_megabytes
        super().__init__(label, **options)


class User(Item, models.ForeignKey):  # type: ignore[type-arg]
    """A person with an account."""

    base = models.ForeignKey

    def __init__(self, label: Any = "", **options: Any) -> None:
        """Point at the accounts."""
        options = {
            "to": settings.AUTH_USER_MODEL,
            "on_delete": models.PROTECT,
            "related_name": "+",
            **options,
        }
        self.points_at: Any = options["to"]
        super().__init__(label, **options)

    def target(self) -> type[Model]:
        """Return the model that it points at, also on a sealed form."""
        known = self.points_at
        return apps.get_model(known) if isinstance(known, str) else known  # type: ignore[no-any-return]

    def set_attributes_from_name(self, name: str) -> None:
        """Name the column like the item, as the audit trail names it."""
        self.db_column = name
        super().set_attributes_from_name(name)

    def value_in(self, row: Model) -> Value:
        """Return the key of the account."""
        if getattr(row, "is_sealed", False):
            return getattr(row, str(self.name))
        return getattr(row, self.attname)

    def store(self, row: Model, value: Value) -> None:
        """Store the key of the account."""
        sealed = getattr(row, "is_sealed", False)
        setattr(row, str(self.name) if sealed else self.attname, value)

    def parse_entered(self, raw: Any) -> Value:
        """Return the key of an account or form."""
        key = getattr(raw, "pk", raw)
        try:
            return int(key)
        except (TypeError, ValueError) as problem:
            raise ValidationError(_("Choose one of the list."), "code") from problem


class Ref(User):
    """A link to a row of a log of the same participant, by its sheet."""

    def __init__(self, label: Any = "", *, form: str = "", **options: Any) -> None:
        """Name the form whose rows may be chosen."""
        self.form = form
        options.setdefault("to", "casebook.FormInstance")
        super().__init__(label, **options)


class Rows(Item, models.JSONField):  # type: ignore[type-arg]
    """A few rows inside a form, each checked by its own items (docs/adr/0008)."""

    base = models.JSONField

    def __init__(
        self, label: Any = "", *, items: Mapping[str, Item] | None = None, **o: Any
    ) -> None:
        """Take the columns of the small table."""
        self.columns: dict[str, Item] = dict(items or {})
        for name, column in self.columns.items():
            column.set_attributes_from_name(name)
        super().__init__(label, **o)

    def parse(self, raw: Any) -> Value:
        """Return the rows that hold anything; each cell is parsed by its item."""
        parsed = [self._parse_row(n, row) for n, row in enumerate(raw or (), 1)]
        return [
            row for row in parsed if any(v is not None for v in row.values())
        ] or None

    def _parse_row(self, number: int, row: Row) -> Row:
        cells = {}
        for name, column in self.columns.items():
            try:
                cells[name] = column.to_json(column.parse(row.get(name)))
            except ValidationError as problem:
                message = _("Row %(number)s, %(column)s: %(problem)s")
                params = {
                    "number": number,
                    "column": column.verbose_name,
                    "problem": problem.messages[0],
                }
                raise ValidationError(message, "row", params) from problem
        return cells

    def as_text(self, value: Value) -> Any:
        """Return the rows."""
        return value or []

    def to_json(self, value: Value) -> Any:
        """Return the rows."""
        return value


@dataclass(frozen=True)
class Section:
    """A part of a form: a title and the items under it."""

    title: Any
    items: tuple[str, ...] = field(default=())

    def __init__(self, title: Any, *items: str) -> None:
        """Take the title and the names of the items."""
        object.__setattr__(self, "title", title)
        object.__setattr__(self, "items", items)
