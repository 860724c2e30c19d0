"""A row that says the same as another in every item is entered once."""

from dataclasses import replace
from typing import Any

import pytest

from record.audit.attribution import Reason, Source
from record.capture.problems import SaveRefused
from record.capture.services.form_status import restore_row, strike_row
from record.casebook.form_data import FormData
from tests.people import STAGE
from tests.visits import stage
from tests.visits.edit_checks import (
    DAY_0,
    HOUR,
    Cases,
    data,
    fired,
    partial,
    quantity,
)
from visits.logs.checks import ROW_KEYS

MISTAKE = Reason("error", "Typed twice.")
ROWS: dict[str, dict[str, Any]] = {
    "IST": {"drug": "prednisone", "start": partial("2026-03-01"), "mg_per_day": 10},
    "CMD": {"drug": "Furosemide", "start": partial("2026-03-01"), "dose": 20},
    "RRT": {"modality": "crrt", "started_at": partial("2026-03-01T08:00")},
    "STY": {"kind": "icu", "in_at": DAY_0, "hospital": "ours"},
    "AE": {"term": "Nausea", "onset": partial("2026-03-02"), "grade": "1"},
    "URI": {"start_at": DAY_0, "end_at": DAY_0 + HOUR, "volume_ml": 20},
    "LAB": {"sampled_at": DAY_0, "platelets": quantity("150", "10^9/L")},
    "CNS": {"kind": "initial", "decision": "given", "decided_at": DAY_0},
    "CAL": {"channel": "phone", "at": DAY_0, "reached": "nobody"},
    "WDR": {"kind": "everything", "on": DAY_0.date(), "by": "participant"},
}


def row(form: str, occurrence: int = 1, **values: Any) -> FormData:
    return data(form, "", occurrence, **{**ROWS[form], **values})


def without(form: str, item: str) -> FormData:
    values = {name: value for name, value in ROWS[form].items() if name != item}
    return data(form, "", 1, **values)


FIRES: Cases = [(f"{form}-30", row(form), (row(form, 2),)) for form in ROWS]
QUIET: Cases = [
    *((f"{form}-30", row(form), ()) for form in ROWS),
    *((f"{form}-30", row(form, added="yes"), (row(form, 2),)) for form in ROWS),
    *((f"{form}-30", row(form), (row(form, 2, added="yes"),)) for form in ROWS),
    *(
        (
            f"{form}-30",
            without(form, item),
            (replace(without(form, item), occurrence=2),),
        )
        for form in ROWS
        for item in ROW_KEYS[form]
    ),
    *(
        (
            f"{form}-30",
            row(form, **{item: partial("2026-03")}),
            (row(form, 2, **{item: partial("2026-03")}),),
        )
        for form, item in (("CMD", "start"), ("AE", "onset"), ("RRT", "started_at"))
    ),
]
QUIET.append(("LAB-30", replace(row("LAB"), visit="D0"), (row("LAB"),)))


def test_every_kind_of_row_is_among_the_cases() -> None:
    assert set(ROWS) == set(ROW_KEYS)


@pytest.mark.parametrize(("check_id", "row", "others"), FIRES)
def test_check_finds(check_id, row, others):
    assert fired(check_id, row, others)


@pytest.mark.parametrize(("check_id", "row", "others"), QUIET)
def test_check_keeps_quiet(check_id, row, others):
    assert not fired(check_id, row, others)


@pytest.mark.django_db
def test_the_same_row_is_refused_when_saved_and_when_restored():
    who = stage.participant()
    drug = {"drug": "Furosemide", "start": "2026-03-01", "dose": "20"}
    first = stage.row(who, "CMD", drug)

    with pytest.raises(SaveRefused) as again:
        stage.row(who, "CMD", drug)
    strike_row(first, by=STAGE, reason=MISTAKE, via=Source.COMMAND)
    stage.row(who, "CMD", drug)
    with pytest.raises(SaveRefused) as restored:
        restore_row(first, by=STAGE, reason=MISTAKE, via=Source.COMMAND)

    for refusal in (again, restored):
        assert [finding.check_id for finding in refusal.value.findings] == ["CMD-30"]
