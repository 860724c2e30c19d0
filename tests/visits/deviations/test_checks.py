"""Edit checks of deviations, each against what the record says."""

from datetime import date

import pytest

from record.casebook.form_data import FormData
from tests.visits.edit_checks import (
    COURSE,
    DAY,
    DAY_0,
    GO,
    ON_7,
    SECOND,
    STAY,
    Cases,
    data,
    fired,
    vis,
)

SEEN_ON_7, SEEN_LATE = vis(visit_date=ON_7), vis(visit_date=date(2026, 3, 10))
STAYED = data("STY", **STAY, out_at=DAY_0 + 5 * DAY)
NO_GO = data("IRQ", "D7", decision="no_go_final")


def deviation(occasion: str, on: date = date(2026, 4, 1)) -> FormData:
    """Rule, form and visit of a deviation, as a rule stores them."""
    rule, _form, visit, *_occurrence = [*occasion.split(), "", "D7"]
    values = {"rule": rule, "visit_concerned": visit, "found_on": on}
    return data("DEV", raised_by="SYS", **values)


def older_deviation(occasion: str) -> FormData:
    """One that was stored while rule and form were one text."""
    return data("DEV", raised_by="SYS", rule=occasion, found_on=date(2026, 4, 1))


FIRES: Cases = [
    ("DEV-03", older_deviation("VISIT-MISSED VIS D7 #1"), (*COURSE, SEEN_ON_7)),
    ("DEV-03", older_deviation("INFUSION-2-NOT-GIVEN"), (*COURSE, SECOND)),
    (
        "DEV-01",
        data("DEV", occurred_on=date(2026, 3, 2), found_on=date(2026, 3, 1)),
        (),
    ),
    (
        "DVP-01",
        data("DVP", occurred_on=date(2026, 3, 2), found_on=date(2026, 3, 1)),
        (),
    ),
    ("DEV-02", data("DEV", description="the Saline bag was swapped"), ()),
    ("DEV-02", data("DEV", description="干细胞批次有误"), ()),
    ("DEV-03", deviation("VISIT-OUT-OF-WINDOW VIS D7 #1"), (*COURSE, SEEN_ON_7)),
    ("DEV-03", deviation("VISIT-MISSED VIS D7 #1"), (*COURSE, SEEN_ON_7)),
    ("DEV-03", deviation("VISIT-MISSED VIS D7 #1", date(2026, 3, 11)), COURSE),
    ("DEV-03", deviation("VISIT-MISSED VIS D10 #1"), (*COURSE, STAYED)),
    ("DEV-03", deviation("INFUSION-1-LATE INF D0 #1"), COURSE),
    ("DEV-03", deviation("INFUSION-1-LATE INF D0 #1"), ()),
    ("DEV-03", deviation("INFUSION-TOO-LATE INF D7 #1"), (*COURSE, SECOND)),
    ("DEV-03", deviation("INFUSION-TOO-LATE INF D7 #1"), COURSE),
    ("DEV-03", deviation("INFUSION-2-NOT-GIVEN"), (*COURSE, SECOND)),
    (
        "DEV-03",
        deviation("INFUSION-WITHOUT-GO INF D7 #1"),
        (*COURSE, SECOND, data("IRQ", "D7", **GO)),
    ),
    ("DEV-03", deviation("COVER-FAILED INF D7 #1"), (*COURSE, SECOND)),
]
QUIET: Cases = [
    ("DEV-02", data("DEV", description="Visit took place too late."), ()),
    ("DEV-03", deviation("VISIT-OUT-OF-WINDOW VIS D7 #1"), (*COURSE, SEEN_LATE)),
    ("DEV-03", deviation("VISIT-MISSED VIS D7 #1"), COURSE),
    ("DEV-03", deviation("VISIT-MISSED VIS D7 #1", date(2026, 3, 12)), COURSE),
    ("DEV-03", deviation("VISIT-MISSED VIS D10 #1"), COURSE),
    ("DEV-03", deviation("INFUSION-2-NOT-GIVEN"), (*COURSE, NO_GO)),
    ("DEV-03", deviation("INFUSION-WITHOUT-GO INF D7 #1"), (*COURSE, SECOND)),
    ("DEV-03", deviation("INFUSION-IN-PAUSE INF D0 #1"), COURSE),
    ("DEV-03", data("DEV", raised_by="user"), ()),
    (
        "DEV-01",
        data("DEV", occurred_on=date(2026, 3, 1), found_on=date(2026, 3, 1)),
        (),
    ),
    (
        "DVP-01",
        data("DVP", occurred_on=date(2026, 3, 1), found_on=date(2026, 3, 1)),
        (),
    ),
]


@pytest.mark.parametrize(("check_id", "row", "others"), FIRES)
def test_check_finds(check_id, row, others):
    assert fired(check_id, row, others)


@pytest.mark.parametrize(("check_id", "row", "others"), QUIET)
def test_check_keeps_quiet(check_id, row, others):
    assert not fired(check_id, row, others)
