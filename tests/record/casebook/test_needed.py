"""What is still needed says what to do, in whichever form and item."""

import pytest

from record.casebook import catalogue, items
from record.casebook.engine import needed_message

ITEMS = [
    pytest.param(item, id=f"{code}.{name}")
    for code, design in catalogue.designs().items()
    for name, item in design.items.items()
]


def what_to_do(item):
    if item.facts.judged:
        return "An investigator enters this; until then, save a draft."
    if isinstance(item, items.Ref):
        return "Where the list is empty, save a draft and add the row there first."
    if isinstance(item, items.File):
        return "In a table, save a draft and attach the file on the row's own page."
    return "This is needed before the form can be marked complete."


@pytest.mark.parametrize("item", ITEMS)
def test_a_needed_item_says_how_to_answer_it(item):
    assert needed_message(item).endswith(what_to_do(item))
