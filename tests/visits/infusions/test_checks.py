"""Edit checks of requests, infusions and vital signs at the bedside."""

from decimal import Decimal

import pytest

from tests.visits.edit_checks import (
    COURSE,
    DAY,
    DAY_0,
    GO,
    HOUR,
    LOOKUP,
    MINUTE,
    WEIGHED,
    Cases,
    data,
    fired,
    inf,
    vsi,
)
from trial_edc.vocabulary import MissingCode

REFUSED = data(
    "CNS", "", 2, kind="new_version", decision="refused", decided_at=DAY_0 + DAY
)
FIRES: Cases = [
    ("IRQ-01", data("IRQ", "D0", planned_start_at=DAY_0 + 24 * HOUR), COURSE),
    ("IRQ-02", data("IRQ", "D7", planned_start_at=DAY_0 + 9 * DAY), COURSE),
    (
        "IRQ-03",
        data("IRQ", "D7", decision="go", planned_start_at=DAY_0 + 11 * DAY),
        COURSE,
    ),
    (
        "IRQ-04",
        data("IRQ", "D7", **GO),
        (*COURSE, data("AE", serious="Y", caused_by_infusion="possible")),
    ),
    ("IRQ-04", data("IRQ", "D7", **GO), (*COURSE, data("AE", serious="Y"))),
    ("IRQ-05", data("IRQ", "D7", dosing_weight_kg=Decimal("77.1")), (WEIGHED,)),
    ("IRQ-06", data("IRQ", "D7", **GO), (*COURSE, LOOKUP)),
    ("IRQ-07", data("IRQ", "D7", **GO), (*COURSE, REFUSED)),
    ("INF-01", inf(started_at=DAY_0 - 2 * HOUR), COURSE),
    ("INF-02", inf(stopped_at=DAY_0), COURSE),
    ("INF-03", inf("D7", started_at=DAY_0 - HOUR), COURSE),
    ("INF-04", inf(), COURSE),
    ("INF-05", inf(started_at=DAY_0 + 24 * HOUR), COURSE),
    ("INF-05", inf("D7", started_at=DAY_0 + 9 * DAY), COURSE),
    (
        "INF-06",
        inf(
            interruptions=[
                {"from_at": (DAY_0 - MINUTE).isoformat(), "to_at": None, "reason": ""}
            ]
        ),
        (),
    ),
    ("INF-07", inf(stopped_at=DAY_0 + 481 * MINUTE), ()),
    ("INF-08", inf(stopped_at=DAY_0 + 14 * MINUTE), ()),
    ("INF-09", inf(stopped_at=DAY_0 + 10 * MINUTE, volume_ml=Decimal(201)), ()),
    ("INF-10", inf(stopped_at=DAY_0 + 10 * MINUTE, volume_ml=Decimal(51)), ()),
    ("INF-11", inf(stopped_at=DAY_0 + 40 * MINUTE), ()),
    ("VSI-02", vsi("m15", DAY_0 + 21 * MINUTE), COURSE),
    ("VSI-02", vsi("pre", DAY_0 - 31 * MINUTE), COURSE),
    ("VSI-02", vsi("pre", DAY_0 + MINUTE), COURSE),
    ("VSI-03", vsi("m15", MissingCode.NOT_DONE), ()),
    ("VSI-04", vsi("m15", None), (data("VSI", "D0", 2, time_point="m15"),)),
]
QUIET: Cases = [
    ("IRQ-01", data("IRQ", "D0", planned_start_at=DAY_0 + 23 * HOUR), COURSE),
    ("IRQ-02", data("IRQ", "D7", planned_start_at=DAY_0 + 8 * DAY), COURSE),
    (
        "IRQ-03",
        data("IRQ", "D7", decision="go", planned_start_at=DAY_0 + 10 * DAY),
        COURSE,
    ),
    (
        "IRQ-04",
        data("IRQ", "D7", **GO),
        (*COURSE, data("AE", serious="Y", caused_by_infusion="unlikely")),
    ),
    ("IRQ-05", data("IRQ", "D7", dosing_weight_kg=Decimal(77)), (WEIGHED,)),
    ("INF-04", inf(), (*COURSE, data("IRQ", "D0", decision="go"))),
    ("INF-05", inf(started_at=DAY_0 + 23 * HOUR), COURSE),
    ("INF-05", inf("D7", started_at=DAY_0 + 8 * DAY), COURSE),
    ("INF-07", inf(stopped_at=DAY_0 + 480 * MINUTE), ()),
    ("INF-08", inf(stopped_at=DAY_0 + 15 * MINUTE), ()),
    ("INF-09", inf(stopped_at=DAY_0 + 10 * MINUTE, volume_ml=Decimal(200)), ()),
    ("INF-10", inf(stopped_at=DAY_0 + 10 * MINUTE, volume_ml=Decimal(50)), ()),
    ("INF-11", inf(stopped_at=None), ()),
    ("VSI-02", vsi("m15", DAY_0 + 20 * MINUTE), COURSE),
    ("VSI-02", vsi("pre", DAY_0), COURSE),
    ("VSI-02", vsi("m15", DAY_0 + 20 * MINUTE), ()),
    ("IRQ-06", data("IRQ", "D7", **GO), COURSE),
    (
        "IRQ-07",
        data("IRQ", "D7", **GO),
        (
            *COURSE,
            data(
                "CNS", "", 2, kind="contact", decision="refused", decided_at=DAY_0 + DAY
            ),
        ),
    ),
    ("INF-01", inf(started_at=DAY_0 - HOUR), COURSE),
    ("INF-02", inf(stopped_at=DAY_0 + MINUTE), COURSE),
    ("INF-03", inf("D7", started_at=DAY_0 + MINUTE), COURSE),
    (
        "INF-06",
        inf(
            interruptions=[
                {"from_at": DAY_0.isoformat(), "to_at": None, "reason": ""},
            ]
        ),
        (),
    ),
    ("VSI-03", vsi("m15", DAY_0), ()),
    ("VSI-04", vsi("m15", None), (data("VSI", "D0", 2, time_point="m30"),)),
]


@pytest.mark.parametrize(("check_id", "row", "others"), FIRES)
def test_check_finds(check_id, row, others):
    assert fired(check_id, row, others)


@pytest.mark.parametrize(("check_id", "row", "others"), QUIET)
def test_check_keeps_quiet(check_id, row, others):
    assert not fired(check_id, row, others)
