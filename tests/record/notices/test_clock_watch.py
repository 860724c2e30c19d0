"""Who is notified that clocks stand apart."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from record.notices.models import Message
from record.notices.services.clock_watch import notify_if_apart, seconds_apart
from record.notices.tasks import watch_clocks
from tests.people import person
from trial_edc.protocol import PROTOCOL

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIMIT = timedelta(seconds=PROTOCOL.staff_mail.clock_drift_seconds)


@pytest.mark.parametrize(
    ("machine", "last_entry", "seconds"),
    [
        (0, None, 0),
        (0, -500, 0),  # an old entry says nothing
        (7, -1, 7),
        (-7, -1, 7),
        (0, 300, 300),  # the database's clock was set back
    ],
)
def test_how_far_apart(machine, last_entry, seconds):
    last_at = None if last_entry is None else NOON + timedelta(seconds=last_entry)

    apart = seconds_apart(NOON + timedelta(seconds=machine), NOON, last_at)

    assert apart == seconds


@pytest.mark.real_clock
@pytest.mark.django_db(transaction=True)
def test_clocks_apart_are_reported_once_a_day():
    for role in ("AD", "DM", "CO"):
        person(role)

    assert not watch_clocks()
    for sign in (-1, 1):
        assert notify_if_apart(timezone.now() + sign * 2 * LIMIT)

    messages = sorted(Message.objects.values_list("recipient__username", "occasion"))
    assert messages == [("ad", "clocks_apart"), ("dm", "clocks_apart")]
