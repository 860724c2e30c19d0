"""The screening log sorts by what its columns mean."""

from types import SimpleNamespace

import pytest

from enrollment.screening.page import ScreeningLogRow
from enrollment.screening.tables import ScreeningTable
from record.casebook.form_data import FormData

ROWS = [
    ("A", "completed", {"source": "transfer_in", "sex": "F"}),
    (
        "B",
        "screen_failed",
        {"screen_failure_reason": "criteria_failed", "failed_criteria": "E10:present"},
    ),
    ("C", "approached", {"source": "icu", "sex": "M"}),
    (
        "D",
        "screen_failed",
        {
            "screen_failure_reason": "criteria_failed",
            "failed_criteria": "E9:present; E10:present",
        },
    ),
    ("E", "struck_out", None),
]


def row(number, state, values):
    data = None if values is None else FormData("SCN", values)
    return ScreeningLogRow(SimpleNamespace(number=number), 0, 1, state, data)


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("status", "CBDAE"),
        ("-status", "ABDCE"),
        ("source", "CABDE"),
        ("-source", "ACBDE"),
        ("failed_criteria", "DBACE"),
        ("-failed_criteria", "BDACE"),
    ],
)
def test_codes_sort_by_their_list_and_unknown_stands_last(rf, sort, order):
    table = ScreeningTable([row(*one) for one in ROWS], rf.get("/", {"sort": sort}))

    assert "".join(line.participant.number for line in table.lines) == order
