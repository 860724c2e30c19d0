"""Nothing new is observed after death, or after withdrawal from everything."""

from dataclasses import replace
from datetime import date

import pytest

from record.casebook import catalogue
from record.casebook.form_data import FormData
from record.casebook.items import Date, PartialDate
from tests.visits.edit_checks import (
    DAY,
    DAY_0,
    DIED,
    LEFT,
    ON_7,
    Cases,
    data,
    fired,
    partial,
    vis,
)
from visits.facts import LIFE_ENDS, LIFE_TIMES
from visits.schedule.checks import after_end

AFTER = DAY_0 + 5 * DAY  # 6 March


def later(form: str, item: str) -> FormData:
    """A form whose item is dated after the death."""
    kind = catalogue.design(form).items[item]
    dated = AFTER.date() if isinstance(kind, Date) else AFTER
    at = partial("2026-03-06") if isinstance(kind, PartialDate) else dated
    return data(form, **{item: at})


def ended(form: str, answer: str | None) -> FormData:
    """A row that ended after the death, and how."""
    item, answer_item, _lifeless = LIFE_ENDS[form]
    row = later(form, item)
    return replace(row, values={**row.values, answer_item: answer})


ALIVE_AT_END = (
    ("STY", "home"),
    ("RRT", "recovered"),
    ("AE", "recovered"),
    ("CAL", "participant"),
)
AFTER_DEATH: Cases = [
    (f"{form}-{number}", later(form, item), (DIED,))
    for form, items in LIFE_TIMES.items()
    if form not in after_end.CHECKED_ELSEWHERE
    for number, item in enumerate(items, 21)
]
FIRES: Cases = [
    *(
        (f"{form}-20", later(form, item), (LEFT,))
        for form, item in after_end.OBSERVATION_TIMES.items()
    ),
    *AFTER_DEATH,
    *((f"{form}-29", ended(form, answer), (DIED,)) for form, answer in ALIVE_AT_END),
]
SAME_DAY = (
    data("DTH", death_on=partial("2026-03-06")),
    data("WDR", kind="everything", on=date(2026, 3, 6)),
)
QUIET = [
    *((name, row, SAME_DAY) for name, row, _others in FIRES),
    *(
        (f"{form}-29", ended(form, answer), (DIED,))
        for form, (_item, _answer, lifeless) in LIFE_ENDS.items()
        for answer in (None, *lifeless)
    ),
]


@pytest.mark.parametrize(("check_id", "row", "others"), FIRES)
def test_check_finds(check_id, row, others):
    assert fired(check_id, row, others)


@pytest.mark.parametrize(("check_id", "row", "others"), QUIET)
def test_check_keeps_quiet(check_id, row, others):
    assert not fired(check_id, row, others)


@pytest.mark.parametrize(
    ("check_id", "row"),
    [(name, row) for name, row, _others in FIRES if name.endswith("-20")]
    + [("VIS-03", vis(visit_date=ON_7))],
)
@pytest.mark.verifies("WIN-07")
def test_what_was_recorded_before_a_withdrawal_can_be_corrected(check_id, row):
    correction = replace(row, item_revisions=dict.fromkeys(row.values, 1))

    assert fired(check_id, row, (LEFT,))
    assert not fired(check_id, correction, (LEFT,))


@pytest.mark.parametrize(("form", "answer"), ALIVE_AT_END)
def test_a_death_is_not_before_what_showed_the_person_alive_at_its_end(form, answer):
    row = ended(form, answer)
    died_after = replace(DIED, values={"death_on": partial("2026-03-06")})

    assert set(ALIVE_AT_END) == {(one, dict(ALIVE_AT_END)[one]) for one in LIFE_ENDS}
    assert fired("DTH-01", DIED, (row,))
    assert not fired("DTH-01", died_after, (row,))


def test_nobody_lives_after_a_death_known_as_a_year_was_put_on_record():
    recorded = replace(
        data("DTH", death_on=partial("2026")), opened_on=date(2026, 3, 5)
    )

    assert fired("CRE-21", later("CRE", "sample_at"), (recorded,))
    assert fired("VIS-02", vis(visit_date=AFTER.date()), (recorded,))
    assert not fired("VIS-02", vis(visit_date=date(2026, 3, 5)), (recorded,))
