"""The values of a form and of its casebook, as rules see them; no database.

Rules see `None` for what is not known: an item with a missing code has no value.
"""

from collections.abc import (
    Callable,
    Collection,
    Hashable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
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
    opened_on: date | None = None  # site date on which the form was opened

    def get(self, item: str) -> Value:
        """None when missing or not entered."""
        value = self.values.get(item)
        return None if isinstance(value, MissingCode) else value

    def missing(self, item: str) -> MissingCode | None:
        value = self.values.get(item)
        return value if isinstance(value, MissingCode) else None

    @cached_property
    def key(self) -> tuple[str, str, int, int]:
        return self.code, self.visit, self.visit_number, self.occurrence


FactRule = Callable[["Casebook"], Any]
FACTS: dict[str, FactRule] = {}


def fact(name: str) -> Callable[[FactRule], FactRule]:
    """Declare a fact of the participant, for `Fact` conditions and rules."""

    def declare(rule: FactRule) -> FactRule:
        FACTS[name] = rule
        return rule

    return declare


class Casebook:
    """All forms of one participant, read by form code when first needed."""

    def __init__(
        self,
        load: Callable[[Collection[str]], Iterable[FormData]],
        beside: dict[Hashable, Any] | None = None,
    ) -> None:
        self._load, self._beside = load, {} if beside is None else beside
        self._forms: dict[str, tuple[FormData, ...]] = {}
        self._facts: dict[str, Any] = {}

    @classmethod
    def of(cls, form_data: Iterable[FormData]) -> "Casebook":
        forms = tuple(form_data)
        return cls(lambda codes: (data for data in forms if data.code in codes))

    def read(self, *codes: str) -> None:
        """Read several forms in one select, before rules ask for each of them."""
        missing = [code for code in codes if code not in self._forms]
        by_code: dict[str, list[FormData]] = {code: [] for code in missing}
        for data in self._load(missing) if missing else ():
            by_code[data.code].append(data)
        self._forms |= {code: tuple(forms) for code, forms in by_code.items()}

    def rows(self, code: str) -> Sequence[FormData]:
        """In order of visit and occurrence."""
        if code not in self._forms:
            self.read(code)
        return self._forms[code]

    def one(self, code: str, visit: str | None = None) -> FormData | None:
        """The last instance of the form (at a visit)."""
        rows = [row for row in self.rows(code) if visit is None or row.visit == visit]
        return rows[-1] if rows else None

    def value(self, code: str, item: str, visit: str | None = None) -> Value:
        data = self.one(code, visit)
        return data.get(item) if data else None

    def fact(self, name: str) -> Any:
        if name not in self._facts:
            self._facts[name] = FACTS[name](self)
        return self._facts[name]

    def beside(self, key: Hashable, read: Callable[[], Any]) -> Any:
        """What a rule needs that is in no form, such as ranges of a laboratory.

        It is read once for this casebook and those that differ from it by some forms.
        """
        if key not in self._beside:
            self._beside[key] = read()
        return self._beside[key]

    def with_data(self, data: FormData) -> "Casebook":
        return self.with_form_data([data])

    def with_form_data(self, form_data: Iterable[FormData]) -> "Casebook":
        replaced: dict[str, dict[tuple[str, str, int, int], FormData]] = {}
        for data in form_data:
            replaced.setdefault(data.code, {})[data.key] = data

        def load(codes: Collection[str]) -> Iterator[FormData]:
            self.read(*codes)
            for code in codes:
                if code not in replaced:
                    yield from self.rows(code)
                    continue
                others = [d for d in self.rows(code) if d.key not in replaced[code]]
                rows = (*others, *replaced[code].values())
                yield from sorted(rows, key=lambda data: data.key[2:])

        return Casebook(load, self._beside)
