"""Skip logic as a page has it: the conditions it gets, the answers it holds."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError

from record.casebook import catalogue
from record.casebook.conditions import Answer, Answered, Condition
from record.casebook.form_data import Casebook, FormData
from record.casebook.items import Item, MultipleChoice
from record.casebook.values import MissingCode, Value

VECTORS = json.loads(Path(__file__).with_name("skip_logic_vectors.json").read_text())
NOBODY = Casebook.of([])
SAMPLES = ("1", "2026-03-08", "2026-03-08 08:30", "08:30", "text")
MOST_COMBINATIONS = 400
Answers = dict[str, Any]  # a text, a list of codes, or {"missing": code}


@dataclass(frozen=True)
class Case:
    """A condition with the answers of one form, and whether it holds."""

    name: str
    condition: Any
    answers: Answers
    holds: bool


def condition_of(parts: list[Any]) -> Condition:
    """The condition that a page got as `parts`."""
    kind, *rest = parts
    if kind == "answer":
        return Answer(rest[0], *rest[1])
    if kind == "answered":
        return Answered(rest[0])
    conditions = [condition_of(part) for part in rest]
    if kind == "not":
        return ~conditions[0]
    first, *others = conditions
    for other in others:
        first = first & other if kind == "all" else first | other
    return first


def value_of(answer: Any) -> Value:
    """The value that a plain item stores for an answer of the page."""
    if isinstance(answer, dict):
        return MissingCode(answer["missing"])
    return answer.strip() or None if isinstance(answer, str) else answer


def _answers_to(item: Item) -> Iterator[tuple[Any, Value]]:
    """What a page can hold of an item, with the value that is read from it."""
    yield "", None
    if item.facts.missing_allowed:
        yield {"missing": "UNK"}, MissingCode("UNK")
    codes = [term.value for term in item.facts.terms or ()]
    several = [[], codes[:1], [code for code in codes if code != "none"]]
    for text in several if isinstance(item, MultipleChoice) else codes or SAMPLES:
        try:
            yield text, item.parse(text)
        except ValidationError:
            continue


def cases_of_real_forms() -> Iterator[Case]:
    """Each condition that pages get, with the combinations of answers it asks for."""
    for design in catalogue.designs().values():
        for name, item in design.items.items():
            condition = item.facts.only_if
            if condition is None or condition.as_json() is None:
                continue
            names = sorted(condition.items())
            choices = [list(_answers_to(design.items[other])) for other in names]
            for combination in islice(product(*choices), MOST_COMBINATIONS):
                pairs = dict(zip(names, combination, strict=True))
                values = {other: value for other, (_text, value) in pairs.items()}
                yield Case(
                    name=f"{design.code}.{name}",
                    condition=condition.as_json(),
                    answers={other: text for other, (text, _value) in pairs.items()},
                    holds=condition.holds(FormData(design.code, values), NOBODY),
                )
