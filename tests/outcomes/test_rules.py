"""Endpoints beyond the reference cases: partial deaths, transplant, cut-off, laws."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.rules import (
    CreatinineSample,
    EverRrt,
    Interval,
    MissingReason,
    RecordedEvent,
    Recovery,
    Rrt,
    RrtDependence,
    Survival,
    derive,
    endpoints,
)
from tests.outcomes.records import DAY_0, INFUSED_AT, SURVIVOR, at
from trial_edc.dates import PartialDateText
from trial_edc.vocabulary import VisitCode


@pytest.mark.verifies("OUT-02", "OUT-03")
@pytest.mark.parametrize(
    ("death", "at_28_days", "at_3_months"),
    [
        ("2023-03", Survival.UNKNOWN, Survival.DEAD),
        ("2023-04", Survival.ALIVE, Survival.DEAD),
        ("2023", Survival.UNKNOWN, Survival.UNKNOWN),
    ],
)
def test_a_death_known_in_part_decides_where_its_bounds_agree(
    death: str, at_28_days: Survival, at_3_months: Survival
) -> None:
    unseen = replace(SURVIVOR, d28_visit_on=None, m3_visit_on=None, last_alive_on=None)

    derived = derive(unseen, PartialDateText.parse(death))

    assert (derived.os28_status, derived.os3m_status) == (at_28_days, at_3_months)
    assert derived.los_complete is (at_3_months == Survival.DEAD)


@pytest.mark.verifies("OUT-09")
def test_without_a_partial_death_derive_is_plain() -> None:
    assert derive(SURVIVOR) == endpoints(SURVIVOR)


@pytest.mark.verifies("OUT-04")
@pytest.mark.parametrize(
    ("counts", "expected"),
    [(True, RrtDependence.DEPENDENT), (False, RrtDependence.INDEPENDENT)],
)
def test_an_earlier_transplant_counts_by_setting(
    *, counts: bool, expected: RrtDependence
) -> None:
    settings = replace(SURVIVOR.settings, rrt_transplant_counts=counts)
    graft = Rrt(date(2023, 4, 1), date(2023, 4, 1), is_transplant=True)

    derived = endpoints(replace(SURVIVOR, rrt=(graft,), settings=settings))

    assert derived.rrt_m3 == expected
    assert derived.ever_rrt_3m == EverRrt.YES


@pytest.mark.verifies("OUT-04", "OUT-05", "OUT-06")
def test_without_a_visit_dependence_is_judged_on_the_month_3_date() -> None:
    seen_elsewhere = replace(SURVIVOR, m3_visit_on=None)
    session = Rrt(date(2023, 5, 26), date(2023, 5, 26))

    derived = endpoints(replace(seen_elsewhere, rrt=(session,)))

    assert derived.recovery_m3 == Recovery.RRT_DEPENDENT


@pytest.mark.verifies("OUT-01")
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"death_on": date(2023, 4, 1)}, MissingReason.DEATH),
        ({"death_on": date(2023, 4, 2)}, MissingReason.NOT_DONE),
        ({"withdrawn_on": date(2023, 4, 1)}, MissingReason.WITHDRAWN),
        ({"cutoff": date(2023, 4, 1)}, MissingReason.PENDING),
        ({"cutoff": date(2023, 4, 2)}, MissingReason.NOT_DONE),
        (
            {"death_on": date(2023, 4, 1), "cutoff": date(2023, 3, 31)},
            MissingReason.PENDING,
        ),
    ],
)
def test_why_there_is_no_primary_value(
    changes: dict[str, date], reason: MissingReason
) -> None:
    derived = endpoints(replace(SURVIVOR, creatinine=(), **changes))  # type: ignore[arg-type]

    assert derived.scr_d28_missing_reason == reason


@pytest.mark.verifies("OUT-01")
def test_a_sample_after_death_or_cut_off_is_no_sample() -> None:
    late = CreatinineSample(at("2023-03-31T08:00"), Decimal(90))
    record = replace(SURVIVOR, creatinine=(late,))

    dead = replace(record, death_on=date(2023, 3, 30), last_alive_on=None)
    assert endpoints(dead).scr_d28 is None
    assert endpoints(replace(record, cutoff=date(2023, 3, 30))).scr_d28 is None


@pytest.mark.verifies("OUT-02")
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"cutoff": date(2023, 4, 1)}, Survival.PENDING),
        ({"cutoff": date(2023, 4, 2)}, Survival.UNKNOWN),
        (
            {"cutoff": date(2023, 3, 20), "withdrawn_on": date(2023, 3, 16)},
            Survival.UNKNOWN,
        ),
        ({"d28_visit_on": date(2023, 3, 26)}, Survival.ALIVE),
        ({"d28_visit_on": date(2023, 3, 25)}, Survival.UNKNOWN),
        (
            {"d28_visit_on": date(2023, 3, 29), "cutoff": date(2023, 3, 28)},
            Survival.PENDING,
        ),
    ],
)
def test_survival_without_evidence_at_the_horizon(
    changes: dict[str, date], expected: Survival
) -> None:
    silent = replace(SURVIVOR, d28_visit_on=None, last_alive_on=date(2023, 3, 15))

    derived = endpoints(replace(silent, **changes))  # type: ignore[arg-type]

    assert derived.os28_status == expected
    assert derived.os28_event == 0


@pytest.mark.verifies("OUT-03", "OUT-08")
def test_never_infused_is_anchored_on_randomization_and_no_event_applies() -> None:
    event = RecordedEvent("2023-03-05", 2, serious=True)
    stay = Interval(at("2023-02-25T09:00"), at("2023-03-02T00:00"))

    derived = endpoints(
        replace(SURVIVOR, infusion_1_at=None, events=(event,), hospital=(stay,))
    )

    assert (derived.day0, derived.os3m_status) == (DAY_0, Survival.ALIVE)
    emergent = (derived.teae_any, derived.teae_n, derived.sae_any)
    assert (*emergent, derived.teae_max_grade) == ("not_applicable",) * 4
    assert derived.hosp_days == 1


@pytest.mark.verifies("OUT-08")
def test_infused_without_an_event_has_none() -> None:
    derived = endpoints(replace(SURVIVOR, events=()))

    emergent = (derived.teae_any, derived.teae_n, derived.sae_any)
    assert (*emergent, derived.teae_max_grade) == (False, 0, False, None)


@pytest.mark.verifies("OUT-08")
@pytest.mark.parametrize(
    ("onset", "emergent"),
    [
        ("2023-03-01T09:59", False),
        ("2023-03-01T10:00", True),
        ("2023-03-01T02:00:00+00:00", True),
        ("2023-03-01", True),
        ("2023-02-28", False),
        ("2023-02", False),
        ("2023-03", True),
        ("2023", True),
        ("2023-06-01", True),
        ("2023-06-02", False),
        ("2023-06", True),
    ],
)
def test_onset_between_infusion_1_and_month_3(onset: str, *, emergent: bool) -> None:
    event = RecordedEvent(onset, None, serious=True)

    derived = endpoints(replace(SURVIVOR, events=(event,)))

    assert (derived.teae_any, derived.sae_any) == (emergent, emergent)
    assert derived.teae_max_grade is None


hours = st.integers(-200, 2500)


@pytest.mark.verifies("OUT-07")
@given(st.lists(st.tuples(hours, hours)), st.randoms())
def test_stays_are_a_union_within_the_3_months(
    spans: Sequence[tuple[int, int]], random: st.DataObject
) -> None:
    def stays(pairs: Sequence[tuple[int, int]]) -> tuple[Interval, ...]:
        return tuple(
            Interval(INFUSED_AT + timedelta(hours=a), INFUSED_AT + timedelta(hours=b))
            for a, b in pairs
        )

    shuffled = list(spans)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    once = endpoints(replace(SURVIVOR, icu=stays(spans)))
    twice = endpoints(replace(SURVIVOR, icu=stays([*shuffled, *spans])))

    covered = {hour for a, b in spans for hour in range(max(a, 0), b)}
    limit = (92 * 24) + 14  # 10:00 of day 0 to 24:00 of the month-3 date
    expected = Decimal(len([hour for hour in covered if hour < limit])) / 24
    assert once.icu_days == twice.icu_days == expected
    assert once.hosp_days == once.icu_days


def test_a_visit_without_window_is_no_horizon() -> None:
    with pytest.raises(ValueError, match="no window"):
        SURVIVOR.span(VisitCode.SCREENING)
