"""Files as laboratories write them: encodings, separators, dates; nothing guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.rules.mapping import (
    REQUIRED_COLUMNS,
    DateOrder,
    FileColumn,
    FileMapping,
    iso_instant,
    normalized,
)
from imports.rules.reading import MAX_BYTES, UnreadableFile, read_table

ROWS = "受试者,结果\r\nS-001R,溶血\r\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (ROWS.encode(), "UTF-8"),
        (ROWS.encode("utf-8-sig"), "UTF-8"),
        (ROWS.encode("gbk"), "GBK"),
        (ROWS.encode("gb18030"), "GBK"),
    ],
)
def test_chinese_files_read_alike_in_each_encoding(content, encoding):
    table = read_table(content)

    assert table.heading == ("受试者", "结果")
    assert table.rows == ((2, ("S-001R", "溶血")),)
    assert table.encoding == encoding


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_heading_shows_the_separator(separator):
    table = read_table(f"a{separator}b\n1{separator}2\n".encode())

    assert (table.heading, table.rows) == (("a", "b"), ((2, ("1", "2")),))


def test_quotes_blank_lines_and_line_numbers():
    table = read_table(b'a,b\n"x, ""y""\nz",2\n\n,\n3,4\n')

    assert table.rows == ((2, ('x, "y"\nz', "2")), (6, ("3", "4")))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "No columns"),
        (b"a\n1\n", "No columns"),
        (b"a,b\n", "no rows under a heading"),
        (b"a,a\n1,2\n", "Two columns are called"),
        (b",\n,\n", "no rows under a heading"),
        (b'a,b\n"1,2\n', "cannot be read"),
        (b"a,b\n1,\x00\n", "This is no text"),
        (b"a,b\n\xff\xff,1\n", "This is no text"),
        (b"a,b\n1," + b"x" * 1001 + b"\n", "too long"),
        (b"a,b\n" + b"1,2\n" * 50_001, "more than 50000 rows"),
        (b"x" * (MAX_BYTES + 1), "larger than 10 MB"),
    ],
)
def test_what_is_no_table_says_what_to_do(content, words):
    with pytest.raises(UnreadableFile) as problem:
        read_table(content)

    assert words in str(problem.value)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_refused(content):
    try:
        table = read_table(content)
    except UnreadableFile:
        return
    assert table.heading
    assert table.rows


@pytest.mark.parametrize(
    ("text", "order", "meant"),
    [
        ("2026-03-08 14:30", "ymd", "2026-03-08 14:30"),
        ("2026-03-08T14:30:59", "ymd", "2026-03-08 14:30"),
        ("2026年3月8日 9:05", "ymd", "2026-03-08 09:05"),
        ("2026/3/8", "ymd", "2026-03-08"),
        ("08/03/2026 14:30", "dmy", "2026-03-08 14:30"),
        ("08/03/2026 14:30", "mdy", "2026-08-03 14:30"),
        ("13/03/2026", "mdy", None),
        ("08/03/2026", "ymd", None),
        ("08/03/26", "dmy", None),
        ("31/02/2026", "dmy", None),
        ("202603081430", "compact", "2026-03-08 14:30"),
        ("20260308143059", "compact", "2026-03-08 14:30"),
        ("20260308", "compact", "2026-03-08"),
        ("2026-03-08 25:00", "ymd", None),
        ("2026-03-08 14:30+00:00", "ymd", None),
        ("", "ymd", None),
    ],
)
def test_dates_are_read_in_the_order_of_the_mapping(text, order, meant):
    assert iso_instant(text, order) == meant


@given(st.text(max_size=30), st.sampled_from([order.value for order in DateOrder]))
def test_any_text_is_an_instant_or_nothing(text, order):
    assert iso_instant(text, order) is None or len(iso_instant(text, order)) in (10, 16)


def test_words_are_compared_without_width_case_and_blanks():
    assert normalized(" ＣＲＥＡ ") == "crea"
    assert normalized("µmol/L") == normalized("μmol/L")


def test_a_mapping_survives_its_storage():
    mapping = FileMapping({"value": "v"}, "dmy", {"unit": {"g/l": "g/L"}}, {"x": "Y"})

    assert FileMapping.from_json(mapping.as_json()) == mapping


def needed_columns(**more):
    """A mapping of each needed column to a heading of its own name."""
    return FileMapping({column: column.value for column in REQUIRED_COLUMNS} | more)


def test_a_file_needs_a_column_that_says_whose_a_value_is():
    heading = (*REQUIRED_COLUMNS, "whose")

    missing = [
        needed_columns().missing_columns(heading),
        needed_columns(participant="whose").missing_columns(heading),
        needed_columns(hospital_no="whose").missing_columns(heading),
    ]

    assert missing == [[FileColumn.PARTICIPANT], [], []]


def test_a_mapped_column_that_the_file_lacks_is_missing():
    mapping = needed_columns(participant="whose", place="ward")

    assert mapping.missing_columns((*REQUIRED_COLUMNS[1:], "whose")) == [
        REQUIRED_COLUMNS[0],
        FileColumn.PLACE,
    ]
