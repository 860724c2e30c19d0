"""Limits of detection among the endpoints."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from outcomes.rules import CreatinineSample, MissingReason, Recovery, endpoints
from tests.outcomes.records import SURVIVOR, at


def course(when, comparator, umol_l):
    sample = CreatinineSample(at(when), Decimal(umol_l), comparator=comparator)
    return endpoints(replace(SURVIVOR, creatinine=(sample,)))


@pytest.mark.verifies("OUT-01")
@pytest.mark.parametrize("comparator", ["<", ">"])
def test_the_primary_endpoint_is_never_a_limit(comparator):
    result = course("2023-03-29T08:00", comparator, "18")

    assert (result.scr_d28, result.scr_d28_ratio) == (None, None)
    assert result.scr_d28_on == date(2023, 3, 29)
    assert result.scr_d28_missing_reason == MissingReason.DETECTION_LIMIT


@pytest.mark.verifies("OUT-05", "OUT-06")
@pytest.mark.parametrize(
    ("comparator", "umol_l", "expected"),
    [
        ("<", "120", Recovery.COMPLETE),  # 1.5 times the baseline of 80
        ("<", "121", Recovery.UNKNOWN),
        (">", "120", Recovery.PARTIAL),
        (">", "119", Recovery.UNKNOWN),
    ],
)
def test_recovery_is_known_where_the_limit_decides(comparator, umol_l, expected):
    result = course("2023-06-01T08:00", comparator, umol_l)

    assert (result.recovery_m3, result.scr_m3) == (expected, None)
