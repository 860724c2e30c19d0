"""Reads a TOML table into a frozen dataclass and refuses whatever does not fit.

Every key must be known, every field without a default must be there, every value must
have the declared type: the message names the key.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


class OddValue(ValueError):
    """A table holds something that its declaration does not allow."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"{key}: {problem}")


def require(key: str, *, that: bool, problem: str) -> None:
    if not that:
        raise OddValue(key, problem)


def require_unique(key: str, names: Sequence[str]) -> None:
    for name in names:
        require(key, that=names.count(name) == 1, problem=f"'{name}' is there twice")


def read(kind: type[T], table: object, key: str) -> T:
    """Build a dataclass from a table; `key` is the table's own name in messages."""
    if not isinstance(table, Mapping):
        raise OddValue(key, "is not a table")
    fields = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    for name in table:
        if name not in fields:
            raise OddValue(_below(key, name), "is not a known key")
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if name in table:
            values[name] = value(hints[name], table[name], _below(key, name))
        elif field.default is dataclasses.MISSING:
            raise OddValue(_below(key, name), "is missing")
    try:
        return kind(**values)
    except OddValue as odd:
        raise OddValue(_below(key, str(odd).split(": ", 1)[0]), _rest(odd)) from odd


def value(kind: Any, raw: object, key: str) -> Any:
    origin = get_origin(kind)
    if origin in COMPOSED:
        return COMPOSED[origin](get_args(kind), raw, key)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return read(kind, raw, key)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _member(kind, raw, key)
    if kind is Decimal and isinstance(raw, int) and not isinstance(raw, bool):
        return Decimal(raw)
    if type(raw) is not kind:
        raise OddValue(key, f"{raw!r} is not {WORDS.get(kind, kind)}")
    return raw


def _below(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def _rest(odd: OddValue) -> str:
    return str(odd).split(": ", 1)[1]


def _sequence(kinds: tuple[Any, ...], raw: object, key: str) -> tuple[Any, ...]:
    if not isinstance(raw, list):
        raise OddValue(key, f"{raw!r} is not a list")
    return tuple(
        value(kinds[0], item, f"{key}[{index}]") for index, item in enumerate(raw)
    )


def _mapping(kinds: tuple[Any, ...], raw: object, key: str) -> dict[str, Any]:
    if not isinstance(raw, Mapping):
        raise OddValue(key, "is not a table")
    return {
        name: value(kinds[1], item, _below(key, name)) for name, item in raw.items()
    }


def _optional(kinds: tuple[Any, ...], raw: object, key: str) -> Any:
    (kind,) = (kind for kind in kinds if kind is not NoneType)
    return value(kind, raw, key)


def _member(kind: type[Enum], raw: object, key: str) -> Enum:
    try:
        return kind(raw)
    except ValueError:
        allowed = ", ".join(str(member.value) for member in kind)
        problem = f"{raw!r} is not one of {allowed}"
        raise OddValue(key, problem) from None


COMPOSED: dict[Any, Callable[[tuple[Any, ...], object, str], Any]] = {
    tuple: _sequence,
    dict: _mapping,
    UnionType: _optional,
}

WORDS = {
    bool: "true or false",
    int: "a whole number",
    Decimal: "a number",
    str: "a text",
    date: "a date",
    time: "a time",
    datetime: "a date-time",
}
