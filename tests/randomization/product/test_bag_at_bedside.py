"""The bag of an infusion as the bedside sees it: handed over, and to start before."""

from datetime import timedelta

import pytest
from django.urls import reverse

from randomization.product.selectors.bags import bag_of
from randomization.product.services.preparation import hand_over, label_of
from tests.randomization import stage
from tests.randomization.product.preparations import confirmed, prepared
from tests.visits.infusions.bedside import SIGNS, minutes_ago, page_text, send
from tests.visits.infusions.bedside import record as infusion_record
from trial_edc import clock

pytestmark = [pytest.mark.django_db, pytest.mark.verifies("INF-08")]


def hand_over_now(record) -> None:
    first, _second = confirmed(record)
    at = clock.now().replace(second=0, microsecond=0)
    hand_over(record, to=stage.colleague("BN"), at=at, by=first)


@pytest.fixture
def tablet(client):
    client.force_login(stage.colleague("BN"))
    return client


def test_no_bag_before_the_hand_over(record):
    before = bag_of(record.participant, "D0")
    prepared(record)

    assert (before, bag_of(record.participant, "D0")) == (None, None)


def test_bag_and_label_say_the_same_time_to_start_before(record):
    hand_over_now(record)

    bag, label = (
        bag_of(record.participant, "D0"),
        label_of(record, by=stage.colleague("UP")),
    )

    assert bag.use_before == label.use_before
    assert (label.sex, label.age_years) == ("Male", 50)


def test_an_infusion_starts_when_all_is_in_place_and_compared(tablet, record):
    someone = record.participant
    send(tablet, someone, "measure", **SIGNS, point="pre", taken_at=minutes_ago(5))
    waits = page_text(tablet, someone)
    hand_over_now(record)
    ready = page_text(tablet, someone)

    unticked = send(tablet, someone, "start", started_at="")
    ticked = send(tablet, someone, "start", started_at="", compared="on")

    assert "Do not start yet" in waits
    assert "Do not start yet" not in ready
    assert "Start now" in ready
    assert (unticked.status_code, ticked.status_code) == (422, 302)
    stored = infusion_record(someone)
    assert (stored["label_compared"], stored["missing_at_start"]) == ("Y", None)
    assert "started-against" not in page_text(tablet, someone)


def test_a_bag_past_its_time_needs_a_reason(tablet, record):
    someone = record.participant
    send(tablet, someone, "measure", **SIGNS, point="pre", taken_at=minutes_ago(5))
    hand_over_now(record)
    late = (bag_of(someone, "D0").use_before + timedelta(minutes=1)).isoformat()

    infusion = send(tablet, someone, "start", started_at=late, compared="on")

    assert "Bag within its time" in infusion.content.decode()
    assert infusion.status_code == 422


def test_the_bedside_tells_nothing_of_the_product(tablet, record):
    hand_over_now(record)

    text = page_text(tablet, record.participant)

    assert not stage.READABLE.search(text.replace("MSC-001", ""))
    for restricted in ("randomization:preparation", "entry:form"):
        assert reverse(restricted, args=[record.pk]) not in text


def test_no_bag_for_another_infusion_or_person(record):
    hand_over_now(record)

    assert bag_of(record.participant, "D7") is None
