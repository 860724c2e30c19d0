"""Reactions at the bedside, and the stop rules of infusion 2 that follow from them."""

import pytest
from django.urls import reverse

from record.casebook.models import FormInstance
from tests.visits import stage
from tests.visits.infusions.bedside import (
    minutes_ago,
    page_text,
    reaction,
    record,
    rows,
    send,
)
from visits.infusions.page.bedside import infusion_at

pytestmark = pytest.mark.django_db


@pytest.mark.verifies("INF-07")
def test_a_reaction_becomes_a_draft_event_with_grade_number_and_minutes(tablet):
    someone = stage.randomized(ago=0.5)
    stage.enter(someone, "IRQ", {"decision": "go"}, visit="D0")
    send(tablet, someone, "start", started_at=minutes_ago(60), start_reason="urgent")

    typed = reaction(drug="Paracetamol", dose="500", dose_unit="mg")
    send(tablet, someone, "reaction", **typed, drug_at=minutes_ago(35))

    (event,) = rows(someone, "AE")
    values = {
        name: value
        for name, value in event.items()
        if value is not None and name != "onset"
    }
    assert values == {
        "term": "Chills",
        "grade": "2",
        "ctcae_version": "5.0",
        "serious": "N",
        "infusion_reaction": "Y",
        "infusion_number": "1",
        "action_infusion": "slowed",
        "treatment": ["drug"],
        "outcome": "recovering",
        "ongoing": "Y",
    }
    form = FormInstance.objects.get(participant=someone, code="AE")
    assert form.status == "draft"
    assert record(someone)["reaction"] == "Y"
    assert infusion_at(someone, "D0").reactions[0].minutes == 20
    (drug,) = rows(someone, "CMD")
    assert (drug["drug"], str(drug["dose"]), drug["ae"]) == (
        "Paracetamol",
        "500.000",
        form.pk,
    )


@pytest.mark.verifies("INF-07")
def test_a_reaction_fills_the_row_that_the_record_has_opened(tablet):
    someone = stage.infused(ago=0.05)
    form = FormInstance.objects.get(participant=someone, code="INF", visit="D0")
    stage.change(form, reaction="Y")

    send(tablet, someone, "reaction", **reaction())
    send(tablet, someone, "reaction", **reaction(term="Rash"))

    assert [event["term"] for event in rows(someone, "AE")] == ["Chills", "Rash"]


@pytest.mark.verifies("INF-07")
def test_a_serious_reaction_starts_the_clock_though_it_is_a_draft(tablet):
    someone = stage.infused(ago=0.05)

    send(tablet, someone, "reaction", **reaction(grade="4", serious="Y"))

    assert FormInstance.objects.filter(participant=someone, code="SAE").count() == 1


@pytest.mark.verifies("INF-04")
def test_infusion_2_shows_the_stop_rules_before_it_starts(tablet):
    someone = stage.infused(ago=7)
    assert "No stop rule is met" in page_text(tablet, someone, "D7")
    event = {"term": "Rigor", "infusion_reaction": "Y", "infusion_number": "1"}
    form = stage.row(someone, "AE", {**event, "grade": "3", "onset": stage.days_ago(7)})

    text = page_text(tablet, someone, "D7")

    assert "Infusion 2 must not be given" in text
    assert "Grade 3 or higher reaction to infusion 1" in text
    assert reverse("entry:form", args=[form.pk]) in text
    assert "must not be given" not in page_text(tablet, someone, "D0")


@pytest.mark.verifies("INF-04")
def test_an_infusion_against_the_rule_is_stored_and_a_deviation(tablet):
    someone = stage.infused(ago=12)
    stage.row(someone, "AE", {"term": "Stroke", "serious": "Y", "grade": "3"})

    typed = {"started_at": minutes_ago(5), "start_reason": "urgent"}
    send(tablet, someone, "start", "D7", **typed)

    assert record(someone, "D7")["given"] == "given"
    rules = [rule.split()[0] for rule in stage.rules_broken(someone)]
    assert rules == [
        "INFUSION-WITHOUT-GO",
        "INFUSION-AGAINST-STOP-RULE",
        "INFUSION-TOO-LATE",
    ]


@pytest.mark.verifies("INF-04")
def test_a_start_corrected_after_a_reaction_to_infusion_2_broke_no_rule(tablet):
    someone = stage.infused(ago=7)
    stage.infuse(someone, "D7", ago=0.05)
    send(tablet, someone, "reaction", "D7", **reaction(grade="3"))
    assert infusion_at(someone, "D7").stop_reasons_now == ()

    typed = {"started_at": minutes_ago(75), "why": "the clock on the wall"}
    send(tablet, someone, "start", "D7", **typed)

    assert stage.rules_broken(someone) == []
