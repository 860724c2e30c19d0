"""The sponsor's cases sort by what their columns mean."""

from datetime import date
from types import SimpleNamespace

import pytest
from django.utils.translation import override

from record.casebook.form_data import FormData
from safety.reports.rules.clocks import Clock, Deadlines
from safety.reports.selectors.cases import SponsorCase
from safety.reports.tables import CaseTable

TODAY = date(2026, 4, 14)
CASES = [
    ("A", "unlikely", "N", Clock.DAYS_15, date(2026, 5, 1)),
    ("B", None, None, Clock.DAYS_7, date(2026, 4, 1)),  # not assessed
    ("C", "certain", "N", Clock.DAYS_7, date(2026, 4, 20)),
    ("D", "possible", "Y", Clock.NONE, None),
]


def case(term, causality, expected, period, due_on):
    assessment = {"causality_sponsor": causality, "expected_per_rsi": expected}
    return SponsorCase(
        SimpleNamespace(term=term),
        FormData("SPA", assessment),
        Deadlines(
            None, is_susar=due_on is not None, clock=period, initial_due_on=due_on
        ),
        TODAY,
    )


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("cause", "CDAB"),
        ("-cause", "ADCB"),
        ("expected", "DACB"),
        ("-expected", "ACDB"),
        ("period", "DCAB"),
        ("-period", "ACDB"),
        ("due_on", "CABD"),
        ("-due_on", "ACBD"),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_codes_sort_by_their_list_and_unknown_stands_last(rf, language, sort, order):
    with override(language):
        table = CaseTable([case(*one) for one in CASES], rf.get("/", {"sort": sort}))

    assert "".join(line.line.term for line in table.lines) == order
