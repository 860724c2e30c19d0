"""Who is notified that seals are missing or do not fit, and how often."""

from datetime import timedelta

import pytest

from record.audit import anchors, seals
from record.audit.models import Entry
from record.notices.models import Message
from record.notices.tasks import verify_audit, watch_seals
from tests.people import person
from tests.record.audit.test_seals import record_acts, seal_everything
from trial_edc import clock, dates

# Entries carry the server's time, which the rule holds against the clock.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.real_clock]


@pytest.fixture(autouse=True)
def _cast():
    for role in ("AD", "DM", "CO"):
        person(role)


def notified():
    return sorted(Message.objects.values_list("recipient__username", "occasion"))


def test_entries_that_wait_too_long_are_reported_once_a_day():
    now = clock.now()
    with clock.at(now + timedelta(hours=2) - timedelta(minutes=1)):
        assert not watch_seals()
    seal_everything()
    with clock.at(now + timedelta(hours=3)):
        assert not watch_seals()
    record_acts(1)

    for hours in (3, 4):
        with clock.at(now + timedelta(hours=hours)):
            assert watch_seals()

    days = {dates.site_date(now + timedelta(hours=hours)) for hours in (3, 4)}
    assert notified() == sorted(
        (username, "seal_overdue") for username in ("ad", "dm") for _day in days
    )


def test_the_digest_of_a_trail_that_fits_is_mailed_and_written_down_once(
    settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    seal = seal_everything()
    digest = seals.digest_of(seal)

    assert not verify_audit()
    assert not verify_audit()

    assert [anchor.digest for anchor in anchors.anchors()] == [digest]
    assert notified() == [("ad", "seal_anchor"), ("dm", "seal_anchor")]
    assert [digest in text for text in Message.objects.values_list("text", flat=True)]


def test_an_altered_entry_is_reported_without_its_number(superuser):
    record_acts(2)
    seal_everything()
    altered = Entry.objects.filter(act="tried").latest("pk")
    superuser("UPDATE audit_entry SET actor = 'x' WHERE id = %s", altered.pk)

    assert verify_audit()

    assert notified() == [("ad", "seal_broken"), ("dm", "seal_broken")]
    texts = Message.objects.values_list("subject", "text")
    assert not [words for words in texts if str(altered.pk) in "".join(words)]
