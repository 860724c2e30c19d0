"""The schedule: first rule that applies, windows at their edges."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trial_edc.dates import SITE_TZ
from trial_edc.protocol import PROTOCOL, Month3Rule
from trial_edc.vocabulary import VisitCode, VisitStatus, WithdrawalKind
from visits.schedule.rules import (
    Course,
    DatedWithdrawal,
    HospitalStay,
    Outlook,
    StatusReason,
    VisitState,
    may_be_lost,
    month_3,
    state_at,
    visit_status,
    window,
)

DAY_0 = date(2023, 3, 1)
RANDOMIZED_AT = datetime(2023, 3, 1, 9, tzinfo=SITE_TZ)
INFUSED = Course(randomized_at=RANDOMIZED_AT, day0=DAY_0)
ANCHORED = [slot.code for slot in PROTOCOL.schedule.visits if slot.code != "SCR"]


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), SITE_TZ)


def status(
    visit: VisitCode, course: Course = INFUSED, today: date = DAY_0, **facts: object
) -> VisitState:
    return visit_status(visit, course, now=noon(today), **facts)  # type: ignore[arg-type]


@pytest.mark.verifies("WIN-01")
@pytest.mark.parametrize(
    ("day", "inside"),
    [
        (date(2026, 3, 17), False),
        (date(2026, 3, 18), True),
        (date(2026, 4, 15), True),
        (date(2026, 4, 16), False),
    ],
)
def test_month_3_window_includes_its_first_and_last_day(
    day: date, *, inside: bool
) -> None:
    span = window(VisitCode.MONTH_3, date(2026, 1, 1))

    assert span is not None
    assert (day in span) is inside


def test_screening_has_no_window() -> None:
    assert window(VisitCode.SCREENING, DAY_0) is None


@pytest.mark.verifies("WIN-02")
def test_month_3_follows_one_setting() -> None:
    days_90 = replace(PROTOCOL.schedule, month3_rule=Month3Rule.DAYS_90)

    assert month_3(date(2023, 1, 31)) == date(2023, 4, 30)
    assert month_3(date(2023, 1, 31), days_90) == date(2023, 5, 1)


@pytest.mark.verifies("WIN-01")
@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)), st.sampled_from(ANCHORED))
def test_a_visit_passes_through_its_states_in_order(
    day0: date, visit: VisitCode
) -> None:
    span = window(visit, day0)
    assert span is not None
    course = Course(day0=day0)

    days = [span.upcoming_from + timedelta(days=n) for n in range(-1, 70)]
    statuses = [status(visit, course, day).status for day in days]

    order = [
        VisitStatus.NOT_DUE,
        VisitStatus.UPCOMING,
        VisitStatus.DUE,
        VisitStatus.OVERDUE,
        VisitStatus.MISSED,
    ]
    places = [order.index(state) for state in statuses]
    assert places == sorted(places)
    assert [
        day
        for day, status_of_day in zip(days, statuses, strict=True)
        if status_of_day == VisitStatus.DUE
    ] == [day for day in days if day in span]


@pytest.mark.verifies("WIN-03")
@given(st.dates(DAY_0, date(2024, 1, 1)), st.sampled_from(ANCHORED))
def test_done_beats_everything(today: date, visit: VisitCode) -> None:
    ended = replace(
        INFUSED,
        death_on=DAY_0,
        withdrawals=(DatedWithdrawal(WithdrawalKind.EVERYTHING, DAY_0),),
        stays=(HospitalStay(DAY_0, DAY_0),),
    )

    state = status(visit, ended, today, done_on=DAY_0, marked_missed=True)

    assert state.status == VisitStatus.DONE


@pytest.mark.verifies("WIN-04")
@pytest.mark.parametrize(
    ("done_on", "outside"),
    [
        (date(2023, 3, 25), True),
        (date(2023, 3, 26), False),
        (date(2023, 4, 1), False),
        (date(2023, 8, 1), True),
    ],
)
def test_a_late_visit_is_done_and_flagged(done_on: date, *, outside: bool) -> None:
    state = status(VisitCode.DAY_28, today=date(2023, 9, 1), done_on=done_on)

    assert (state.status, state.out_of_window) == (VisitStatus.DONE, outside)


@pytest.mark.verifies("WIN-03")
def test_marked_missed_is_missed_at_once() -> None:
    state = status(VisitCode.DAY_28, marked_missed=True)

    assert (state.status, state.reason) == (VisitStatus.MISSED, StatusReason.MARKED)


@pytest.mark.verifies("WIN-03")
@pytest.mark.parametrize(
    ("death_on", "expected"),
    [
        (date(2023, 4, 1), VisitStatus.NOT_REQUIRED),
        (date(2023, 4, 2), VisitStatus.MISSED),
    ],
)
def test_death_closes_what_was_still_open(
    death_on: date, expected: VisitStatus
) -> None:
    state = status(VisitCode.DAY_28, replace(INFUSED, death_on=death_on))

    assert (state.status, state.reason) == (expected, StatusReason.DEATH)


@pytest.mark.verifies("WIN-03")
@pytest.mark.parametrize(
    ("first", "last", "expected", "reason"),
    [
        (date(2023, 3, 1), date(2023, 4, 1), "not_required", StatusReason.DEATH),
        (date(2023, 3, 1), date(2023, 4, 2), "due", None),
        (date(2023, 4, 1), date(2023, 12, 31), "due", None),
        (date(2023, 4, 2), date(2023, 12, 31), "missed", StatusReason.DEATH),
    ],
)
def test_death_known_in_part_decides_where_each_of_its_days_does(
    first: date, last: date, expected: str, reason: StatusReason | None
) -> None:
    dead = replace(INFUSED, death_on=first, death_by=last)

    state = status(VisitCode.DAY_28, dead, date(2023, 4, 1))

    assert (state.status, state.reason) == (expected, reason)


@pytest.mark.verifies("WIN-07")
@pytest.mark.parametrize(
    ("kind", "visit", "expected", "lookup"),
    [
        (WithdrawalKind.INFUSION_ONLY, "D7", VisitStatus.UPCOMING, False),
        (WithdrawalKind.INFUSION_ONLY, "M3", VisitStatus.NOT_DUE, False),
        (WithdrawalKind.VISITS_LOOKUP_ALLOWED, "D7", VisitStatus.NOT_REQUIRED, False),
        (WithdrawalKind.VISITS_LOOKUP_ALLOWED, "M3", VisitStatus.NOT_DUE, True),
        (WithdrawalKind.EVERYTHING, "M3", VisitStatus.NOT_REQUIRED, False),
    ],
)
def test_each_withdrawal_closes_only_what_it_names(
    kind: WithdrawalKind, visit: str, expected: VisitStatus, *, lookup: bool
) -> None:
    today = date(2023, 3, 5)
    course = replace(INFUSED, withdrawals=(DatedWithdrawal(kind, today),))

    state = status(VisitCode(visit), course, today)

    assert (state.status, state.record_lookup) == (expected, lookup)


@pytest.mark.verifies("WIN-05")
@pytest.mark.parametrize(
    ("stays", "expected"),
    [
        ((), VisitStatus.DUE),  # no stay on record: nobody says "discharged"
        ((HospitalStay(DAY_0),), VisitStatus.DUE),
        ((HospitalStay(DAY_0, date(2023, 3, 13)),), VisitStatus.NOT_REQUIRED),
        ((HospitalStay(DAY_0, date(2023, 3, 14)),), VisitStatus.DUE),
        (
            (HospitalStay(DAY_0, date(2023, 3, 5)), HospitalStay(date(2023, 3, 16))),
            VisitStatus.DUE,
        ),
        (
            (HospitalStay(DAY_0, date(2023, 3, 5)), HospitalStay(date(2023, 3, 17))),
            VisitStatus.NOT_REQUIRED,
        ),
    ],
)
def test_in_hospital_visits_follow_the_stays(
    stays: tuple[HospitalStay, ...], expected: VisitStatus
) -> None:
    course = replace(INFUSED, stays=stays)

    state = status(VisitCode.DAY_14, course, date(2023, 3, 15))

    is_discharged = expected == VisitStatus.NOT_REQUIRED
    assert state.status == expected
    assert state.reason == (StatusReason.DISCHARGED if is_discharged else None)
    out = replace(INFUSED, stays=(HospitalStay(DAY_0, DAY_0),))
    assert status(VisitCode.DAY_28, out, date(2023, 3, 28)).status == VisitStatus.DUE


@pytest.mark.verifies("WIN-03")
@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (-1, VisitStatus.UPCOMING),
        (0, VisitStatus.DUE),
        (1, VisitStatus.OVERDUE),
    ],
)
def test_without_day_0_only_the_first_infusion_is_awaited(
    minutes: int, expected: VisitStatus
) -> None:
    course = Course(randomized_at=RANDOMIZED_AT)
    now = RANDOMIZED_AT + timedelta(hours=24, minutes=minutes)

    state = visit_status(VisitCode.DAY_0, course, now=now)

    assert state == VisitState(
        expected, StatusReason.NO_DAY_0, due_at=RANDOMIZED_AT + timedelta(days=1)
    )
    assert visit_status(VisitCode.DAY_28, course, now=now) == VisitState(
        VisitStatus.NOT_SCHEDULED, StatusReason.NO_DAY_0
    )


@pytest.mark.verifies("WIN-03")
def test_before_randomization_nothing_is_scheduled() -> None:
    assert status(VisitCode.DAY_0, Course()) == VisitState(
        VisitStatus.NOT_SCHEDULED, StatusReason.NO_DAY_0
    )


@pytest.mark.verifies("WIN-03")
def test_death_without_day_0_needs_no_window() -> None:
    dead = Course(randomized_at=RANDOMIZED_AT, death_on=DAY_0)

    assert status(VisitCode.DAY_0, dead).status == VisitStatus.NOT_REQUIRED


@pytest.mark.verifies("WIN-01")
def test_will_not_be_infused_anchors_on_the_randomization_date() -> None:
    late = datetime(2023, 3, 1, 17, tzinfo=UTC)  # already 2 March at the site
    course = Course(randomized_at=late, will_not_be_infused=True)

    state = status(VisitCode.DAY_28, course)

    assert state.window is not None
    assert state.window.target == date(2023, 3, 30)


@pytest.mark.parametrize(
    ("course", "expected"),
    [
        (Course(), VisitState(VisitStatus.NOT_SCHEDULED)),
        (Course(consented_on=DAY_0), VisitState(VisitStatus.DUE)),
        (
            Course(consented_on=DAY_0, screening_closed=True),
            VisitState(VisitStatus.NOT_REQUIRED, StatusReason.SCREENING_CLOSED),
        ),
        (
            Course(consented_on=DAY_0, randomized_at=RANDOMIZED_AT, day0=DAY_0),
            VisitState(VisitStatus.OVERDUE),
        ),
    ],
)
def test_screening_runs_from_consent_to_randomization(
    course: Course, expected: VisitState
) -> None:
    assert status(VisitCode.SCREENING, course) == expected


@pytest.mark.parametrize(
    ("done_on", "expected"),
    [(None, VisitStatus.NOT_SCHEDULED), (DAY_0, VisitStatus.DONE)],
)
def test_unscheduled_visits_are_never_awaited(
    done_on: date | None, expected: VisitStatus
) -> None:
    assert status(VisitCode.UNSCHEDULED, done_on=done_on).status == expected


def test_an_unscheduled_visit_that_did_not_happen_is_missed() -> None:
    assert status(VisitCode.UNSCHEDULED, marked_missed=True) == VisitState(
        VisitStatus.MISSED, StatusReason.MARKED
    )


CLOSED = date(2023, 6, 15)  # last day of the month-3 window


@pytest.mark.verifies("WIN-06")
@pytest.mark.parametrize(
    ("days_after", "expected"),
    [
        ((1, 8, 15), True),
        ((1, 8, 14), False),  # 13 days apart
        ((1, 1, 15), False),  # two on one day
        ((0, 8, 15), False),  # the first before the window has closed
    ],
)
def test_lost_needs_three_days_over_a_fortnight(
    days_after: tuple[int, ...], *, expected: bool
) -> None:
    attempts = [CLOSED + timedelta(days=n) for n in days_after]

    assert may_be_lost(attempts, DAY_0) is expected


@pytest.mark.verifies("WIN-02", "WIN-06")
@pytest.mark.parametrize(
    ("first_on", "expected"),
    [(date(2023, 6, 13), False), (date(2023, 6, 14), True)],
)
def test_where_month_3_is_90_days_attempts_count_after_its_own_window(
    first_on, expected
):
    days_90 = replace(PROTOCOL.schedule, month3_rule=Month3Rule.DAYS_90)
    attempts = [first_on + timedelta(days=n) for n in (0, 7, 14)]

    assert may_be_lost(attempts, DAY_0, days_90) is expected


@pytest.mark.verifies("WIN-04", "WIN-07")
@pytest.mark.parametrize(("visit", "lookup"), [("D7", False), ("M3", True)])
def test_a_visit_that_is_done_tells_whether_the_record_was_looked_up(visit, lookup):
    withdrawal = DatedWithdrawal(WithdrawalKind.VISITS_LOOKUP_ALLOWED, DAY_0)
    course = replace(INFUSED, withdrawals=(withdrawal,))

    state = status(VisitCode(visit), course, done_on=DAY_0)

    assert state.record_lookup is lookup


def test_a_visit_of_which_nothing_follows_is_not_scheduled() -> None:
    state = state_at(Outlook(), noon(DAY_0))

    assert state == VisitState(VisitStatus.NOT_SCHEDULED)
