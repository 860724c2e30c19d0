"""Bedside arithmetic, vital-sign times and the stop rule."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from trial_edc.dates import SITE_TZ
from visits.infusions.rules import (
    Delivery,
    InfusionFlag,
    StartFacts,
    StopReason,
    delivery,
    missing_at_start,
    stop_reasons,
    vital_sign_times,
)

STARTED_AT = datetime(2023, 3, 1, 10, tzinfo=SITE_TZ)


@pytest.mark.verifies("INF-02")
@pytest.mark.parametrize(
    ("minutes", "flags"), [(20, ()), (19, (InfusionFlag.RATE_TOO_HIGH,))]
)
def test_the_rate_is_flagged_above_5_ml_a_minute(
    minutes: int, flags: tuple[InfusionFlag, ...]
) -> None:
    result = delivery(
        started_at=STARTED_AT,
        stopped_at=STARTED_AT + timedelta(minutes=minutes),
        volume_ml=Decimal(100),
        planned_volume_ml=Decimal(200),
    )

    assert result.flags == flags
    assert result.pct_of_planned_volume == 50


@pytest.mark.verifies("INF-02")
@pytest.mark.parametrize(
    ("stopped_after", "expected"),
    [
        (
            timedelta(minutes=40),
            Delivery(Decimal(40), Decimal("2.5"), Decimal(50), ()),
        ),
        (
            timedelta(seconds=1200, microseconds=999_999),
            Delivery(Decimal(20), Decimal(5), Decimal(50), ()),
        ),
        (
            timedelta(0),
            Delivery(None, None, Decimal(50), (InfusionFlag.STOP_NOT_AFTER_START,)),
        ),
    ],
)
def test_the_mean_rate_is_the_volume_over_the_time_from_start_to_stop(
    stopped_after, expected
):
    result = delivery(
        started_at=STARTED_AT,
        stopped_at=STARTED_AT + stopped_after,
        volume_ml=Decimal(100),
        planned_volume_ml=Decimal(200),
    )

    assert result == expected


@pytest.mark.verifies("INF-02")
@pytest.mark.parametrize(
    ("started_at", "stopped_at"),
    [(None, None), (STARTED_AT, None), (None, STARTED_AT)],
)
def test_nothing_is_derived_from_what_is_missing(started_at, stopped_at):
    result = delivery(started_at=started_at, stopped_at=stopped_at, volume_ml=None)

    assert result == Delivery(None, None, None, ())


@pytest.mark.verifies("INF-03")
def test_times_while_running_end_with_the_infusion() -> None:
    stopped_at = STARTED_AT + timedelta(minutes=45)

    times = {time.code: time for time in vital_sign_times(STARTED_AT, stopped_at)}

    applicable = [code for code, time in times.items() if time.is_applicable]
    assert applicable == [
        "pre",
        "m15",
        "m30",
        "m45",
        "end",
        "e30m",
        "e1h",
        "e2h",
        "e4h",
        "e24h",
    ]
    assert times["pre"].due_at == STARTED_AT - timedelta(minutes=30)
    assert times["e24h"].due_at == stopped_at + timedelta(hours=24)
    assert times["e24h"].tolerance == timedelta(hours=2)


@pytest.mark.verifies("INF-03")
def test_times_after_the_end_are_open_while_it_runs() -> None:
    times = {time.code: time for time in vital_sign_times(STARTED_AT, None)}

    assert times["end"].due_at is None
    assert all(time.is_applicable for time in times.values())


@pytest.mark.verifies("INF-04")
@pytest.mark.parametrize(
    ("grade", "related", "unassessed", "today", "expected"),
    [
        (2, False, False, date(2023, 3, 11), ()),
        (None, False, False, date(2023, 3, 12), (StopReason.TOO_LATE,)),
        (3, False, False, date(2023, 3, 8), (StopReason.REACTION,)),
        (
            None,
            True,
            True,
            date(2023, 3, 8),
            (StopReason.RELATED_SAE, StopReason.UNASSESSED_SAE),
        ),
    ],
)
def test_stop_rule(
    grade: int | None,
    *,
    related: bool,
    unassessed: bool,
    today: date,
    expected: tuple[StopReason, ...],
) -> None:
    reasons = stop_reasons(
        worst_reaction_grade=grade,
        has_related_sae=related,
        has_unassessed_sae=unassessed,
        day0=date(2023, 3, 1),
        today=today,
    )

    assert reasons == expected


@pytest.mark.verifies("INF-04")
def test_without_day_0_nothing_is_too_late() -> None:
    reasons = stop_reasons(
        worst_reaction_grade=None,
        has_related_sae=False,
        has_unassessed_sae=False,
        day0=None,
        today=date(2030, 1, 1),
    )

    assert reasons == ()


GO_NOW = datetime(2026, 3, 8, 9, 0, tzinfo=SITE_TZ)
READY = StartFacts(
    is_go_signed=True,
    is_stop_rule_met=False,
    bag_left_at=GO_NOW,
    start_before=GO_NOW,
    baseline_taken_at=GO_NOW,
    is_label_compared=True,
)
A_MINUTE = timedelta(minutes=1)


@pytest.mark.verifies("INF-08")
@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({}, []),
        ({"is_go_signed": False}, ["go"]),
        ({"is_stop_rule_met": True}, ["stop_rules"]),
        ({"bag_left_at": None}, ["bag"]),
        ({"bag_left_at": GO_NOW + A_MINUTE}, ["bag"]),
        ({"bag_left_at": GO_NOW - A_MINUTE}, []),
        ({"start_before": GO_NOW - A_MINUTE}, ["in_time"]),
        ({"start_before": GO_NOW + A_MINUTE}, []),
        ({"start_before": None}, []),
        ({"baseline_taken_at": None}, ["baseline"]),
        ({"baseline_taken_at": GO_NOW + A_MINUTE}, ["baseline"]),
        ({"baseline_taken_at": GO_NOW - A_MINUTE}, []),
        ({"is_label_compared": False}, ["label"]),
        (
            {"is_go_signed": False, "bag_left_at": None, "is_label_compared": False},
            ["go", "bag", "label"],
        ),
    ],
)
def test_a_start_waits_for_each_condition(changes, missing):
    assert list(missing_at_start(replace(READY, **changes), GO_NOW)) == missing
