"""The start of an infusion waits for what must be in place before it."""

import html
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from record.accounts.proofs import ReAuthenticated
from record.accounts.sessions import SEEN_AT, STAYS_UNTIL
from record.capture.services.form_status import sign_form
from record.casebook.models import FormInstance, Participant
from tests.people import person
from tests.shown import revision
from tests.visits import stage
from tests.visits.infusions.bedside import (
    REFUSED,
    SIGNS,
    minutes_ago,
    page,
    page_text,
    record,
    send,
)
from trial_edc import clock
from visits.infusions.page.bedside import infusion_at

pytestmark = [pytest.mark.django_db, pytest.mark.verifies("INF-08")]
ALL = ["go", "bag", "baseline", "label"]


def sign_go(someone: Participant, visit: str = "D0") -> None:
    form, doctor = stage.requested(someone, visit), person("IN")
    proof = ReAuthenticated(doctor.pk, clock.now())
    sign_form(form, shown_revision=revision(form), proof=proof, by=doctor)


def measure_before(tablet: Client, someone: Participant) -> None:
    send(tablet, someone, "measure", **SIGNS, point="pre", taken_at=minutes_ago(9))


def start(tablet: Client, someone: Participant, **typed: Any):
    return send(tablet, someone, "start", started_at=minutes_ago(2), **typed)


def started(someone: Participant) -> bool:
    return infusion_at(someone, "D0").started_at is not None


def test_one_tap_starts_nothing_that_is_not_in_place(tablet):
    someone = stage.randomized(ago=0.5)

    answer = start(tablet, someone)

    assert answer.status_code == REFUSED
    assert (
        "Not in place: Signed go, Hand-over of the bag, Vital signs before the start, "
        "Comparison of label and participant."
    ) in html.unescape(answer.content.decode())
    assert not started(someone)


@pytest.mark.parametrize("reason", ["", "   ", "\u200b"])
def test_a_blank_reason_is_none(tablet, reason):
    someone = stage.randomized(ago=0.5)

    answer = start(tablet, someone, compared="on", start_reason=reason)

    assert answer.status_code == REFUSED
    assert not started(someone)


def test_a_start_against_it_keeps_what_was_missing_and_the_reason(tablet):
    someone = stage.randomized(ago=0.5)

    answer = start(tablet, someone, start_reason="resuscitation")

    stored = record(someone)
    assert answer.status_code == 302
    assert stored["missing_at_start"] == ALL
    assert (stored["label_compared"], stored["start_reason"]) == ("N", "resuscitation")
    text = page_text(tablet, someone)
    assert 'id="started-against"' in text
    assert "resuscitation" in text


def test_what_is_in_place_is_not_missing(tablet):
    someone = stage.randomized(ago=0.5)
    sign_go(someone)
    measure_before(tablet, someone)

    start(tablet, someone, compared="on", start_reason="no pharmacist")

    stored = record(someone)
    assert (stored["missing_at_start"], stored["label_compared"]) == (["bag"], "Y")


def test_vital_signs_not_taken_are_no_baseline(tablet):
    someone = stage.randomized(ago=0.5)
    send(tablet, someone, "not_taken", point="pre", reason="procedure")

    start(tablet, someone, start_reason="urgent")

    assert "baseline" in record(someone)["missing_at_start"]


@pytest.mark.parametrize("is_signed", [True, False])
def test_a_start_without_a_signed_go_is_a_deviation(tablet, is_signed):
    someone = stage.randomized(ago=0.5)
    if is_signed:
        sign_go(someone)
    else:
        stage.requested(someone)

    start(tablet, someone, start_reason="urgent")

    rules = [rule.split()[0] for rule in stage.rules_broken(someone)]
    assert ("INFUSION-WITHOUT-GO" in rules) is not is_signed


def test_a_corrected_start_waits_for_nothing(tablet):
    someone = stage.randomized(ago=0.5)
    start(tablet, someone, start_reason="urgent")

    answer = send(tablet, someone, "start", started_at=minutes_ago(4), why="the clock")

    assert answer.status_code == 302
    assert record(someone)["start_reason"] == "urgent"


def test_the_page_names_what_the_start_waits_for_and_offers_no_start(tablet):
    someone = stage.randomized(ago=0.5)
    before = page_text(tablet, someone)
    sign_go(someone)
    measure_before(tablet, someone)
    after = page_text(tablet, someone)

    for text in (before, after):
        assert "Do not start yet: something above is missing." in text
        assert ">Start now<" not in " ".join(text.split()).replace("> ", ">")
        assert "S-001X" in text
    shown = [
        [state for _condition, state in infusion_at(someone, "D0").start.conditions],
        [before.count("#cross"), after.count("#cross")],
    ]
    assert shown == [["met", "not_met", "met", "met"], [3, 1]]


def test_what_the_label_says_to_compare_stands_on_the_page(tablet):
    someone = stage.randomized(ago=0.5)
    waits = infusion_at(someone, "D0").start

    text = " ".join(page_text(tablet, someone).split())

    assert waits.randomization_number
    assert f"<strong>{waits.randomization_number}</strong>" in text
    for label in ("Randomization number", "Age", "Sex", "Start before"):
        assert f"<dt>{label}</dt>" in text


def test_the_page_changes_when_the_go_is_signed(tablet):
    someone = stage.randomized(ago=0.5)
    stage.requested(someone)
    before = infusion_at(someone, "D0").version
    form = FormInstance.objects.get(participant=someone, code="IRQ", visit="D0")
    doctor = person("IN")
    proof = ReAuthenticated(doctor.pk, clock.now())

    sign_form(form, shown_revision=revision(form), proof=proof, by=doctor)

    assert infusion_at(someone, "D0").version != before


@pytest.mark.verifies("ACC-14")
def test_nobody_is_signed_out_before_the_last_time_point(tablet, settings):
    someone = stage.randomized(ago=0.5)
    start(tablet, someone, start_reason="urgent")
    tablet.get(page(someone))
    limit = 60 * settings.IDLE_LIMIT_MINUTES

    be_idle(tablet, limit + 1)
    while_running = tablet.get(page(someone))
    left = tablet.get("/accounts/keep-alive/").json()["seconds_left"]
    send(tablet, someone, "stop", stopped_at=minutes_ago(1))
    tablet.get(page(someone))
    be_idle(tablet, limit + 1)
    after_stop = tablet.get(page(someone))
    with clock.shifted(timedelta(hours=3)):
        asleep = tablet.get(page(someone))

    assert while_running.status_code == after_stop.status_code == 200
    assert left > limit
    assert asleep.url.startswith("/accounts/sign-in/")


@pytest.mark.verifies("ACC-14")
def test_a_page_that_asks_again_lives_until_the_last_time_point(tablet):
    someone = stage.randomized(ago=0.5)
    start(tablet, someone, start_reason="urgent")
    send(tablet, someone, "stop", stopped_at=minutes_ago(1))
    signed_in = []
    for hours in range(0, 30, 2):
        with clock.shifted(timedelta(hours=hours)):
            answer = tablet.get(page(someone), headers={"x-background": "1"})
            signed_in.append((hours, answer.status_code))

    alive = [hours for hours, status in signed_in if status == 200]
    assert alive == [*range(0, 26, 2)]  # 24 hours after the end, and 2 to be late


@pytest.mark.verifies("ACC-14")
def test_a_forgotten_stop_keeps_nobody_signed_in_for_ever(tablet):
    someone = stage.randomized(ago=0.5)
    start(tablet, someone, start_reason="urgent")
    tablet.get(page(someone))

    (until,) = tablet.session[STAYS_UNTIL].values()

    hours = (until - int(clock.now().timestamp())) / 3600
    assert 7.9 < hours <= 8


def be_idle(client: Client, seconds: int) -> None:
    session = client.session
    session[SEEN_AT] = int(clock.now().timestamp()) - seconds
    session.save()
