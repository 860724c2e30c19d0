"""A laboratory's file at its limits, and what each refusal says."""

import pytest

from imports.rules.mapping import (
    REQUIRED_COLUMNS,
    DateOrder,
    FileColumn,
    FileMapping,
    WordKind,
    iso_instant,
)
from imports.rules.reading import FileTable, UnreadableFile, read_table

TOO_LARGE = "The file is larger than 10 MB. Send it in parts."
TOO_MANY = "The file holds more than 50000 rows. Send it in parts."
TOO_LONG = "Line 2 is too long. Is a quotation mark left open?"
NO_COLUMNS = "No columns: put a comma between the cells of the table."
NO_TEXT = "This is no text. Save the table as CSV, in UTF-8 or GBK."


def refusal(content):
    with pytest.raises(UnreadableFile) as problem:
        read_table(content)
    return str(problem.value)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", NO_COLUMNS),
        (b"x" * 10_000_000, NO_COLUMNS),
        (b"x" * 10_000_001, TOO_LARGE),
        (b"a,b\n", "The file holds no rows under a heading."),
        (b"a,b\n" + b"1,2\n" * 50_001, TOO_MANY),
        (b"a,b\n1," + b"x" * 1001 + b"\n", TOO_LONG),
        (b"a,b\n" + b"," * 99 + b"1,\n", TOO_LONG),
        (b"a,b\n1,\x00\n", NO_TEXT),
        (
            b"a,b" + b"x" * 1001 + b"\n",
            "Line 1 is too long. Is a quotation mark left open?",
        ),
        (b'"a,b\n', "Line 1 cannot be read: unexpected end of data."),
        (b'a,b\n1,2\n"3,4\n', "Line 3 cannot be read: unexpected end of data."),
        (
            "b,体温,体温\n1,2,3\n".encode(),
            "Two columns are called “体温”. Give each its own name.",
        ),
    ],
)
def test_a_refusal_says_where_and_what_to_do(content, expected):
    assert refusal(content) == expected


@pytest.mark.parametrize(
    ("content", "last"),
    [
        (b"a,b\n" + b"1,2\n" * 50_000, (50_001, ("1", "2"))),
        (b"a,b\n1," + b"x" * 1000 + b"\n", (2, ("1", "x" * 1000))),
        (b"a,b\n" + b"," * 98 + b"1,\n", (2, (*[""] * 98, "1"))),
    ],
)
def test_a_table_may_reach_each_limit(content, last):
    assert read_table(content).rows[-1] == last


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            b" \n\n a ; b\n1,1,1,1,1,1;2\n3;4\n",
            FileTable(
                ("a", "b"), ((4, ("1,1,1,1,1,1", "2")), (5, ("3", "4"))), "UTF-8"
            ),
        ),
        (
            b"a,b;c|d;e\n1;2;3\n",
            FileTable(("a,b", "c|d", "e"), ((2, ("1", "2", "3")),), "UTF-8"),
        ),
        (
            b"a,b,c,,\r\n1,2,3,4\r\n",
            FileTable(("a", "b", "c"), ((2, ("1", "2", "3", "4")),), "UTF-8"),
        ),
    ],
)
def test_the_first_line_is_the_heading_and_shows_the_separator(content, expected):
    assert read_table(content) == expected


def test_a_word_means_what_the_mapping_of_its_column_says():
    mapping = FileMapping(words={WordKind.UNIT: {"umol/l": "umol/L"}})

    assert mapping.meaning(WordKind.UNIT, " UMOL/L ") == "umol/L"
    assert mapping.meaning(WordKind.UNIT, "mg/dL") is None
    assert mapping.meaning(WordKind.VALUE, "umol/l") is None


def test_a_mapping_is_stored_as_plain_values():
    mapping = FileMapping({"value": "v"}, "dmy", {"unit": {"g/l": "g/L"}}, {"x": "Y"})

    assert mapping.as_json() == {
        "columns": {"value": "v"},
        "date_order": "dmy",
        "words": {"unit": {"g/l": "g/L"}},
        "answers": {"x": "Y"},
    }
    assert FileMapping.from_json({}) == FileMapping()


def test_each_column_that_is_needed_or_mapped_is_missing_in_an_empty_file():
    mapping = FileMapping({FileColumn.VISIT: "v", FileColumn.HOSPITAL_NO: "h"})

    assert mapping.missing_columns(()) == [
        FileColumn.PARTICIPANT,
        *REQUIRED_COLUMNS,
        FileColumn.HOSPITAL_NO,
        FileColumn.VISIT,
    ]


def test_a_mapped_participant_that_the_file_lacks_is_missing_once():
    mapping = FileMapping({FileColumn.PARTICIPANT: "p"})

    assert mapping.missing_columns(()) == [FileColumn.PARTICIPANT, *REQUIRED_COLUMNS]


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        (" ２０２６-03-08 ", DateOrder.YMD, "2026-03-08"),
        ("2026-03-08 00:00", DateOrder.YMD, "2026-03-08 00:00"),
        ("2026-03-08 23:59", DateOrder.YMD, "2026-03-08 23:59"),
        ("2026-03-08 24:00", DateOrder.YMD, "2026-03-09 00:00"),
        ("2026-03-08 24:01", DateOrder.YMD, None),
        ("2026-03-08 25:00", DateOrder.YMD, None),
        ("2026年3月8日 14时30分", DateOrder.YMD, "2026-03-08 14:30"),
        ("8/3/2026 下午2:30", DateOrder.DMY, "2026-03-08 14:30"),
        ("3/8/2026 2:30 PM", DateOrder.MDY, "2026-03-08 14:30"),
        ("20260308 2400", DateOrder.COMPACT, "2026-03-09 00:00"),
        ("20260308143059", DateOrder.COMPACT, "2026-03-08 14:30"),
        ("2026-03-08 14:60", DateOrder.YMD, None),
        ("٢٠٢٦-03-08", DateOrder.YMD, None),
        ("on 2026-03-08", DateOrder.YMD, None),
        ("2026-03-08, or so", DateOrder.YMD, None),
    ],
)
def test_an_instant_is_a_date_and_a_time_that_exist(text, order, expected):
    assert iso_instant(text, order) == expected


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_any_system_are_read_and_kept_in_cells(end):
    content = f'a,b{end}"x{end}y",2{end}3,4{end}'

    assert read_table(content.encode()).rows == (
        (2, (f"x{end}y", "2")),
        (4, ("3", "4")),
    )
