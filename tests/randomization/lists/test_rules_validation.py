"""Each fault of an uploaded list: its line, its words, and what is not judged."""

import pytest

from randomization.lists.rules.lists import HEADER, ListRow
from randomization.lists.rules.validation import Fault, ListValidation, validate_list

ARMS = ("MSC", "SALINE")
RIGHT = "1,1,2,MSC 2,1,2,SALINE 3,2,2,SALINE 4,2,2,MSC"

pytestmark = pytest.mark.verifies("RAN-02")


def faults_of(rows, size=4):
    text = "\n".join([HEADER, *rows.split(), ""])
    faults = validate_list(text, arms=ARMS, size=size).faults
    return [(fault.line, str(fault)) for fault in faults]


def test_a_right_list_is_read_row_by_row():
    text = "\n".join([HEADER, *RIGHT.split()])

    assert validate_list(text, arms=ARMS, size=4) == ListValidation(
        (
            ListRow(1, 1, 2, "MSC"),
            ListRow(2, 1, 2, "SALINE"),
            ListRow(3, 2, 2, "SALINE"),
            ListRow(4, 2, 2, "MSC"),
        ),
        (),
    )


def test_blanks_round_cells_and_heading_are_passed_over():
    text = f" {HEADER} \n 1 , 1,2 , MSC \n2,1,2,SALINE"

    result = validate_list(text, arms=ARMS, size=2)

    assert result == ListValidation(
        (ListRow(1, 1, 2, "MSC"), ListRow(2, 1, 2, "SALINE")), ()
    )


def test_one_empty_line_may_end_the_file_and_no_other():
    text = f"{HEADER}\n1,1,2,MSC\n2,1,2,SALINE\n\n"

    result = validate_list(text, arms=ARMS, size=2)

    assert result.faults == (Fault(4, "The line is empty."),)


@pytest.mark.parametrize(
    ("rows", "size", "expected"),
    [
        (RIGHT, 6, [(0, "The list must have 6 rows, not 4.")]),
        ("1,1,2,MSC 2,1,2", 2, [(3, "4 values are needed, not 3.")]),
        ("1,1,2,MSC 2,1,2,SALINE,x", 2, [(3, "4 values are needed, not 5.")]),
        *(
            (
                f"1,1,2,MSC {row}",
                2,
                [(3, "seq, block and block_size must be whole numbers.")],
            )
            for row in ("x,1,2,MSC", "2,-1,2,MSC", "2,1,2.0,MSC", "2,1,1234567890,MSC")
        ),
        ("1,1,2,MSC 2,1,2,msc", 2, [(3, "“msc” is no arm of this trial.")]),
    ],
)
def test_a_line_that_cannot_be_read_is_named(rows, size, expected):
    assert faults_of(rows, size) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            "1,1,2,MSC 1,1,2,SALINE 3,2,2,MSC 4,2,2,SALINE",
            [(3, "seq 1 stands in line 2 already.")],
        ),
        (
            "1,1,2,MSC 3,1,2,SALINE 3,2,2,MSC 4,2,2,SALINE",
            [
                (3, "seq must be 2 here, not 3."),
                (4, "seq 3 stands in line 3 already."),
            ],
        ),
        (
            "1,1,2,MSC 1,1,2,SALINE 1,2,2,MSC 4,2,2,SALINE",
            [
                (3, "seq 1 stands in line 2 already."),
                (4, "seq 1 stands in line 2 already."),
            ],
        ),
    ],
)
def test_rows_are_numbered_from_1_on_once_each(rows, expected):
    assert faults_of(rows) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            "1,2,2,MSC 2,2,2,SALINE 3,3,2,MSC 4,3,2,SALINE",
            [(2, "Block 1 must follow here, not block 2.")],
        ),
        (
            "1,1,2,MSC 2,1,2,SALINE 3,3,2,MSC 4,3,2,SALINE",
            [(4, "Block 2 must follow here, not block 3.")],
        ),
        (
            "1,1,4,MSC 2,1,4,SALINE 3,2,2,MSC 4,2,2,SALINE",
            [(2, "Block 1 has another number of rows than it declares.")],
        ),
        (
            "1,1,2,MSC 2,1,4,SALINE 3,2,2,MSC 4,2,2,SALINE",
            [(2, "Block 1 has another number of rows than it declares.")],
        ),
        (
            "1,1,2,MSC 2,1,2,SALINE 3,2,2,MSC 4,2,2,MSC",
            [(4, "Block 2 does not hold each arm equally often.")],
        ),
    ],
)
def test_blocks_follow_each_other_whole_and_balanced(rows, expected):
    assert faults_of(rows) == expected


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ("1,1,2,MSC 2,1,2,x 3,2,2,MSC 4,2,2,SALINE", 3),  # the row after a half block
        ("1,1,2,MSC 2,1,2,SALINE 3,2,2,x 4,2,2,SALINE", 4),  # the row before one
    ],
)
def test_a_block_beside_a_line_that_cannot_be_read_is_not_judged(rows, line):
    assert faults_of(rows) == [(line, "“x” is no arm of this trial.")]


def test_a_block_one_line_further_is_judged():
    rows = "1,1,2,x 2,1,2,SALINE 3,2,2,MSC 4,2,2,MSC"

    assert faults_of(rows) == [
        (2, "“x” is no arm of this trial."),
        (4, "Block 2 does not hold each arm equally often."),
    ]


def test_a_wrong_heading_spoils_no_block():
    text = "seq,block,size,arm\n1,1,2,MSC\n2,1,2,MSC\n"

    faults = validate_list(text, arms=ARMS, size=2).faults

    assert [(fault.line, str(fault)) for fault in faults] == [
        (1, "The first line must be: seq,block,block_size,arm"),
        (2, "Block 1 does not hold each arm equally often."),
    ]
