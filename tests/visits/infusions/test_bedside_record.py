"""The record of an infusion, kept at the bedside: each action is stored at once."""

from datetime import timedelta

import pytest

from record.casebook.models import FormInstance
from tests.people import person
from tests.randomization.stage import planned_infusion
from tests.visits import stage
from tests.visits.infusions.bedside import (
    REFUSED,
    SIGNS,
    minutes_ago,
    page_text,
    record,
    send,
)
from trial_edc import clock, dates
from visits.infusions.page.bedside import infusion_at
from visits.schedule import selectors

pytestmark = pytest.mark.django_db


@pytest.mark.verifies("INF-06")
def test_start_measurements_and_stop_are_saved_at_once(tablet):
    someone = stage.randomized(ago=0.5)
    stage.enter(someone, "IRQ", {"decision": "go"}, visit="D0")

    assert "Start the infusion" in page_text(tablet, someone)
    send(tablet, someone, "measure", **SIGNS, point="pre", taken_at=minutes_ago(20))
    send(tablet, someone, "start", started_at=minutes_ago(16), start_reason="urgent")
    send(tablet, someone, "not_taken", point="m15", reason="procedure")
    send(tablet, someone, "stop", stopped_at=minutes_ago(1))

    infusion = infusion_at(someone, "D0")
    assert (infusion.line_to_measure.point.code, infusion.state) == ("end", "stopped")
    assert infusion.record.get("given") == "given"
    done = [
        (point.code, point.status) for point in infusion.points if point.is_answered
    ]
    assert done == [("pre", "complete"), ("m15", "not_done")]
    applicable = [point.code for point in infusion.points if point.is_applicable]
    assert applicable == ["pre", "m15", "end", "e30m", "e1h", "e2h", "e4h", "e24h"]
    assert "120/70" in page_text(tablet, someone)


def test_an_empty_time_is_now_to_the_minute(tablet):
    someone = stage.randomized(ago=0.5)
    before = clock.now().replace(second=0, microsecond=0)

    send(tablet, someone, "start", started_at="", start_reason="urgent")

    assert before <= record(someone)["started_at"] <= clock.now()


def test_interruptions_and_premedication_are_added_without_losing_any(tablet):
    someone = stage.infused(ago=0.05)

    send(tablet, someone, "interrupt", from_at=minutes_ago(50), reason="alarm")
    send(
        tablet,
        someone,
        "interruption",
        from_at=minutes_ago(60),
        to_at=minutes_ago(58),
        reason="air",
    )
    send(tablet, someone, "stop", stopped_at=minutes_ago(10))
    for drug in ("Paracetamol", "Loratadine"):
        typed = {"drug": drug, "dose": "10", "unit": "mg", "at": minutes_ago(90)}
        send(tablet, someone, "premedication", **typed)

    infusion = infusion_at(someone, "D0")
    lengths = [
        ((to - since).seconds // 60, why)
        for since, to, why in infusion.interruption_times
    ]
    assert lengths == [(40, "alarm"), (2, "air")]
    assert [row["drug"] for row in infusion.premedication] == [
        "Paracetamol",
        "Loratadine",
    ]


def test_interruption_after_the_stop_is_refused(tablet):
    someone = stage.infused(ago=0.05)
    send(tablet, someone, "stop", stopped_at=minutes_ago(30))

    typed = {"from_at": minutes_ago(20), "to_at": minutes_ago(10), "reason": "air"}
    response = send(tablet, someone, "interruption", **typed)

    assert "An interruption lies inside start and stop" in response.content.decode()
    assert not record(someone).get("interruptions")


@pytest.mark.verifies("INF-02")
def test_volume_shows_rate_duration_and_share_of_the_planned_volume(tablet):
    planned_infusion()
    someone = stage.infused(ago=0.05)
    started_at = record(someone)["started_at"]
    stop = (started_at + timedelta(minutes=40)).astimezone(dates.SITE_TZ)
    send(tablet, someone, "stop", stopped_at=f"{stop:%Y-%m-%d %H:%M}")

    typed = {"given": "given", "volume_ml": "90", "cover_intact": "Y"}
    send(tablet, someone, "record", **typed)

    delivery = [
        (label, value) for label, value, _unit in infusion_at(someone, "D0").delivery
    ]
    assert delivery == [
        ("Duration", "40"),
        ("Mean rate", "2.25"),
        ("Share of the planned volume", "90"),
    ]
    assert record(someone)["cover_intact"] == "Y"


@pytest.mark.verifies("INF-03")
def test_the_whole_record_is_completed_at_the_bedside(tablet):
    someone, doctor = stage.infused(ago=0.05), person("IN")
    started_at = record(someone)["started_at"]
    stop = (started_at + timedelta(minutes=40)).astimezone(dates.SITE_TZ)
    send(tablet, someone, "stop", stopped_at=f"{stop:%Y-%m-%d %H:%M}")
    typed = {
        "action": "complete",
        "given": "given",
        "volume_ml": "100",
        "access": "central",
        "cover_intact": "Y",
        "participant_saw": "N",
        "reaction": "N",
        "completed": "Y",
        "clinician": doctor.pk,
    }

    refusal = send(tablet, someone, "record", **typed).content.decode()
    why = {"explain:INF-11": "The participant slept"}
    stored = send(tablet, someone, "record", **typed, **why)

    assert "Vital signs are missing at" in refusal
    assert stored.status_code == 302, stored.content.decode()
    form = FormInstance.objects.get(participant=someone, code="INF", visit="D0")
    assert form.status == "complete"
    (query,) = form.queries.all()
    assert query.state == "answered"


def test_an_infusion_not_given_is_stored_with_its_reason(tablet):
    someone = stage.randomized(ago=0.5)

    send(tablet, someone, "not_given", not_given_reason="participant")

    assert infusion_at(someone, "D0").state == "none"
    assert record(someone)["not_given_reason"] == "participant"


@pytest.mark.verifies("WIN-01")
def test_another_start_of_infusion_1_shows_the_new_windows_first(tablet):
    someone = stage.infused(ago=9)
    stage.attend(someone, "D7", ago=2)
    another = {"started_at": stage.days_ago(5).strftime("%Y-%m-%dT%H:%M")}

    refusal = send(tablet, someone, "start", **another)

    assert refusal.status_code == REFUSED
    assert "Nothing has been saved yet" in refusal.content.decode()
    assert "outside its window" in refusal.content.decode()
    assert selectors.schedule(someone).day0 == stage.day(9)

    send(tablet, someone, "start", **another, confirmed="1")

    assert selectors.schedule(someone).day0 != stage.day(9)


def test_an_unknown_action_is_not_found(tablet):
    someone = stage.infused(ago=0.05)

    assert send(tablet, someone, "explode").status_code == 404
