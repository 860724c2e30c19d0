"""E17: last changes at month ends, daily totals at the edges of the window."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrollment.eligibility.rules import (
    BurstDecision,
    DrugStability,
    Immunosuppressant,
    Immunosuppression,
    State,
    SteroidCourse,
    SteroidExposure,
    immunosuppression,
)
from enrollment.eligibility.rules.immunosuppression import normalized_name
from tests.enrollment.candidates import CONSENT_ON, candidate

pytestmark = pytest.mark.verifies("ELG-E17")


def course(mg: str | None, start: str | None, stop: str | None = None) -> SteroidCourse:
    """Make an oral course of prednisone; without a stop it goes on."""
    dose = None if mg is None else Decimal(mg)
    return SteroidCourse("prednisone", dose, start, stop, stop is None, "oral")


def judged(*courses: SteroidCourse, **changes: object) -> Immunosuppression:
    """Judge E17 on steroid courses."""
    return immunosuppression(candidate(steroids=courses, **changes))


@pytest.mark.parametrize(
    "text", ["Prednisone", "ｐｒｅｄｎｉｓｏｎｅ", "pred\u00adnisone\u00a0"]
)
def test_a_drug_counts_however_it_is_typed(text: str) -> None:
    assert normalized_name(text) == "prednisone"


@pytest.mark.parametrize(
    ("changes", "stop", "expected"),
    [
        (("2023-01-09",), None, State.ABSENT),
        (("2023-01-10",), None, State.PRESENT),  # exactly 4 months
        (("2022-01-01", "2023-02-01"), None, State.PRESENT),
        (("2022-01-01",), "2023-04-01", State.PRESENT),  # a stop is a change
        ((None,), "2022-12-01", State.ABSENT),  # nothing changes after a stop
        ((None,), "2022-12", State.UNKNOWN),
        ((None,), None, State.UNKNOWN),
        ((), None, State.UNKNOWN),
        (("2022",), None, State.UNKNOWN),
        (("2022-03", "2022-06-01"), None, State.ABSENT),  # the later one is known
        (("2022-08", "2022-06-01"), None, State.UNKNOWN),
        ((None, "2023-03-01"), None, State.PRESENT),
        ((None, "2022-06-01"), None, State.UNKNOWN),
        (("2022-06-01",), "2023-05", State.UNKNOWN),  # it may have been stopped in May
        (("2022-06-01",), "2022-06", State.UNKNOWN),
    ],
)
def test_last_change_of_a_drug(
    changes: tuple[str | None, ...], stop: str | None, expected: State
) -> None:
    drug = Immunosuppressant("azathioprine", changes, stop)

    result = immunosuppression(candidate(immunosuppressants=(drug,)))

    assert result.state == expected


def test_each_drug_is_listed_with_its_last_known_change():
    drugs = (
        Immunosuppressant("azathioprine", ("2022-01-01", "2023-01-09")),
        Immunosuppressant("tacrolimus", ("2023-01-10",)),
        Immunosuppressant("sirolimus", ("2022-03",)),
    )

    result = immunosuppression(candidate(immunosuppressants=drugs))

    assert result.drugs == (
        DrugStability("azathioprine", date(2023, 1, 9), State.ABSENT),
        DrugStability("tacrolimus", date(2023, 1, 10), State.PRESENT),
        DrugStability("sirolimus", None, State.UNKNOWN),
    )


def test_local_routes_do_not_count() -> None:
    cream = Immunosuppressant("tacrolimus", ("2023-05-01",), route="topical")
    spray = replace(course("80", "2022-01-01"), route="inhaled")

    assert judged(spray, immunosuppressants=(cream,)).state == State.ABSENT


@pytest.mark.parametrize("name", ["steroids", "immunosuppressants"])
def test_a_list_never_asked_for_is_unknown(name: str) -> None:
    assert immunosuppression(candidate(**{name: None})).state == State.UNKNOWN


@pytest.mark.parametrize(
    ("mg", "start", "stop", "expected"),
    [
        ("15", "2023-01-01", None, State.ABSENT),
        ("15.01", "2023-01-01", None, State.PRESENT),
        ("20", "2023-01-01", "2023-04-10", State.PRESENT),  # consent - 30
        ("20", "2023-01-01", "2023-04-09", State.ABSENT),
        ("20", "2023-04-20", "2023-05-09", State.UNKNOWN),  # 20 days: a burst
        ("20", "2023-04-20", None, State.PRESENT),  # 21 days up to consent
        ("20", "2023-05-11", None, State.ABSENT),  # after consent
        (None, "2023-04-20", None, State.UNKNOWN),
        (None, "2022-01-01", "2023-04-10", State.UNKNOWN),
        (None, "2022-01-01", "2023-04-09", State.ABSENT),
        ("20", "2023-04", None, State.UNKNOWN),
        ("20", None, None, State.UNKNOWN),
        ("20", None, "2023-03", State.ABSENT),  # over before the window
        ("20", None, "2023-04-09", State.ABSENT),
        ("20", None, "2023-04-10", State.UNKNOWN),
        ("20", "2023-06", None, State.ABSENT),  # after consent for all that is known
        ("0", "2023-01-01", None, State.ABSENT),
    ],
)
def test_steroid_window(
    mg: str | None, start: str | None, stop: str | None, expected: State
) -> None:
    assert judged(course(mg, start, stop)).state == expected


def test_an_unknown_dose_does_not_undo_what_is_proved() -> None:
    result = judged(course("20", "2023-01-01"), course(None, "2023-05-01"))

    assert result.state == State.PRESENT


@pytest.mark.parametrize("changes", [{"drug": "unheard-of"}, {"route": "other"}])
def test_unknown_drug_or_route_is_unknown(changes: dict[str, str]) -> None:
    result = judged(replace(course("20", "2023-01-01"), **changes))  # type: ignore[arg-type]

    assert result.state == State.UNKNOWN


@pytest.mark.parametrize(
    ("start", "expected"), [("2023-05-10", State.UNKNOWN), ("2023-05-11", State.ABSENT)]
)
def test_an_unknown_route_matters_up_to_the_day_of_consent(start, expected):
    assert judged(replace(course("20", start), route="other")).state == expected


@pytest.mark.parametrize("route", ["Intra-articular", " intra articular ", "TOPICAL"])
def test_a_local_route_counts_however_it_is_written(route):
    local = replace(course("20", "2023-01-01"), route=route)

    assert judged(local).state == State.ABSENT


def test_a_course_not_known_to_go_on_is_unknown() -> None:
    result = judged(replace(course("20", "2023-01-01"), ongoing=False))

    assert result.state == State.UNKNOWN


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        (BurstDecision.COUNTS, State.PRESENT),
        (BurstDecision.DOES_NOT_COUNT, State.ABSENT),
        (None, State.UNKNOWN),
    ],
)
def test_a_burst_is_the_investigators_to_judge(
    decision: BurstDecision | None, expected: State
) -> None:
    burst = course("40", "2023-05-01", "2023-05-03")

    result = judged(burst, burst_decision=decision)

    assert result.needs_burst_decision
    assert result.state == expected


@pytest.mark.parametrize(
    "courses",
    [
        None,
        (course("20", "2023-01-01"),),  # chronic, above
        (course(None, "2023-05-01"),),
        (course("15", "2023-05-01", "2023-05-03"),),
    ],
)
def test_nothing_but_a_burst_above_the_limit_is_the_investigators_to_judge(courses):
    result = immunosuppression(candidate(steroids=courses))

    assert not result.needs_burst_decision


@pytest.mark.parametrize(
    ("courses", "longest"),
    [
        ((), 0),
        ([("2023-01-01", "2023-04-09")], 0),  # over before the window
        ([("2023-01-01", "2023-04-10")], 100),
        ([("2023-05-10", None)], 1),
        ([("2023-04-20", "2023-04-21"), ("2023-04-22", "2023-04-23")], 4),
        ([("2023-04-20", "2023-04-21"), ("2023-04-23", "2023-04-23")], 2),
        ([("2023-04-20", "2023-04-20"), ("2023-04-22", "2023-04-24")], 3),
        ([("2023-04-20", "2023-04-24"), ("2023-04-22", "2023-04-28")], 9),
    ],
)
def test_the_longest_run_is_of_days_one_after_the_other(courses, longest):
    result = judged(*(course("5", start, stop) for start, stop in courses))

    assert result.steroids is not None
    assert result.steroids.longest_run_days == longest


def test_courses_add_up_day_by_day() -> None:
    result = judged(
        course("10", "2023-04-20"), course("5.5", "2023-05-01", "2023-05-02")
    )

    assert result.steroids is not None
    assert result.steroids.max_pred == Decimal("15.5")
    assert result.steroids.by_day[date(2023, 5, 2)] == Decimal("15.5")
    assert result.steroids.by_day[date(2023, 5, 3)] == Decimal(10)
    assert result.state == State.PRESENT


def test_without_a_consent_date_only_no_drug_at_all_decides() -> None:
    assert judged(consent_on=None) == Immunosuppression(
        State.ABSENT, steroids=SteroidExposure(Decimal(0))
    )
    assert judged(course("5", "2023-01-01"), consent_on=None).state == State.UNKNOWN
    drug = Immunosuppressant("azathioprine", ("2020-01-01",))
    result = judged(immunosuppressants=(drug,), consent_on=None)
    assert result.state == State.UNKNOWN


@given(first=st.integers(-60, 5), length=st.integers(1, 60), second=st.integers(-60, 5))
def test_splitting_a_course_changes_nothing(
    first: int, length: int, second: int
) -> None:
    start = CONSENT_ON + timedelta(days=first)
    last = start + timedelta(days=length)
    cut = min(max(CONSENT_ON + timedelta(days=second), start), last - timedelta(days=1))
    after = cut + timedelta(days=1)

    whole = judged(course("20", start.isoformat(), last.isoformat()))
    parts = judged(
        course("20", start.isoformat(), cut.isoformat()),
        course("20", after.isoformat(), last.isoformat()),
    )

    assert parts == whole
