"""A deviation is recognized by rule and form, and described for each reader."""

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, override

from record.audit.models import Entry
from record.capture.services.forms import save
from record.casebook.models import FormInstance, Participant
from tests.people import STAGE, person
from tests.visits import stage
from visits.deviations.selectors.lines import deviation_lines
from visits.deviations.tasks import raise_missed_visits
from visits.models import DeviationFinding

pytestmark = pytest.mark.django_db
LANGUAGES = ("en", "zh-hans")


def late_day_7(language: str) -> Participant:
    """A participant whose day 7 was on day 10, entered in a language."""
    someone = stage.randomized(ago=12.5)
    stage.infuse(someone, ago=12)
    with override(language):
        stage.attend(someone, "D7", ago=2, window_reason="clinical")
    return someone


def deviation_of(someone: Participant) -> FormInstance:
    return FormInstance.objects.get(participant=someone, code="DEV")


@pytest.mark.parametrize("entered_in", LANGUAGES)
def test_the_record_of_a_deviation_is_the_same_in_each_language(entered_in):
    someone = late_day_7(entered_in)

    stored = stage.stored(deviation_of(someone))

    opens, closes = stage.day(6), stage.day(4)
    assert stored.get("description") == (
        f"Day 7 took place on {stage.day(2)}, outside its window ({opens} to {closes})."
    )
    assert (stored.get("rule"), stored.get("visit_concerned")) == (
        "VISIT-OUT-OF-WINDOW",
        "D7",
    )


@pytest.mark.parametrize("entered_in", LANGUAGES)
def test_the_list_describes_it_in_the_language_of_the_reader(entered_in):
    someone = late_day_7(entered_in)
    monitor = person("MO")

    read = {}
    for language in LANGUAGES:
        with override(language):
            (line,) = deviation_lines(monitor)
            read[language] = line.description

    assert read["en"] == stage.stored(deviation_of(someone)).get("description")
    assert "took place" not in read["zh-hans"]
    assert str(stage.day(2)) in read["zh-hans"]


def test_what_people_wrote_stands_as_they_wrote_it():
    someone = late_day_7("en")
    words = {"description": "The ward was closed."}
    save(deviation_of(someone), words, by=person("CO"))

    with override("zh-hans"):
        (line,) = deviation_lines(person("MO"))

    assert line.description == "The ward was closed."


def test_a_deviation_is_found_again_by_rule_and_form_alone():
    someone = late_day_7("en")
    rule = {"rule": "renamed by somebody"}
    save(deviation_of(someone), rule, by=STAGE, via="command")

    stage.attend(someone, "D7", ago=1, window_reason="clinical")
    raise_missed_visits()

    findings = DeviationFinding.objects.filter(rule="VISIT-OUT-OF-WINDOW")
    assert [str(finding.about) for finding in findings] == ["VIS D7 #1"]


MIGRATION: Any = import_module("visits.migrations.0007_known_findings")


@pytest.mark.parametrize(
    ("text", "rule", "about"),
    [
        ("VISIT-MISSED VIS D7 #1", "VISIT-MISSED", "VIS D7 #1"),
        ("INFUSION-2-NOT-GIVEN", "INFUSION-2-NOT-GIVEN", "None"),
        ("SCREENING-CORRECTED value CRE #1", "SCREENING-CORRECTED value", "CRE #1"),
        ("PRD.as_allocated.D0", "PRD.as_allocated.D0", "None"),
        ("VISIT-MISSED VIS D9 #1", "VISIT-MISSED", "None"),  # there is no such form
    ],
)
def test_older_deviations_keep_their_text_and_get_their_key(text, rule, about):
    someone = stage.infused(ago=12)
    stage.row(someone, "CRE", {"value": "80", "sample_at": stage.days_ago(13)})
    values = {"raised_by": "SYS", "rule": text, "description": "As it was found."}
    form = stage.row(someone, "DEV", values)
    before = stage.stored(form).values

    MIGRATION.find(apps, SimpleNamespace(connection=connection))

    finding = DeviationFinding.objects.get(deviation=form)
    assert (finding.rule, str(finding.about), finding.text) == (
        rule,
        about,
        "As it was found.",
    )
    assert stage.stored(form).values == before
    last = Entry.objects.filter(table_name="visits_deviationfinding").latest("pk")
    assert last.actor == "process:upgrade"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_form_of_a_deviation_shows_its_finding_to_each_reader(language):
    form, client = deviation_of(late_day_7("en")), Client()
    client.force_login(person("CO"))
    page = reverse("entry:form", args=[form.pk])
    with override(language):
        finding = f'<p class="notice">{gettext("Found by a rule:")} {form.finding.text}'

    own = client.get(page, headers={"accept-language": language}).text
    save(form, {"description": "The bus was late."}, by=STAGE, via="command")
    described = client.get(page, headers={"accept-language": language}).text

    assert (finding in own) is (language == "zh-hans")
    assert finding not in described


def test_the_page_of_deviations_shows_the_description():
    late_day_7("zh-hans")
    client = Client()
    client.force_login(person("MO"))

    page = client.get("/visits/deviations/").content.decode()

    assert "Day 7 took place on" in page
