"""Values, people and instants of a copied casebook, in words."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from exports.selectors.cells import is_birth_date
from record.accounts.models import User
from record.casebook import items
from record.casebook.display import NOTHING, words
from record.casebook.items import Item
from record.casebook.models import FormInstance
from record.casebook.values import DetectionLimit, Quantity, Value
from trial_edc.dates import SITE_TZ
from trial_edc.units import written_unit

Pairs = Iterable[tuple[Item, Value]]


class CopyWords:
    """Knows what the keys among the values of a casebook stand for."""

    def __init__(self, values: Pairs, forms: Mapping[int, FormInstance]) -> None:
        self.people = User.objects.in_bulk()
        keys: dict[type[Model], set[int]] = defaultdict(set)
        for item, value in values:
            if isinstance(item, items.User) and isinstance(value, int):
                keys[item.target()].add(value)
        known: Mapping[type[Model], Mapping[int, Any]] = {
            User: self.people,
            FormInstance: forms,
        }
        self.names = {
            (model, key): _name(row)
            for model, referred in keys.items()
            for key, row in (known.get(model) or _rows(model, referred)).items()
        }

    def person(self, key: int | None) -> str:
        """The system where no person acted."""
        return str(self.people[key]) if key in self.people else _("the system")

    def text(self, item: Item, value: Value) -> str:
        """Of a birth date the year alone: a copy names nobody."""
        if is_birth_date(item) and isinstance(value, date):
            return str(value.year)
        if isinstance(item, items.ItemGroup) and isinstance(value, list | tuple):
            rows = (f"{n}. {self._row(item, row)}" for n, row in enumerate(value, 1))
            return "\n".join(rows) or NOTHING
        if isinstance(item, items.User) and isinstance(value, int):
            return self.names.get((item.target(), value), str(value))
        return words(item, value) + _standard(item, value)

    def _row(self, group: items.ItemGroup, row: Mapping[str, Any]) -> str:
        cells = (
            (column, column.from_json(row.get(name)))
            for name, column in group.columns.items()
        )
        return ", ".join(
            f"{column.verbose_name}: {self.text(column, value)}"
            for column, value in cells
            if value not in (None, "", [])
        )


def _rows(model: type[Model], keys: Iterable[int]) -> Mapping[int, Model]:
    return model._default_manager.in_bulk(keys)


def _name(row: Model) -> str:
    if isinstance(row, FormInstance):
        return f"{row.code}-{row.occurrence}"
    return str(row)


def _standard(item: Item, value: Value) -> str:
    """What was measured in another unit, also in the standard one."""
    if not isinstance(item, items.Lab):
        return ""
    unit = item.standard_unit
    match value:
        case Quantity() if value.unit != unit:
            return f" = {value.standard.normalize():f} {written_unit(unit)}"
        case DetectionLimit() if value.unit != unit:
            return (
                f" = {value.comparator}{value.bound.normalize():f} {written_unit(unit)}"
            )
    return ""


def site_time(at: datetime | None) -> str:
    """With the offset from UTC; "" for what did not happen."""
    return f"{at.astimezone(SITE_TZ):%Y-%m-%d %H:%M:%S %z}" if at else ""


def utc_time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"
