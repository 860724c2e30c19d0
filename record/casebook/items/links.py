"""Links to accounts and to other rows, and small tables inside a form."""

from collections.abc import Callable, Mapping
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Model
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from record.casebook.items.base import Item
from record.casebook.values import Row, Value


class User(Item, models.ForeignKey):  # type: ignore[misc,type-arg]
    """A person with an account."""

    base = models.ForeignKey

    def __init__(self, label: Any = "", **options: Any) -> None:
        options = {
            "to": settings.AUTH_USER_MODEL,
            "on_delete": models.PROTECT,
            "related_name": "+",
            **options,
        }
        self.points_at: Any = options["to"]
        super().__init__(label, **options)

    def target(self) -> type[Model]:
        model = self.points_at
        return apps.get_model(model) if isinstance(model, str) else model

    def set_attributes_from_name(self, name: str) -> None:
        """Name the column like the item, as the audit trail names it."""
        self.db_column = name
        super().set_attributes_from_name(name)

    def value_in(self, row: Model) -> Value:
        if getattr(row, "is_sealed", False):
            return getattr(row, str(self.name))
        return getattr(row, self.attname)

    def store(self, row: Model, value: Value) -> None:
        sealed = getattr(row, "is_sealed", False)
        setattr(row, str(self.name) if sealed else self.attname, value)

    def parse_entered(self, raw: Any) -> Value:
        key = getattr(raw, "pk", raw)
        try:
            return int(key)
        except (TypeError, ValueError) as problem:
            raise ValidationError(_("Choose one of the list."), "code") from problem


class Ref(User):
    """A link to a row of a log of the same participant, by its form."""

    def __init__(self, label: Any = "", *, form: str = "", **options: Any) -> None:
        self.form = form
        options.setdefault("to", "casebook.FormInstance")
        super().__init__(label, **options)


class Listed(Item, models.CharField):  # type: ignore[type-arg]
    """A code out of a register, such as the version of a document.

    The code itself is stored, so that the record reads the same without the register.
    """

    base = models.CharField
    column_options = {"max_length": 40}

    def __init__(self, label: Any = "", *, options_from: str = "", **o: Any) -> None:
        self.options_from = options_from
        super().__init__(label, **o)

    def options(self) -> list[tuple[str, str]]:
        selector: Callable[[], list[tuple[str, str]]] = import_string(self.options_from)
        return selector()


class ItemGroup(Item, models.JSONField):
    """A few rows inside a form, each checked by its own items (docs/adr/0008)."""

    base = models.JSONField

    def __init__(
        self, label: Any = "", *, items: Mapping[str, Item] | None = None, **o: Any
    ) -> None:
        self.columns: dict[str, Item] = dict(items or {})
        for name, column in self.columns.items():
            column.set_attributes_from_name(name)
        super().__init__(label, **o)

    def parse(self, raw: Any) -> Value:
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
        return value or []

    def to_json(self, value: Value) -> Any:
        return value
