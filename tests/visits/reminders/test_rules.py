"""Whether a message leaves, waits or is suppressed."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trial_edc.dates import SITE_TZ
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import VisitStatus
from visits.reminders.rules import (
    CLOSED,
    Action,
    Limits,
    SendDecision,
    Situation,
    SuppressionReason,
    send_decision,
)

NOON = datetime(2026, 3, 20, 4, tzinfo=UTC)  # at the site
WELL = Situation(
    has_consent=True,
    has_opted_out=False,
    has_died=False,
    has_withdrawn=False,
    visit_status=VisitStatus.UPCOMING,
    is_in_hospital=False,
    has_address=True,
    sent_for_visit=0,
)
instants = st.integers(0, 3_000_000).map(
    lambda minutes: NOON + timedelta(minutes=minutes)
)
times = st.times().map(lambda at: at.replace(microsecond=0))
situations = st.builds(
    Situation,
    visit_status=st.sampled_from([None, *VisitStatus]),
    sent_for_visit=st.integers(0, 5),
    **dict.fromkeys(
        (
            "has_consent",
            "has_opted_out",
            "has_died",
            "has_withdrawn",
            "is_in_hospital",
            "has_address",
        ),
        st.booleans(),
    ),
)


def is_quiet(instant, limits):
    at = instant.astimezone(SITE_TZ).time()
    if limits.quiet_from <= limits.quiet_until:
        return limits.quiet_from <= at < limits.quiet_until
    return not limits.quiet_until <= at < limits.quiet_from


@pytest.mark.verifies("REM-01")
@given(instants, situations)
def test_who_died_is_never_written_to(due_at, situation):
    decision = send_decision(due_at, replace(situation, has_died=True))

    assert decision == SendDecision(Action.SUPPRESS, None, SuppressionReason.DECEASED)


@pytest.mark.verifies("REM-01")
@given(instants, st.builds(Limits, st.integers(1, 5), times, times))
def test_nothing_due_is_dropped_and_nothing_leaves_in_quiet_hours(due_at, limits):
    decision = send_decision(due_at, WELL, limits)

    assert decision.send_at is not None
    assert due_at <= decision.send_at < due_at + timedelta(days=1)
    assert not is_quiet(decision.send_at, limits)
    is_late = decision.send_at > due_at
    assert is_late == is_quiet(due_at, limits)
    assert decision.action == (Action.DEFER if is_late else Action.SEND)
    if is_late:
        assert decision.send_at.astimezone(SITE_TZ).time() == limits.quiet_until


@pytest.mark.verifies("REM-01")
@given(instants, situations)
def test_only_who_consented_and_went_on_is_written_to(due_at, situation):
    decision = send_decision(due_at, situation)

    right = replace(
        WELL,
        visit_status=situation.visit_status,
        sent_for_visit=situation.sent_for_visit,
    )
    may_go = (
        situation == right
        and situation.visit_status not in (*CLOSED, VisitStatus.NOT_DUE)
        and situation.sent_for_visit < PROTOCOL.reminders.maximum_per_visit
    )
    assert (decision.action != Action.SUPPRESS) == may_go
    assert (decision.reason is None) == (decision.action == Action.SEND)


@pytest.mark.verifies("REM-01")
@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"has_withdrawn": True}, SuppressionReason.WITHDRAWN),
        ({"has_consent": False}, SuppressionReason.NO_CONSENT),
        ({"has_opted_out": True}, SuppressionReason.OPTED_OUT),
        ({"visit_status": VisitStatus.DONE}, SuppressionReason.VISIT_CLOSED),
        ({"visit_status": VisitStatus.NOT_DUE}, SuppressionReason.NOT_DUE),
        ({"is_in_hospital": True}, SuppressionReason.IN_HOSPITAL),
        ({"has_address": False}, SuppressionReason.NO_ADDRESS),
        ({"sent_for_visit": 3}, SuppressionReason.MAXIMUM),
    ],
)
def test_the_decision_names_its_reason(changed, reason):
    assert send_decision(NOON, replace(WELL, **changed)).reason == reason


def test_quiet_hours_may_lie_within_a_day():
    limits = Limits(quiet_from=time(12), quiet_until=time(14))

    decision = send_decision(NOON, WELL, limits)

    assert decision.send_at == NOON + timedelta(hours=2)


@pytest.mark.verifies("REM-01")
@pytest.mark.parametrize(
    ("due_at", "send_at"),
    [
        ("2026-03-20T17:59:59+05:00", "2026-03-20T17:59:59+05:00"),  # 20:59:59
        ("2026-03-20T18:00:00+05:00", "2026-03-21T05:00:00+05:00"),  # 21:00 there
        ("2026-03-21T04:59:59+05:00", "2026-03-21T05:00:00+05:00"),
        ("2026-03-21T05:00:00+05:00", "2026-03-21T05:00:00+05:00"),
    ],
)
def test_quiet_hours_are_the_sites_in_whatever_zone_a_message_is_due(due_at, send_at):
    decision = send_decision(datetime.fromisoformat(due_at), WELL)

    assert decision.send_at is not None
    assert decision.send_at.isoformat() == send_at
