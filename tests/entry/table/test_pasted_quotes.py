"""Quotation marks in pasted cells: of a spreadsheet they quote, others are text."""

import pytest

from entry.table.forms.columns import columns_of
from entry.table.forms.paste import read_pasted
from entry.table.selectors.stored_rows import stored_rows_of
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('5" tube\t1\nb\t2', [('5" tube', "1"), ("b", "2")]),
        ('say "hi"\t1\nb\t2', [('say "hi"', "1"), ("b", "2")]),
        ('"say ""hi"""\t1\nb\t2', [('say "hi"', "1"), ("b", "2")]),
        ('"two\nlines"\t1\nb\t2', [("two\nlines", "1"), ("b", "2")]),
        ('"open\t1\nb\t2', [('"open', "1"), ("b", "2")]),
        ('"open\t1\nb\t2\n5"\t3', [('"open', "1"), ("b", "2"), ('5"', "3")]),
        ('1\t"open\n2\tb"\n3\tc', [("1", '"open'), ("2", 'b"'), ("3", "c")]),
        ('"a, b",1\n"c",2', [("a, b", "1"), ("c", "2")]),
        ('"open,1\nb,2', [('"open', "1"), ("b", "2")]),
        ("a\t1\r\nb\t2\r\n", [("a", "1"), ("b", "2")]),
    ],
)
def test_a_quotation_mark_never_swallows_rows(someone, text, rows):
    stored = stored_rows_of(someone, "CMD")
    columns = columns_of(person("CO", username="reads"), stored.design, stored.casebook)

    pasted = read_pasted(text, columns, ["drug", "dose"])

    read = [(line.texts["drug"], line.texts["dose"]) for line in pasted.lines]
    assert read == rows
