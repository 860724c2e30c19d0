"""Actions sent again, late or by two nurses: stored once, nothing overwritten."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client

from tests.people import person
from tests.visits import stage
from tests.visits.infusions.bedside import (
    REFUSED,
    SIGNS,
    minutes_ago,
    reaction,
    record,
    rows,
    send,
)
from trial_edc import clock
from visits.models import BedsideAct

pytestmark = pytest.mark.django_db


@pytest.mark.verifies("INF-06")
def test_an_action_sent_again_is_stored_once(tablet, nurse):
    someone = stage.infused(ago=0.05)
    fever = reaction(term="Fever")
    acts = (
        ("interrupt", {"from_at": minutes_ago(50), "reason": "alarm"}),
        ("resume", {"to_at": minutes_ago(45)}),
        ("reaction", fever),
        ("measure", {**SIGNS, "point": "m15", "taken_at": minutes_ago(57)}),
    )

    answers = []
    for act, typed in acts:
        key = uuid.uuid4()
        answers += [
            send(tablet, someone, act, key=key, **typed).status_code for _ in range(3)
        ]

    assert answers == [302] * 12
    assert len(record(someone)["interruptions"]) == 1
    assert [event["term"] for event in rows(someone, "AE")] == ["Fever"]
    acts = BedsideAct.objects.values_list("act", "author_id", "visit")
    assert list(acts) == [
        (act, nurse.pk, "D0") for act in ("interrupt", "resume", "reaction", "measure")
    ]


@pytest.mark.verifies("INF-06")
def test_a_key_used_for_something_else_is_refused_and_offers_another(tablet):
    someone, key = stage.infused(ago=0.05), uuid.uuid4()
    send(tablet, someone, "interrupt", key=key, from_at=minutes_ago(50), reason="alarm")
    send(tablet, someone, "resume", to_at=minutes_ago(48))

    typed = {"from_at": minutes_ago(40), "reason": "toilet"}
    response = send(tablet, someone, "interrupt", key=key, **typed)

    text = response.content.decode()
    assert response.status_code == REFUSED
    assert "Something else was stored from this form before." in text
    assert 'value="toilet"' in text
    assert str(key) not in text
    assert len(record(someone)["interruptions"]) == 1


@pytest.mark.verifies("INF-06")
def test_entries_of_somebody_else_are_not_sent_under_this_name(tablet):
    someone = stage.infused(ago=0.05)

    response = send(tablet, someone, "stop", stopped_at="", author=person("CO").pk)

    assert response.status_code == REFUSED
    assert "must sign in to send it" in response.content.decode()
    assert record(someone)["stopped_at"] is None


def test_confirmed_time_is_kept_beside_the_time_of_the_server(tablet):
    someone = stage.infused(ago=0.05)
    confirmed_at = clock.now() - timedelta(minutes=20)

    send(
        tablet,
        someone,
        "stop",
        stopped_at=minutes_ago(20),
        confirmed_at=confirmed_at.isoformat(),
    )

    act = BedsideAct.objects.get()
    assert act.confirmed_at == confirmed_at
    assert act.stored_at > confirmed_at


@pytest.mark.verifies("INF-06")
def test_two_nurses_at_one_time_point_overwrite_nothing(tablet):
    someone, other = stage.infused(ago=0.05), Client()
    other.force_login(person("CO", full_name="Li Wei"))
    typed = {**SIGNS, "point": "m15", "taken_at": minutes_ago(57)}
    send(other, someone, "measure", **typed)

    mine = {**typed, "heart_rate": "99"}
    response = send(tablet, someone, "measure", **mine)

    text = response.content.decode()
    assert response.status_code == REFUSED
    assert "Li Wei entered 84 /min meanwhile. Nothing was overwritten." in text
    assert 'value="99"' in text
    assert rows(someone, "VSI")[0]["heart_rate"] == 84

    again = {
        **mine,
        "based_on": str(response.context["forms"]["measure"]["based_on"].value()),
    }
    refusal = send(tablet, someone, "measure", **again)
    assert "Say why it changes" in refusal.content.decode()
    send(tablet, someone, "measure", **again, why="counted for a whole minute")
    assert rows(someone, "VSI")[0]["heart_rate"] == 99


def test_two_nurses_who_interrupt_make_one_interruption(tablet):
    someone = stage.infused(ago=0.05)
    send(tablet, someone, "interrupt", from_at=minutes_ago(50), reason="alarm")

    response = send(tablet, someone, "interrupt", from_at=minutes_ago(49), reason="air")

    assert response.status_code == REFUSED
    assert "The infusion is interrupted already." in response.content.decode()
    assert len(record(someone)["interruptions"]) == 1
