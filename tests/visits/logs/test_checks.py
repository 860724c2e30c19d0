"""Edit checks of medication, renal replacement and stays."""

import pytest

from tests.visits.edit_checks import (
    COURSE,
    DAY_0,
    MINUTE,
    STAY,
    Cases,
    data,
    fired,
    partial,
)

FIRES: Cases = [
    ("CMD-01", data("CMD", drug="Prednisone acetate"), ()),
    ("CMD-01", data("CMD", drug="他克莫司胶囊"), ()),
    ("CMD-01", data("CMD", drug="Ｐｒｅｄｎｉｓｏｎｅ"), ()),
    ("CMD-02", data("CMD", start=partial("2026-03"), stop=partial("2026-02-27")), ()),
    ("CMD-03", data("CMD", category="vasopressor", dose_unit="mg"), ()),
    (
        "RRT-01",
        data("RRT", started_at=partial("2026-03-02"), ended_at=partial("2026-02")),
        (),
    ),
    (
        "RRT-02",
        data(
            "RRT",
            row_kind="session",
            started_at=partial("2026-03-01T08:00"),
            ended_at=partial("2026-03-02T08:01"),
        ),
        (),
    ),
    (
        "RRT-03",
        data("RRT", started_at=partial("2026-03-05")),
        (data("RRT", "", 2, started_at=partial("2026-03-01")),),
    ),
    (
        "RRT-04",
        data("RRT", unplanned="Y", started_at=partial("2026-03-01")),
        COURSE,
    ),
    ("STY-01", data("STY", in_at=DAY_0, out_at=DAY_0 - MINUTE), ()),
    (
        "STY-02",
        data("STY", **STAY),
        (data("STY", "", 2, **{**STAY, "hospital": "other"}),),
    ),
    ("STY-03", data("STY", **{**STAY, "kind": "icu"}), ()),
    ("STY-04", data("STY", **STAY, out_at=DAY_0, out_to="other_hospital"), ()),
    ("STY-05", data("STY", **STAY, admission_type="unplanned"), COURSE),
]
QUIET: Cases = [
    ("CMD-01", data("CMD", drug="Furosemide"), ()),
    ("CMD-02", data("CMD", start=partial("2026-03"), stop=partial("2026-03-01")), ()),
    ("CMD-03", data("CMD", category="vasopressor", dose_unit="ug/kg/min"), ()),
    (
        "RRT-02",
        data(
            "RRT",
            row_kind="session",
            started_at=partial("2026-03-01T08:00"),
            ended_at=partial("2026-03-02T08:00"),
        ),
        (),
    ),
    (
        "RRT-03",
        data("RRT", started_at=partial("2026-03-05")),
        (
            data(
                "RRT",
                "",
                2,
                started_at=partial("2026-03-01"),
                ended_at=partial("2026-03-05"),
            ),
        ),
    ),
    (
        "STY-03",
        data("STY", **{**STAY, "kind": "icu"}),
        (data("STY", "", 2, **STAY),),
    ),
    (
        "STY-05",
        data("STY", **STAY, admission_type="unplanned"),
        (*COURSE, data("AE", seriousness=["hospitalisation"])),
    ),
    (
        "RRT-01",
        data("RRT", started_at=partial("2026-03-02"), ended_at=partial("2026-03")),
        (),
    ),
    (
        "RRT-04",
        data("RRT", unplanned="Y", started_at=partial("2026-03-01")),
        (*COURSE, data("AE", treatment=["rrt"])),
    ),
    ("STY-01", data("STY", in_at=DAY_0, out_at=DAY_0), ()),
    ("STY-02", data("STY", **STAY), (data("STY", "", 2, **STAY),)),
    (
        "STY-04",
        data("STY", **STAY, out_at=DAY_0, out_to="other_hospital"),
        (data("STY", "", 2, **{**STAY, "hospital": "other"}),),
    ),
]


@pytest.mark.parametrize(("check_id", "row", "others"), FIRES)
def test_check_finds(check_id, row, others):
    assert fired(check_id, row, others)


@pytest.mark.parametrize(("check_id", "row", "others"), QUIET)
def test_check_keeps_quiet(check_id, row, others):
    assert not fired(check_id, row, others)
