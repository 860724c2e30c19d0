"""A form and the casebook it hangs in, as rules see them: values, no database.

Rules see `None` where nothing is known: an item with a missing code has no value.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from record.casebook.values import MissingCode, Value


@dataclass(frozen=True)
class FormData:
    """The values of one form at one moment."""

    code: str
    values: Mapping[str, Value]
    visit: str = ""
    visit_number: int = 0
    occurrence: int = 1
    form_id: int | None = None
    status: str = ""
    revision: int = 0
    item_revisions: Mapping[str, int] = field(default_factory=dict)

    def get(self, item: str) -> Value:
        """Return the value of an item; None when missing or not entered."""
        value = self.values.get(item)
        return None if isinstance(value, MissingCode) else value

    def missing(self, item: str) -> MissingCode | None:
        value = self.values.get(item)
        return value if isinstance(value, MissingCode) else None

    @property
    def key(self) -> tuple[str, str, int, int]:
        """Return what tells this form from the others of the casebook."""
        return self.code, self.visit, self.visit_number, self.occurrence


FactRule = Callable[["Casebook"], Any]
FACTS: dict[str, FactRule] = {}


def fact(name: str) -> Callable[[FactRule], FactRule]:
    """Declare a fact of the participant that conditions may ask by name."""

    def declare(rule: FactRule) -> FactRule:
        FACTS[name] = rule
        return rule

    return declare


class Casebook:
    """All forms of one participant, fetched by form code when first asked for."""

    def __init__(self, load: Callable[[Collection[str]], Iterable[FormData]]) -> None:
        """Take the loader: form codes → their forms that are not struck out."""
        self._load = load
        self._restricted_forms: dict[str, tuple[FormData, ...]] = {}
        self._facts: dict[str, Any] = {}

    @classmethod
    def of(cls, form_data: Iterable[FormData]) -> "Casebook":
        held = tuple(form_data)
        return cls(lambda codes: (data for data in held if data.code in codes))

    def read(self, *codes: str) -> None:
        """Fetch several forms at once; whoever asks for one is going to ask for all."""
        missing = [code for code in codes if code not in self._restricted_forms]
        found: dict[str, list[FormData]] = {code: [] for code in missing}
        for data in self._load(missing) if missing else ():
            found[data.code].append(data)
        self._restricted_forms |= {
            code: tuple(form_data) for code, form_data in found.items()
        }

    def rows(self, code: str) -> Sequence[FormData]:
        """Return the forms of a form in order of visit and occurrence."""
        if code not in self._restricted_forms:
            self.read(code)
        return self._restricted_forms[code]

    def one(self, code: str, visit: str | None = None) -> FormData | None:
        """Return the last form of a form (at a visit), or None."""
        found = [s for s in self.rows(code) if visit is None or s.visit == visit]
        return found[-1] if found else None

    def value(self, code: str, item: str, visit: str | None = None) -> Value:
        """Return the value of an item, None where there is none."""
        data = self.one(code, visit)
        return data.get(item) if data else None

    def fact(self, name: str) -> Any:
        """Return a fact of the participant; computed once."""
        if name not in self._facts:
            self._facts[name] = FACTS[name](self)
        return self._facts[name]

    def with_data(self, data: FormData) -> "Casebook":
        return self.with_form_data([data])

    def with_form_data(self, form_data: Iterable[FormData]) -> "Casebook":
        mine: dict[str, dict[tuple[str, str, int, int], FormData]] = {}
        for data in form_data:
            mine.setdefault(data.code, {})[data.key] = data

        def load(codes: Collection[str]) -> Iterator[FormData]:
            self.read(*codes)
            for code in codes:
                if code not in mine:
                    yield from self.rows(code)
                    continue
                others = [s for s in self.rows(code) if s.key not in mine[code]]
                found = (*others, *mine[code].values())
                yield from sorted(found, key=lambda s: s.key[2:])

        return Casebook(load)
