"""Which creatinine is the baseline: periods, days without a time, the anchor."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from enrollment.eligibility.rules import (
    Baseline,
    BaselineSource,
    Sample,
    State,
    assess,
)
from tests.enrollment.candidates import (
    RISE_AT,
    at,
    candidate,
    hourly,
    injury_of,
    sample,
)


@pytest.mark.verifies("KID-04")
@pytest.mark.parametrize(
    ("day", "source"),
    [
        ("2023-05-09", BaselineSource.MISSING),  # the day of T: may be after it
        ("2023-05-08", BaselineSource.D90),
        ("2023-02-08", BaselineSource.D365),  # begins more than 90 days before T
        ("2022-05-09", BaselineSource.MISSING),
    ],
)
def test_a_sample_without_time_counts_where_its_day_surely_does(
    day: str, source: BaselineSource
) -> None:
    dated = replace(sample(f"{day}T00:00", "80"), date_only=True)
    evidence = candidate(samples=(dated, Sample(RISE_AT, Decimal(200))))

    assert assess(evidence).baseline.source == source


@pytest.mark.verifies("KID-04")
@pytest.mark.parametrize(
    ("when", "source"),
    [
        ("2023-02-08T20:00", BaselineSource.D90),  # exactly 90 days
        ("2023-02-08T19:59", BaselineSource.D365),
        ("2022-05-09T20:00", BaselineSource.D365),  # exactly 365 days
        ("2022-05-09T19:59", BaselineSource.MISSING),
        ("2023-05-09T20:00", BaselineSource.MISSING),  # T itself is not before T
    ],
)
def test_baseline_periods_include_their_first_instant(
    when: str, source: BaselineSource
) -> None:
    evidence = candidate(samples=(sample(when, "80"), Sample(RISE_AT, Decimal(200))))

    assert assess(evidence).baseline.source == source


@pytest.mark.verifies("KID-04")
def test_baseline_without_any_sample_is_missing() -> None:
    assert assess(candidate(samples=())).baseline.source == BaselineSource.MISSING
    assert assess(candidate(samples=())).reasons == ("I1:unknown", "E9:unknown")


@pytest.mark.verifies("KID-04")
def test_baseline_is_anchored_on_the_start_of_the_low_urine_run() -> None:
    start = at("2023-05-08T20:00")
    low = hourly(start, "60", *(["28"] * 12))
    samples = (sample("2023-05-08T08:00", "85"), sample("2023-05-09T20:00", "84"))

    aki = injury_of(candidate(samples=samples, urine=low))

    assert aki.state == State.MET
    assert aki.reference_at == start + timedelta(hours=1)


@pytest.mark.verifies("KID-04")
@pytest.mark.parametrize(
    ("day", "source"),
    [("2023-05-08", BaselineSource.D90), ("2023-05-09", BaselineSource.MISSING)],
)
def test_a_day_is_over_at_its_midnight(day, source):
    dated = replace(sample(f"{day}T00:00", "80"), date_only=True)
    midnight = Sample(at("2023-05-09T00:00"), Decimal(200))

    assert assess(candidate(samples=(dated, midnight))).baseline.source == source


@pytest.mark.verifies("KID-04")
def test_the_baseline_is_the_lowest_sample_and_of_equals_the_latest():
    samples = (
        sample("2023-03-01T08:00", "80"),
        sample("2023-04-01T08:00", "80.1"),
        sample("2023-04-02T08:00", "80"),
        sample("2023-04-03T08:00", "81"),
        Sample(RISE_AT, Decimal(200)),
    )

    assert assess(candidate(samples=samples)).baseline == Baseline(
        Decimal(80), BaselineSource.D90, samples[2]
    )
