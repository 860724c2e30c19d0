"""Cells of a copied text: a quotation mark is a mark, and no row is swallowed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entry.table.forms.pasted_cells import rows_in


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a\tb\nc\td\n", [["a", "b"], ["c", "d"]]),
        ("a\tb\r\nc\td", [["a", "b"], ["c", "d"]]),
        ("a\t\tb\n\t\n", [["a", "", "b"], ["", ""]]),
        ("a\t", [["a", ""]]),
        ('5" tube\tx', [['5" tube', "x"]]),
        ('tube of 5"\tx', [['tube of 5"', "x"]]),
        ('"NA"\tx', [['"NA"', "x"]]),
        ('"so called" shock\tx', [['"so called" shock', "x"]]),
        ('"line 1\nline 2"\tx\ny\tz', [["line 1\nline 2", "x"], ["y", "z"]]),
        ('"line ""1""\nline 2"\tx', [['line "1"\nline 2', "x"]]),
        ('"a ""b"" c"\tx', [['a "b" c', "x"]]),
        ('"a\tb"\tx', [['"a', 'b"', "x"]]),
        ('x\t"line 1\nline 2"\ny\tz', [["x", "line 1\nline 2"], ["y", "z"]]),
        ('x\t"open\n5"\tz', [["x", '"open'], ['5"', "z"]]),
        ('"line 1\nline 2"\nz', [["line 1\nline 2"], ["z"]]),
        ('"open\tx\ny\tz', [['"open', "x"], ["y", "z"]]),
        ('"open\tx\ny\t5"\nu\tv', [['"open', "x"], ["y", '5"'], ["u", "v"]]),
        ('x\t"open\ny\t"open\n', [["x", '"open'], ["y", '"open']]),
        ('"\tx\n"\ty', [['"', "x"], ['"', "y"]]),
        ('""\tx', [['""', "x"]]),
    ],
)
def test_cells_of_a_spreadsheet(text, rows):
    assert list(rows_in(text, "\t")) == rows


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('"a";"b, c"\n1;2', [["a", "b, c"], ["1", "2"]]),
        ('"a;b";c', [["a;b", "c"]]),
        ('"a ""b""";c', [['a "b"', "c"]]),
        ('"open;x\ny;5"\n', [['"open', "x"], ["y", '5"']]),
    ],
)
def test_cells_parted_by_semicolons(text, rows):
    assert list(rows_in(text, ";")) == rows


CELLS = st.text(st.sampled_from('ab"5 '), min_size=1, max_size=6).filter(
    lambda cell: not (cell.startswith('"') and cell.endswith('"') and '""' in cell)
)  # those that no spreadsheet would have wrapped


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=6))
def test_no_mark_in_any_cell_swallows_a_row(rows):
    text = "\n".join("\t".join(cells) for cells in rows)

    assert list(rows_in(text, "\t")) == rows


@given(st.text(st.sampled_from('a"\t\n\r;'), max_size=40))
def test_any_text_gives_cells_and_loses_no_word(text):
    read = "".join(cell for row in rows_in(text, "\t") for cell in row)

    assert read.count("a") == text.count("a")
