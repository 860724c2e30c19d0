"""Edit checks of creatinine, urine and the panel."""

from decimal import Decimal

import pytest

from record.casebook.values import DetectionLimit
from tests.visits.edit_checks import (
    COURSE,
    DAY_0,
    HOUR,
    MINUTE,
    WEIGHED,
    Cases,
    data,
    fired,
    partial,
    quantity,
)


def limit(comparator, number):
    return DetectionLimit(comparator, Decimal(number), "mmol/L", Decimal(number))


URINE = {"start_at": DAY_0, "end_at": DAY_0 + 2 * HOUR, "volume_ml": 100}
FIRES: Cases = [
    ("CRE-01", data("CRE", sample_at=partial("2026-03-01"), place="icu"), ()),
    ("CRE-02", data("CRE", sample_at=partial("2025-02-27T10:00")), COURSE),
    ("CRE-03", data("CRE", source_seen="N"), ()),
    (
        "CRE-04",
        data("CRE", sample_at=partial("2026-02-28T09:59"), routine_care="N"),
        COURSE,
    ),
    ("URI-01", data("URI", start_at=DAY_0, end_at=DAY_0), ()),
    ("URI-02", data("URI", start_at=DAY_0, end_at=DAY_0 + 25 * HOUR), ()),
    ("URI-03", data("URI", start_at=DAY_0, end_at=DAY_0 + 13 * HOUR), ()),
    ("URI-04", data("URI", **URINE), (data("URI", "", 2, **URINE),)),
    ("URI-05", data("URI", **{**URINE, "volume_ml": 1401}), (WEIGHED,)),
    ("LAB-01", data("LAB", urea=quantity("20", "mg/dL"), urea_kind="urea"), ()),
    ("LAB-02", data("LAB", potassium=quantity("6.0")), ()),
    ("LAB-02", data("LAB", potassium=limit(">", "6.0")), ()),
    ("LAB-03", data("LAB", significance=[{"judgement": "yes_ae"}]), ()),
    ("LAB-04", data("LAB", significance=[{"analyte": "crp", "judgement": None}]), ()),
]
QUIET: Cases = [
    ("LAB-02", data("LAB", potassium=limit(">", "5.9")), ()),
    ("LAB-02", data("LAB", potassium=limit(">", "6.5")), ()),
    ("LAB-02", data("LAB", potassium=limit("<", "6.4")), ()),
    ("CRE-01", data("CRE", sample_at=partial("2026-03-01"), place="outside_lab"), ()),
    ("CRE-01", data("CRE", sample_at=partial("2026-03-01T08:00"), place="icu"), ()),
    ("CRE-02", data("CRE", sample_at=partial("2025-02-28")), COURSE),
    (
        "CRE-04",
        data("CRE", sample_at=partial("2026-02-28"), routine_care="N"),
        COURSE,
    ),
    ("URI-02", data("URI", start_at=DAY_0, end_at=DAY_0 + 24 * HOUR), ()),
    ("URI-03", data("URI", start_at=DAY_0, end_at=DAY_0 + 12 * HOUR), ()),
    (
        "URI-04",
        data("URI", **URINE),
        (data("URI", "", 2, start_at=DAY_0 + 2 * HOUR, end_at=DAY_0 + 3 * HOUR),),
    ),
    ("URI-05", data("URI", **{**URINE, "volume_ml": 1400}), (WEIGHED,)),
    ("LAB-02", data("LAB", potassium=quantity("5.9")), ()),
    ("CRE-03", data("CRE", source_seen="Y"), ()),
    ("URI-01", data("URI", start_at=DAY_0, end_at=DAY_0 + MINUTE), ()),
    (
        "LAB-01",
        data("LAB", urea=quantity("20", "mg/dL"), urea_kind="urea_nitrogen"),
        (),
    ),
    (
        "LAB-03",
        data("LAB", significance=[{"judgement": "yes_ae"}]),
        (data("AE", grade="1"),),
    ),
    ("LAB-04", data("LAB", significance=[{"analyte": "crp", "judgement": "no"}]), ()),
]


@pytest.mark.parametrize(("check_id", "row", "others"), FIRES)
def test_check_finds(check_id, row, others):
    assert fired(check_id, row, others)


@pytest.mark.parametrize(("check_id", "row", "others"), QUIET)
def test_check_keeps_quiet(check_id, row, others):
    assert not fired(check_id, row, others)
