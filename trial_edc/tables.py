"""Lists that come in pages and sort by their columns; their rows are templates.

django-tables2 keeps the columns, the order in the address and the pages. A column sorts
by what it means, not by its text: numbers as numbers, dates as dates, codes in the
order of their codelist. What is unknown stands last in either direction.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import Any, ClassVar

from django.core.paginator import Paginator
from django.db.models import (
    Case,
    CharField,
    F,
    JSONField,
    Model,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Lower, NullIf
from django.http import HttpRequest
from django.utils.functional import Promise
from django_tables2 import Column
from django_tables2 import Table as BaseTable
from django_tables2.data import TableListData, TableQuerysetData
from django_tables2.utils import Accessor, OrderBy


class NumberColumn(Column):
    """A column that is set to the right."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, attrs={"th": {"class": "num"}}, **options)


class CodeColumn(Column):
    """A column of stored codes, or keys, that sort by their place in `codes`."""

    def __init__(
        self, *args: Any, codes: Callable[[], Iterable[Any]], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.codes = codes


class Table(BaseTable):
    """A list on a page: as its `request` asks, sorted and cut into pages.

    `row` is the template of one line. `lines_of` turns the records of the page into
    what that template reads. Who knows the number of `rows` gives it as `total`.
    """

    row: ClassVar[str] = ""
    attributes: ClassVar[Mapping[str, str]] = {"class": "table"}
    per_page: ClassVar[int] = 100

    def __init__(
        self,
        rows: Iterable[Any],
        request: HttpRequest,
        *,
        lines_of: Callable[[list[Any]], Sequence[Any]] = list,
        total: int | None = None,
        **options: Any,
    ) -> None:
        is_stored = isinstance(rows, QuerySet)
        data = _StoredRows(rows) if is_stored else _Rows(list(rows))
        sort = request.GET.get("sort")
        super().__init__(
            data, order_by=[sort] if sort else None, attrs=self.attributes, **options
        )
        self.paginator = Paginator(self.rows, self.per_page)
        if total is not None:
            self.paginator.count = total
        self.page = self.paginator.get_page(request.GET.get("page"))
        self.lines = lines_of([row.record for row in self.page])


def _sort_paths(table: Table, alias: str) -> list[OrderBy]:
    """What a column sorts by, most significant first, turned about for `-name`."""
    column = table.columns[OrderBy(alias).bare]
    paths = column.column.order_by or (OrderBy(column.accessor),)
    return [path.opposite if alias.startswith("-") else path for path in paths]


class _Rows(TableListData):
    """Rows that were read or computed already."""

    data: list[Any]

    def order_by(self, aliases: Iterable[str]) -> None:
        for alias in aliases:
            for path in reversed(_sort_paths(self.table, alias)):
                self.data = _sorted(self.data, path)


def _sorted(rows: list[Any], path: OrderBy) -> list[Any]:
    value_of = Accessor(path.bare)
    keys = [(sort_key(value_of.resolve(row)), row) for row in rows]
    known = [pair for pair in keys if pair[0] is not None]
    known.sort(key=lambda pair: pair[0], reverse=path.is_descending)
    return [row for _key, row in (*known, *(p for p in keys if p[0] is None))]


def sort_key(value: Any) -> Any:
    """What a value sorts by: codes by their place in the codelist; None is unknown."""
    if value is None or value == "":
        return None
    if isinstance(value, Enum):
        return list(type(value)).index(value)
    if isinstance(value, str | Promise):
        return str(value).casefold()
    return value


class _StoredRows(TableQuerysetData):
    """Rows that the database sorts; equal ones keep the order they came in."""

    data: QuerySet[Any]

    @property
    def ordering(self) -> None:
        """No column is marked as sorted unless the address asks for it."""

    def order_by(self, aliases: Iterable[str]) -> None:
        usual = self.data.query.order_by or self.data.model._meta.ordering
        order = []
        for alias in aliases:
            first, *others = _sort_paths(self.table, alias)
            column = self.table.columns[OrderBy(alias).bare].column
            codes = column.codes() if isinstance(column, CodeColumn) else None
            order.append(_expression(self.data.model, first, codes))
            order += [_expression(self.data.model, path) for path in others]
        self.data = self.data.order_by(*order, *usual)


def _expression(
    model: type[Model], path: OrderBy, codes: Iterable[Any] | None = None
) -> Any:
    place = _place(model, path.bare, codes)
    return (place.desc if path.is_descending else place.asc)(nulls_last=True)


def _place(model: type[Model], path: str, codes: Iterable[Any] | None) -> Any:
    """A field as it sorts: codes by their place, text without regard to case."""
    field = Accessor(path).get_field(model)
    if codes is None and field is not None and field.choices:
        codes = [code for code, _label in field.choices]
    if codes is not None:
        places = enumerate(codes)
        return Case(
            *(When(**{path: code}, then=Value(place)) for place, code in places)
        )
    if isinstance(field, JSONField):
        value, _separator, key = path.rpartition("__")
        return NullIf(Lower(KeyTextTransform(key, value)), Value(""))
    if isinstance(field, CharField | TextField):
        return NullIf(Lower(path), Value(""))
    return F(path)
