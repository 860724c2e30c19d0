"""Vital signs at the bedside: unusual, impossible, not measured."""

import pytest

from record.casebook.selectors import casebook_of
from tests.visits import stage
from tests.visits.infusions.bedside import SIGNS, rows, send
from trial_edc.vocabulary import MissingCode

pytestmark = pytest.mark.django_db


def test_improbable_value_is_kept_with_an_explanation(tablet):
    someone = stage.infused(ago=0.01)
    typed = {**SIGNS, "temperature_c": "38.9", "point": "m15", "taken_at": ""}

    refusal = send(tablet, someone, "measure", **typed)
    explained = {"explain:VSI.temperature_c.soft": "measured twice"}
    send(tablet, someone, "measure", **typed, **explained)

    assert "say why it stands" in refusal.content.decode()
    assert 'value="38.9"' in refusal.content.decode()
    assert str(rows(someone, "VSI")[0]["temperature_c"]) == "38.9"


def test_impossible_value_is_refused_and_typing_stays(tablet):
    someone = stage.infused(ago=0.01)
    typed = {**SIGNS, "diastolic_bp": "130", "point": "m15", "taken_at": ""}

    text = send(tablet, someone, "measure", **typed).content.decode()

    assert "Diastolic pressure must be below systolic." in text
    assert 'value="130"' in text


def test_a_sign_that_could_not_be_measured_does_not_stop_the_others(tablet):
    someone = stage.infused(ago=0.01)
    typed = {**SIGNS, "spo2_pct": "", "point": "m15", "taken_at": ""}

    refusal = send(tablet, someone, "measure", **typed).content.decode()
    send(tablet, someone, "measure", **typed, rest_not_done="on")

    assert "tick that it could not be measured" in refusal
    (row,) = casebook_of(someone).rows("VSI")
    assert row.get("heart_rate") == 84
    assert row.missing("spo2_pct") == MissingCode.NOT_DONE


def test_a_measurement_of_nothing_is_refused(tablet):
    someone = stage.infused(ago=0.01)
    typed = {**dict.fromkeys(SIGNS, ""), "point": "m15", "rest_not_done": "on"}

    text = send(tablet, someone, "measure", **typed).content.decode()

    assert "Nothing was measured" in text
    assert rows(someone, "VSI") == []
