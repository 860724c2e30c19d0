"""Each reads the trail of the own class, and notices nothing of the others'."""

import csv
import io

import pytest
from django.urls import reverse

from monitoring.trail.selectors.visible import entries_visible_to
from monitoring.trail.vocabulary import TrailKind
from record.accounts.roles import Role
from record.audit.attribution import Source, act, attributed
from record.audit.models import Confidentiality, Entry
from record.capture.services.forms import save
from tests.sample_room.people import A_SAMPLE, person, sample, secret

pytestmark = pytest.mark.django_db

TRAIL = reverse("monitoring:trail:entries")
DOWNLOAD = reverse("monitoring:trail:download")
PRODUCT = {"product": "ward", "cells": "1.5"}
BLINDED = ("CO", "IN", "PI", "MO", "DM", "BR")
OF_PRODUCT = ("UP", "PN", "UM")


@pytest.fixture
def both_kinds():
    """An open form of a coordinator, and a restricted one of the pharmacist."""
    save(sample(), A_SAMPLE, by=person(), complete=True)
    form = secret()
    save(form, PRODUCT, by=person("UP"))
    with attributed(by=person("UP"), via=Source.PAGE):
        act("sign_in", details={"username": "the-up"})
    return form


@pytest.fixture
def as_(client):
    def signed_in(role):
        client.force_login(person(role))
        return client

    return signed_in


def rows(response):
    text = b"".join(response.streaming_content).decode()
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.mark.verifies("AUD-10")
@pytest.mark.parametrize("role", BLINDED)
def test_the_blinded_read_nothing_of_the_unblinded(both_kinds, as_, role):
    reader = person(role)

    entries = list(entries_visible_to(reader))

    assert {entry.table_name for entry in entries} >= {"sample_room_sample"}
    assert [e for e in entries if e.role in ("UP", "PN", "UM", "LC", "US")] == []
    assert [e for e in entries if e.confidentiality == "restricted"] == []
    text = as_(role).get(TRAIL).content.decode()
    assert "Sample" in text
    assert "The-Up" not in text
    assert "Secret" not in text


@pytest.mark.verifies("AUD-10")
@pytest.mark.parametrize("role", OF_PRODUCT)
def test_product_staff_read_restricted_forms_alone(both_kinds, as_, role):
    page = as_(role).get(TRAIL + "?kind=created").context["page"]

    (line,) = page.lines
    said = [(value.label, value.new) for value in line.values]
    assert said == [("Product", "Ward"), ("Cells", "1.5")]
    assert (line.participant, line.form) == ("S-001Z", both_kinds)
    assert set(
        entries_visible_to(person(role)).values_list("confidentiality", flat=True)
    ) == {"restricted"}
    by_number = as_(role).get(TRAIL + "?participant=S-001Z&kind=created")
    assert len(by_number.context["page"].lines) == 1


@pytest.mark.verifies("AUD-10")
def test_administrators_read_what_concerns_no_participant(both_kinds, as_):
    client = as_("AD")

    lines = client.get(TRAIL).context["page"].lines

    assert {line.kind for line in lines} <= {
        TrailKind.SIGN_IN,
        TrailKind.FAILED_SIGN_IN,
        TrailKind.RIGHTS,
        TrailKind.CONFIGURATION,
        TrailKind.BACKUP,
    }
    assert {line.participant for line in lines} == {""}
    assert [line.who for line in lines if line.act == "signed in"] == ["The-Up"]
    hidden = client.get(TRAIL + "?form=ZZA&participant=S-001Z&item=weight_kg")
    assert hidden.context["page"].lines == []


@pytest.mark.verifies("AUD-10")
def test_a_refused_sign_in_of_an_unblinded_name_is_not_read_by_the_blinded(as_):
    for name in ("the-up", "the-co"):
        with attributed(by=person("DM"), via=Source.PAGE):
            person("UP"), person("CO")
            act("sign_in_refused", details={"username": name})
    with attributed(by=person("DM"), via=Source.PAGE):
        act("answer_refused", details={})

    lines = as_("MO").get(TRAIL + "?kind=failed_sign_in").context["page"].lines

    assert [[v.new for v in line.values] for line in lines] == [[], ["the-co"]]


@pytest.mark.verifies("AUD-10")
def test_who_may_not_know_of_code_breaks_reads_none(as_):
    with attributed(by=person("IN"), via=Source.PAGE):
        act("code_broken", details={"kind": "emergency"})

    counts = {
        role: len(as_(role).get(TRAIL + "?kind=code_break").context["page"].lines)
        for role in ("MO", "BR")
    }

    assert counts == {"MO": 1, "BR": 0}


@pytest.mark.verifies("AUD-10")
def test_a_role_without_the_right_reads_nothing(both_kinds):
    others = [r for r in Role if r not in (*BLINDED, *OF_PRODUCT, "AD")]

    counts = {role: entries_visible_to(person(role)).count() for role in others}

    assert counts == dict.fromkeys(others, 0)


@pytest.mark.verifies("AUD-09", "AUD-07")
def test_the_file_has_every_value_of_the_answer_and_is_recorded(both_kinds, as_):
    client = as_("MO")

    response = client.post(DOWNLOAD + "?form=ZZA&kind=created")

    heading, *written = rows(response)
    assert heading[:4] == ["Time (UTC)", "Time (site)", "User", "Role"]
    assert [line[9:13] for line in written] == [
        ["taken_at", "Taken at", "", "2026-01-01 10:00"],
        ["creatinine", "Creatinine", "", "2 mg/dL"],
        ["interrupted", "Interrupted?", "", "No"],
    ]
    entry = Entry.objects.filter(act="trail_downloaded").get()
    assert (entry.actor, entry.changes) == (
        "the-mo",
        {"filters": {"form": "ZZA", "kind": "created"}},
    )


@pytest.mark.verifies("EXP-08", "AUD-10")
def test_no_name_is_in_a_file(as_):
    with attributed(by=person("CO"), via=Source.PAGE):
        act("file_opened", details={"confidentiality": Confidentiality.IDENTITY})

    shown = as_("IN").get(TRAIL + "?kind=restricted_view").context["page"].lines
    written = rows(as_("IN").post(DOWNLOAD + "?kind=restricted_view"))

    assert len(shown) == 1
    assert len(written) == 1


@pytest.mark.parametrize("role", ["CO", "UP", "PN", "UM"])
def test_a_file_needs_the_right_to_export(as_, role):
    assert as_(role).post(DOWNLOAD).status_code == 403
    assert b"Download as CSV" not in as_(role).get(TRAIL).content
