"""Edit checks of visits, their appointments and what a visit says."""

from datetime import date
from decimal import Decimal

import pytest

from tests.visits.edit_checks import (
    CONSENT,
    COURSE,
    DAY,
    DAY_0,
    DIED,
    LEFT,
    LOOKUP,
    ON_7,
    RANDOMIZED,
    Cases,
    data,
    fired,
    partial,
    vis,
)
from trial_edc.vocabulary import MissingCode

MISSED_7 = data("VIS", "D7", performed="N")
ND = MissingCode.NOT_DONE
FIRES: Cases = [
    ("VIS-01", vis(appointment_at=DAY_0 + 12 * DAY), COURSE),
    ("VIS-02", vis(visit_date=ON_7), (*COURSE, DIED)),
    ("VIS-03", vis(visit_date=ON_7), (*COURSE, LEFT)),
    ("VIS-04", vis(visit_date=ON_7, mode="in_person"), (*COURSE, LOOKUP)),
    ("VIS-05", vis(visit_date=ON_7, creatinine_taken="Y"), COURSE),
    ("VIS-06", vis(visit_date=ON_7, new_ae="Y"), COURSE),
    ("VIS-07", vis(visit_date=ON_7, new_drug="Y"), COURSE),
    ("VIS-08", vis(visit_date=ON_7, rrt_since="Y"), COURSE),
    ("VIS-09", vis(visit_date=ON_7, stay_change="Y"), COURSE),
    ("VIS-10", vis("D0", visit_date=ON_7), COURSE),
    ("VIS-11", MISSED_7, (data("VIT", "D7", weight_kg=Decimal(70)),)),
    ("VIS-11", data("VIS", "D0", performed="N"), COURSE),
    ("VIT-01", data("VIT", systolic_bp=80, diastolic_bp=80), ()),
    ("VSI-01", data("VSI", systolic_bp=80, diastolic_bp=81), ()),
]
QUIET: Cases = [
    ("VIS-01", vis(appointment_at=DAY_0 + 8 * DAY), COURSE),
    ("VIS-01", vis(appointment_at=DAY_0 + 8 * DAY), (CONSENT, RANDOMIZED)),
    ("VIS-02", vis(visit_date=date(2026, 3, 5)), (*COURSE, DIED)),
    ("VIS-03", vis(visit_date=date(2026, 3, 5)), (*COURSE, LEFT)),
    ("VIS-04", vis(visit_date=ON_7, mode="record_lookup"), (*COURSE, LOOKUP)),
    (
        "VIS-05",
        vis(visit_date=ON_7, creatinine_taken="Y"),
        (*COURSE, data("CRE", sample_at=partial("2026-03-08T07:00"))),
    ),
    (
        "VIS-06",
        vis(visit_date=ON_7, new_ae="Y"),
        (*COURSE, data("AE", onset=partial("2026-03"))),
    ),
    (
        "VIS-08",
        vis(visit_date=ON_7, rrt_since="Y"),
        (
            *COURSE,
            vis("D0", visit_date=date(2026, 3, 1)),
            data("RRT", started_at=partial("2026-02-20"), ongoing="Y"),
        ),
    ),
    (
        "VIS-09",
        vis(visit_date=ON_7, stay_change="Y"),
        (*COURSE, data("STY", in_at=DAY_0 - DAY, out_at=DAY_0 + 5 * DAY)),
    ),
    ("VIS-10", vis("D0", visit_date=date(2026, 3, 1)), COURSE),
    ("VIS-11", MISSED_7, (*COURSE, data("VIT", "D7", weight_kg=ND))),
    ("VIS-11", MISSED_7, (data("VSI", "D7", time_point="pre", taken_at=ND),)),
    ("VIS-11", MISSED_7, (data("LAB", "D28", sampled_at=DAY_0),)),
    ("VIT-01", data("VIT", systolic_bp=81, diastolic_bp=80), ()),
    ("VIT-01", data("VIT", systolic_bp=MissingCode.NOT_DONE, diastolic_bp=80), ()),
    (
        "VIS-07",
        vis(visit_date=ON_7, new_drug="Y"),
        (*COURSE, data("CMD", start=partial("2026-03-08"))),
    ),
    ("VSI-01", data("VSI", systolic_bp=81, diastolic_bp=80), ()),
]


@pytest.mark.parametrize(("check_id", "row", "others"), FIRES)
def test_check_finds(check_id, row, others):
    assert fired(check_id, row, others)


@pytest.mark.parametrize(("check_id", "row", "others"), QUIET)
def test_check_keeps_quiet(check_id, row, others):
    assert not fired(check_id, row, others)
