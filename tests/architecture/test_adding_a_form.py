"""Adding a form touches its model, its rules, its migration and its tests, no more.

The sample room (`tests/sample_room`) declares two forms and is named nowhere in the
product. Here every place that shows forms is asked for them.
"""

import subprocess
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from exports.selectors import dictionary
from exports.selectors.blinded import blinded_designs
from record.audit.attribution import Source, attributed
from record.capture.services.forms import save
from record.casebook import catalogue
from record.casebook.checks import CHECKS
from record.casebook.history import changes_of
from record.casebook.models import FormInstance, Participant
from record.casebook.services.form_instances import ensure_form
from tests.people import STAGE, person
from tests.sample_room.models import Sample, Secret

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]


@pytest.fixture
def form() -> FormInstance:
    with attributed(by=STAGE, via=Source.COMMAND):
        participant = Participant.objects.create(number="S-001A", sequence=1)
        data = ensure_form(participant, "ZZA", visit="ZZZ")
    return save(data, {"weight_kg": "70", "place": "icu"}, by=person("CO")).form


def test_no_file_of_the_product_names_the_new_forms():
    result = subprocess.run(
        ["git", "grep", "-IlE", "sample_room|ZZA|ZZB", "--", ".", ":!tests"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.stdout == ""


def test_the_catalogue_the_checks_and_the_trigger_know_them():
    assert catalogue.design("ZZA").model is Sample
    assert catalogue.design("ZZB").model is Secret
    assert "ZZA-01" in CHECKS
    for model in (Sample, Secret):
        assert [trigger.name for trigger in model._meta.triggers] == [
            "record",
            "refuse_removal",
        ]


def test_the_page_shows_every_item(form):
    client = Client()
    client.force_login(person("IN"))

    text = client.get(reverse("entry:form", args=[form.pk])).content.decode()

    rows = [name for name in Sample.crf_items() if f'id="row-{name}"' in text]
    assert rows == list(Sample.crf_items())


def test_history_and_dictionary_tell_every_item(form):
    changes = {change.item: change.new for change in changes_of(form)}
    lines = list(dictionary.form_lines(catalogue.design("ZZA")))

    assert {name: str(value) for name, value in changes.items()} == {
        "weight_kg": "70.0",
        "place": "icu",
    }
    place = dictionary.HEADING.index("item")
    names = {line[place].partition(".")[0] for line in lines}
    assert names == {*Sample.crf_items(), "minutes", "why"}
    assert "ZZA" in blinded_designs()
    assert "ZZB" not in blinded_designs()
