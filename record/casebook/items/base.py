"""What all item types share: facts, columns, parsing and text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Model

from record.casebook.conditions import Condition
from record.casebook.values import DetectionLimit, Value
from trial_edc.typed_text import plain
from trial_edc.vocabulary import Codelist

Required = bool | Condition
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
    terms: type[Codelist] | None = None


FACT_NAMES = frozenset(Facts.__dataclass_fields__) - {"terms"}


class Item(models.Field):  # type: ignore[type-arg]
    """What all item types share; a mixin in front of one of Django's fields."""

    facts: Facts
    base: Any  # the plain field that migrations see
    column_options: Mapping[str, Any] = {}

    def __init__(self, label: Any = "", **options: Any) -> None:
        facts = {name: options.pop(name) for name in FACT_NAMES & set(options)}
        self.facts = Facts(**facts, terms=options.pop("terms", None))
        options = {**self.column_options, **options, "null": True, "blank": True}
        super().__init__(verbose_name=label, **options)

    def deconstruct(self) -> Any:
        """Name the plain field, so that facts and labels are no migration."""
        name, _path, args, kwargs = super().deconstruct()
        for option in ("verbose_name", "choices", "blank"):
            kwargs.pop(option, None)
        module = self.base.__module__
        if module.startswith("django.db.models"):
            module = "django.db.models"
        elif module.startswith("django.contrib.postgres"):
            module = "django.contrib.postgres.fields"
        return name, f"{module}.{self.base.__name__}", args, kwargs

    def clone(self) -> Any:
        _name, _path, args, kwargs = self.deconstruct()
        return self.base(*args, **kwargs)

    def contribute_to_class(
        self,
        cls: type[Model],
        name: str,
        private_only: bool = False,  # noqa: FBT001, FBT002 - as Django passes it
    ) -> None:
        """Become a column, or, on a sealed CRF, a value inside its sealed text."""
        if not getattr(cls, "is_sealed", False):
            super().contribute_to_class(cls, name, private_only=private_only)
            return
        self.set_attributes_from_name(name)
        self.model = cls
        cls.sealed_items = {**cls.sealed_items, name: self}  # type: ignore[attr-defined]
        setattr(cls, name, SealedValue(name))

    # What follows turns stored columns into values, values into columns and text.

    def value_in(self, row: Model) -> Value:
        """Without its missing code."""
        return getattr(row, self.attname)

    def store(self, row: Model, value: Value) -> None:
        """A missing code is stored by the CRF."""
        setattr(row, self.attname, value)

    def parse(self, raw: Any) -> Value:
        """Raises `ValidationError` with a message that says what to do."""
        if raw is None or (isinstance(raw, str) and not plain(raw)):
            return None
        return self.parse_entered(raw)

    def parse_entered(self, raw: Any) -> Value:
        return self.to_python(raw)

    def as_text(self, value: Value) -> Any:
        return "" if value is None else str(value)

    def to_json(self, value: Value) -> Any:
        return None if value is None else self.as_text(value)

    def from_json(self, stored: Any) -> Value:
        return self.parse(stored)

    def measure(self, value: Value) -> Decimal | DetectionLimit | None:
        """The number to compare with ranges, in the standard unit."""
        del value
        return None

    def label_of(self, code: str) -> str:
        """Untranslated."""
        terms = self.facts.terms
        try:
            return terms(code).label if terms else str(code)
        except ValueError:
            return str(code)


class SealedValue:
    """Reads and writes one item of a sealed CRF."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, row: Any, owner: type | None = None) -> Value:
        return self if row is None else row.opened.values.get(self.name)

    def __set__(self, row: Any, value: Value) -> None:
        row.opened.values[self.name] = value


@dataclass(frozen=True)
class Section:
    """A part of a form: a title and the items under it."""

    title: Any
    items: tuple[str, ...] = field(default=())

    def __init__(self, title: Any, *items: str) -> None:
        object.__setattr__(self, "title", title)
        object.__setattr__(self, "items", items)
