"""Lists of cases as files hold them, and which case is which event."""

import pytest

from safety.reconciliation.rules.matching import Named, pairs
from safety.reconciliation.rules.reading import (
    MOST_CASES,
    CaseRow,
    UnreadableList,
    read_cases,
)

LABELS = {
    "outcome": {"fatal": "fatal", "死亡": "fatal"},
    "causality": {"possible": "possible"},
}
HEADING = "Case,Participant,Term,Onset,Outcome\n"


def problems(text: str) -> list[str]:
    with pytest.raises(UnreadableList) as refusal:
        read_cases(text.encode(), LABELS)
    return [message % details for message, details in refusal.value.problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_case_is_read_as_it_is_meant(encoding):
    text = HEADING + 'K-1,s-001x,"休克, 严重",2026-04-01 08:30,死亡\n\n,,,,\n'

    assert read_cases(text.encode(encoding), LABELS) == [
        CaseRow(2, "K-1", "S-001X", "休克, 严重", "2026-04-01T08:30", outcome="fatal")
    ]


def test_a_list_without_cases_is_a_list():
    assert read_cases(HEADING.encode(), LABELS) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["The heading lacks case, participant, term, onset."]),
        ("case,term\n", ["The heading lacks participant, onset."]),
        (HEADING + "K-1,S-001X,Shock\n", ["Line 2: onset is empty."]),
        (
            HEADING + "K-1,S-001X,Shock,8 March,dead\n",
            [
                "Line 2: the onset “8 March” is no date such as 2026-03-08.",
                "Line 2: “dead” is no answer of outcome.",
            ],
        ),
        (
            HEADING + "K-1,S-001X,A,2026,\nK-1,S-002X,B,2026,\n",
            ["Line 3: the case K-1 stands in the file before."],
        ),
        (
            HEADING + f"K-1,S-001X,{'x' * 401},2026-02-30,\n",
            [
                "Line 2: term is longer than 400 characters.",
                "Line 2: the onset “2026-02-30” is no date such as 2026-03-08.",
            ],
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_said_by_line(text, expected):
    assert problems(text) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            b"\xff\x00",
            "The file is text neither in UTF-8 nor in GB 18030. Save it as UTF-8.",
        ),
        (
            HEADING.encode() + b"K-1," + b"x" * 200_000,
            "The file cannot be read as CSV: field larger than field limit (131072).",
        ),
        (
            HEADING.encode() + b"K-1,S-001X,Shock,2026,\n" * (MOST_CASES + 1),
            "The file holds more than 5000 lines.",
        ),
    ],
)
def test_a_file_that_is_no_list_is_refused(content, expected):
    with pytest.raises(UnreadableList) as refusal:
        read_cases(content, LABELS)

    assert [text % details for text, details in refusal.value.problems] == [expected]


def test_cells_behind_the_last_column_are_nothing():
    text = HEADING + "K-1,S-001X,Shock,2026,fatal,more,and more\n"

    (row,) = read_cases(text.encode(), LABELS)

    assert row.outcome == "fatal"


SHOCK, FALL = Named("Shock", "", "2026-04-01"), Named("Fall", "", "2026-04-01")


@pytest.mark.parametrize(
    ("events", "cases", "expected"),
    [
        ([SHOCK, FALL], [FALL, SHOCK], [(0, 1), (1, 0)]),
        ([SHOCK], [Named("SHOCK ", "", "2025")], [(0, 0)]),
        ([Named("Low pressure", "Shock", "")], [SHOCK], [(0, 0)]),
        ([SHOCK], [Named("Stroke", "", "2026-04-02")], []),
        ([SHOCK, SHOCK], [SHOCK], [(0, 0)]),
        # The day alone pairs what no name does, and only what is left over.
        (
            [FALL, SHOCK],
            [SHOCK, Named("Broken hip", "", "2026-04-01T09:00")],
            [(0, 1), (1, 0)],
        ),
        ([Named("", "", "")], [Named("", "", "2026-04-01")], []),
    ],
)
def test_an_event_and_a_case_make_one_pair_by_the_surest_sign(events, cases, expected):
    assert pairs(events, cases) == expected
