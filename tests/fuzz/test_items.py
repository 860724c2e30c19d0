"""Any text in any item: refused in words, or a value that is shown as it is read."""

import json
from random import Random
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict

from entry.form.forms.controls import control_values
from entry.form.forms.raw_values import entered_value
from record.capture import cells
from record.capture.parsing import parse_item
from record.casebook import catalogue, items
from record.casebook.display import words
from record.casebook.items import Item
from record.casebook.values import MissingCode, Value, is_same
from tests.each import for_each
from tests.fuzz.texts import ROUNDS, SEED, for_item, missing_code
from trial_edc.typed_text import plain

PER_ITEM = 20 * ROUNDS
POINTERS = (items.File, items.Listed, items.User)  # read from the database


def declared() -> dict[str, Item]:
    return {
        f"{code}.{name}": item
        for code, design in catalogue.designs().items()
        for name, item in design.items.items()
        if not isinstance(item, (*POINTERS, items.ItemGroup))
    }


def read(item: Item, controls: dict[str, Any]) -> Value:
    typed = QueryDict(mutable=True)
    typed["x__shown"] = "1"
    for key, texts in controls.items():
        typed.setlist(key, texts if isinstance(texts, list) else [texts])
    return parse_item(item, entered_value(item, "x", typed))


def controls_with(item: Item, text: str) -> dict[str, Any]:
    units = {"x__unit": item.standard_unit} if isinstance(item, items.Lab) else {}
    return {"x": text, **units}


def assert_says_why(refusal: ValidationError, text: str) -> None:
    assert str(refusal.messages[0]), ascii(text)


def digits_of(text: str) -> str:
    """The digits that count, without leading and trailing zeros."""
    return "".join(c for c in plain(text) if c.isdigit()).strip("0")


@for_each(declared())
def test_what_is_read_is_shown_so_that_it_is_read_again(item):
    chance = Random(f"{SEED} {item.name}")  # noqa: S311 - no secret
    for _ in range(PER_ITEM):
        text = for_item(chance, item)
        try:
            value = read(item, controls_with(item, text))
        except ValidationError as refusal:
            assert_says_why(refusal, text)
            continue

        shown = control_values(item, "x", value)
        assert is_same(read(item, shown), value), (ascii(text), shown)
        stored = json.loads(json.dumps(item.to_json(value)))
        assert is_same(item.from_json(stored), value), (ascii(text), stored)
        assert value is None or str(words(item, value)), ascii(text)
        if isinstance(item, items.Number) and value is not None:
            assert digits_of(str(shown["x"])) in digits_of(text), (ascii(text), value)


@for_each(declared())
def test_a_cell_of_a_table_takes_any_text_or_refuses_it_in_words(item):
    chance = Random(f"cell {SEED} {item.name}")  # noqa: S311 - no secret
    for _ in range(PER_ITEM):
        text = for_item(chance, item)
        try:
            value = parse_item(item, cells.read(item, text))
        except ValidationError as refusal:
            assert_says_why(refusal, text)
            continue
        assert value is None or str(words(item, value)), ascii(text)


@for_each(declared())
def test_a_missing_code_is_read_as_itself_or_refused(item):
    code = missing_code(Random(f"{SEED} {item.name}"))  # noqa: S311 - no secret

    value = read(item, {"x__missing": code})

    assert value is MissingCode(code)
    assert control_values(item, "x", value) == {"x__missing": code}
