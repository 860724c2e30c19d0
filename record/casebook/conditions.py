"""Conditions of skip logic and of required items: small expressions, pure.

They look at a form; `Fact` looks at the participant's casebook. Pages look again with
`static/js/entry/skip_logic.js`; the same vectors hold both.
"""

from dataclasses import dataclass
from typing import Any

from record.casebook.form_data import Casebook, FormData
from record.casebook.values import MissingCode, is_blank


class Condition:
    """A question with a yes or no; what is unanswered does not hold."""

    def holds(self, data: FormData, casebook: Casebook) -> bool:
        raise NotImplementedError

    def items(self) -> frozenset[str]:
        return frozenset()

    def as_json(self) -> Any:
        """Encode it for the page's script; None when only the server can decide."""
        return None

    def __and__(self, other: "Condition") -> "Condition":
        return _All((self, other))

    def __or__(self, other: "Condition") -> "Condition":
        return _Any((self, other))

    def __invert__(self) -> "Condition":
        return _Not(self)


class Answer(Condition):
    """The item was answered with one of the codes."""

    def __init__(self, item: str, *codes: str) -> None:
        self.item, self.codes = item, tuple(str(code) for code in codes)

    def holds(self, data: FormData, casebook: Casebook) -> bool:
        del casebook
        value = data.get(self.item)
        answers = value if isinstance(value, list | tuple) else (value,)
        return any(
            str(code) in self.codes
            for code in answers
            if code is not None and not isinstance(code, MissingCode)
        )

    def items(self) -> frozenset[str]:
        return frozenset({self.item})

    def as_json(self) -> Any:
        return ["answer", self.item, self.codes]


class Answered(Condition):
    """The item holds a value (a missing code is none)."""

    def __init__(self, item: str) -> None:
        self.item = item

    def holds(self, data: FormData, casebook: Casebook) -> bool:
        del casebook
        return not is_blank(data.get(self.item))

    def items(self) -> frozenset[str]:
        return frozenset({self.item})

    def as_json(self) -> Any:
        return ["answered", self.item]


class AtVisit(Condition):
    """The form belongs to one of the visits."""

    def __init__(self, *visits: str) -> None:
        self.visits = tuple(str(visit) for visit in visits)

    def holds(self, data: FormData, casebook: Casebook) -> bool:
        del casebook
        return data.visit in self.visits


class Fact(Condition):
    """A fact of the participant from other forms (`<room>/facts.py`)."""

    def __init__(self, name: str, *values: Any) -> None:
        """Take the values that count; without any, True counts."""
        self.name, self.values = name, values or (True,)

    def holds(self, data: FormData, casebook: Casebook) -> bool:
        del data
        return casebook.fact(self.name) in self.values


@dataclass(frozen=True)
class _All(Condition):
    parts: tuple[Condition, ...]

    def holds(self, data: FormData, casebook: Casebook) -> bool:
        return all(part.holds(data, casebook) for part in self.parts)

    def items(self) -> frozenset[str]:
        return frozenset().union(*(part.items() for part in self.parts))

    def as_json(self) -> Any:
        parts = [part.as_json() for part in self.parts]
        return None if None in parts else ["all", *parts]


@dataclass(frozen=True)
class _Any(Condition):
    parts: tuple[Condition, ...]

    def holds(self, data: FormData, casebook: Casebook) -> bool:
        return any(part.holds(data, casebook) for part in self.parts)

    def items(self) -> frozenset[str]:
        return frozenset().union(*(part.items() for part in self.parts))

    def as_json(self) -> Any:
        parts = [part.as_json() for part in self.parts]
        return None if None in parts else ["any", *parts]


@dataclass(frozen=True)
class _Not(Condition):
    part: Condition

    def holds(self, data: FormData, casebook: Casebook) -> bool:
        return not self.part.holds(data, casebook)

    def items(self) -> frozenset[str]:
        return self.part.items()

    def as_json(self) -> Any:
        part = self.part.as_json()
        return None if part is None else ["not", part]
