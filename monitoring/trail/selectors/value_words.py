"""Values in words, also keys of other rows: people, rows of logs, laboratories."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Model

from record.casebook import items
from record.casebook.display import words
from record.casebook.history import Change
from record.casebook.items import Item
from record.casebook.models import FormInstance
from record.casebook.values import Value


class ValueWords:
    """Knows what the keys among some changes stand for; one select a table."""

    def __init__(self, changes: Iterable[tuple[Item, Change]]) -> None:
        keys: dict[type[Model], set[int]] = defaultdict(set)
        for item, change in changes:
            if target := _target(item):
                both = (change.old, change.new)
                keys[target] |= {key for key in both if isinstance(key, int)}
        self.names = {
            (model, row.pk): _name(row)
            for model, referred in keys.items()
            for row in model._default_manager.filter(pk__in=referred)
        }

    def text(self, item: Item, value: Value) -> str:
        target = _target(item)
        if target and isinstance(value, int) and (target, value) in self.names:
            return self.names[target, value]
        return words(item, value)


def _target(item: Item) -> type[Model] | None:
    return item.target() if isinstance(item, items.User) else None


def _name(row: Model) -> str:
    return f"#{row.occurrence}" if isinstance(row, FormInstance) else str(row)
