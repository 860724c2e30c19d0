"""Laboratory values outside their range wait until an investigator has judged them."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from entry.worklist.selectors.work import work_for
from record.audit.attribution import Reason, Source
from record.capture.services.form_status import strike_row
from record.casebook.services.copies import differences
from tests.people import STAGE, person
from tests.randomization.stage import colleague
from tests.visits import stage
from tests.visits.laboratory.test_services import POTASSIUM
from visits.judgements.selectors import panel_lines, panels_to_judge
from visits.laboratory import services as laboratories
from visits.models import Laboratory

pytestmark = pytest.mark.django_db
POTASSIUM_HIGH = ("Potassium", "5.9 mmol/L", "high")


@pytest.fixture
def laboratory() -> Laboratory:
    return laboratories.register_laboratory("CENTRAL", "Central laboratory", by=STAGE)


def approve(laboratory: Laboratory) -> None:
    entered = laboratories.enter_range(laboratory, POTASSIUM, by=colleague("DM"))
    laboratories.approve_range(entered, by=colleague("PI"))


def panel_of(someone, laboratory, *, ago=1, **values):
    results = {"sampled_at": stage.days_ago(ago), "laboratory": laboratory.pk}
    results |= {"potassium": ("5.9", "mmol/L")} | values
    return stage.enter(someone, "LAB", results, visit="D7")


def waiting(role="PI"):
    panels = list(panels_to_judge(colleague(role)))
    return {line.form.pk: line.values for line in panel_lines(panels)}


def test_a_value_waits_until_it_is_judged(laboratory):
    approve(laboratory)
    panel = panel_of(stage.infused(ago=2), laboratory)
    before = waiting()

    judged = [{"analyte": "potassium", "judgement": "no"}]
    stage.enter(panel.participant, "LAB", {"significance": judged}, visit="D7")

    assert before == {panel.pk: [POTASSIUM_HIGH]}
    assert waiting() == {}
    assert list(differences()) == []


def test_a_row_of_another_analyte_judges_nothing(laboratory):
    approve(laboratory)
    other = [{"analyte": "crp", "judgement": "no"}]

    panel = panel_of(stage.infused(ago=2), laboratory, significance=other)

    assert waiting() == {panel.pk: [POTASSIUM_HIGH]}


@pytest.mark.parametrize(("minutes", "waits"), [(-1, False), (0, False), (1, True)])
def test_only_values_after_infusion_1_wait(laboratory, minutes, waits):
    approve(laboratory)
    someone, sampled_at = stage.infused(ago=2), stage.days_ago(2)
    sampled_at += timedelta(minutes=minutes)

    panel_of(someone, laboratory, sampled_at=sampled_at)

    assert bool(waiting()) is waits


def test_a_range_that_is_approved_later_finds_values_of_before(laboratory):
    panel = panel_of(stage.infused(ago=2), laboratory)
    before = waiting()

    approve(laboratory)

    assert before == {}
    assert waiting() == {panel.pk: [POTASSIUM_HIGH]}
    assert list(differences()) == []


def test_a_corrected_value_waits_no_more(laboratory):
    approve(laboratory)
    panel = panel_of(stage.infused(ago=2), laboratory)

    normal = {"potassium": ("4.2", "mmol/L")}
    stage.enter(panel.participant, "LAB", normal, visit="D7")

    assert waiting() == {}


def test_a_panel_that_is_struck_out_waits_no_more(laboratory):
    approve(laboratory)
    panel = panel_of(stage.infused(ago=2), laboratory)

    wrong = Reason("error", "wrong person")
    strike_row(panel, by=STAGE, reason=wrong, via=Source.COMMAND)

    assert waiting() == {}
    assert list(differences()) == []


def test_it_is_work_of_those_who_judge_and_leads_to_the_judgement(laboratory):
    approve(laboratory)
    panel = panel_of(stage.infused(ago=2), laboratory)
    kind = "Laboratory values to judge"

    lines = {
        role: [(i.text, i.url) for i in work_for(colleague(role)) if i.kind == kind]
        for role in ("PI", "IN", "CO", "MO", "DM")
    }

    line = ("Potassium 5.9 mmol/L", f"/forms/{panel.pk}/#row-significance")
    assert lines == {"PI": [line], "IN": [line], "CO": [], "MO": [], "DM": []}


def test_the_page_lists_and_filters_them(laboratory, django_assert_num_queries):
    approve(laboratory)
    panels = [panel_of(stage.infused(n, ago=2), laboratory) for n in (1, 2)]
    client = Client()
    client.force_login(person("IN"))
    url = reverse("visits:values_to_judge")

    def listed(**query: str) -> list[int]:
        page = client.get(url, query).content.decode()
        links = re.findall(r"/forms/(\d+)/#row-significance", page)
        return [int(pk) for pk in links]

    assert listed() == [panel.pk for panel in panels]
    assert listed(analyte="potassium") == listed()
    assert listed(analyte="crp") == []
    assert listed(participant=panels[1].participant.number) == [panels[1].pk]
    with django_assert_num_queries(1):
        panel_lines(panels)
