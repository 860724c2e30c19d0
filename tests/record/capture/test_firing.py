"""The trail tells which check fired, on which value, and what the person then did."""

import json

import pytest

from record.accounts.roles import Role
from record.audit.attribution import Source, attributed
from record.audit.models import Entry
from record.audit.pseudonyms import pseudonym_of
from record.audit.vault import Purpose, unseal
from record.capture.entries import form_entry
from record.capture.problems import ExplanationNeeded, SaveRefused
from record.capture.services import check_log as firing
from record.capture.services.forms import save
from record.capture.services.rows import save_new_row
from record.casebook import catalogue
from record.casebook.items import ItemGroup
from record.casebook.services.form_instances import ensure_form, unsaved_row
from tests.sample_room.people import (
    A_SAMPLE,
    STAGE,
    participant,
    person,
    sample,
    secret,
)

pytestmark = pytest.mark.django_db


def fired_on(finding):
    sealed = finding.get("sealed_value")
    return unseal(Purpose.PRODUCT, sealed) if sealed else finding["value"]


def trail_of(form):
    """Return what the trail says about a form: checks, changes and query steps."""
    lines = []
    for entry in Entry.objects.filter(form_id=form.pk):
        if entry.act == firing.ACT:
            lines += [
                (one["check"], one["outcome"], one["severity"], fired_on(one))
                for one in entry.changes["findings"]
            ]
        elif entry.table_name == "sample_room_sample":
            lines.append(("saved", str(entry.new_values.get("weight_kg"))))
        elif entry.table_name == "review_query":
            lines.append(("query", entry.new_values.get("state")))
    return lines


@pytest.mark.verifies("AUD-12")
def test_trail_tells_the_refusal_the_question_and_the_answer():
    form, user = sample(), person()
    heavy = {**A_SAMPLE, "weight_kg": "160", "place": "icu"}

    with pytest.raises(SaveRefused):
        save(form, {**heavy, "weight_kg": "9999"}, by=user, complete=True)
    with pytest.raises(ExplanationNeeded) as questions:
        save(form, heavy, by=user, complete=True)
    words = {finding.check_id: "Weighed twice." for finding in questions.value.findings}
    save(form, heavy, by=user, complete=True, explanations=words)

    assert trail_of(form) == [
        ("ZZA.weight_kg.hard", "refused", "hard", "9999"),
        ("ZZA.weight_kg.soft", "explanation_asked", "soft", "160"),
        ("ZZA-01", "explanation_asked", "soft", "160"),
        ("saved", "160.0"),
        ("ZZA.weight_kg.soft", "explained", "soft", "160"),
        ("ZZA-01", "explained", "soft", "160"),
        ("query", "answered"),
        ("query", "answered"),
    ]
    entry = Entry.objects.filter(act=firing.ACT).first()
    assert (entry.actor, entry.role, entry.via) == ("the-co", "CO", "page")


@pytest.mark.verifies("AUD-12")
def test_what_stands_is_not_told_again_until_its_item_changes():
    form, user = sample(), person()
    values = {**A_SAMPLE, "weight_kg": "95", "place": "icu"}
    save(form, values, by=user, complete=True, explanations={"ZZA-01": "So it is."})
    before = Entry.objects.filter(act=firing.ACT).count()

    save(form, {"seen_on": "2026-01-01"}, by=user)

    assert Entry.objects.filter(act=firing.ACT).count() == before


@pytest.mark.verifies("AUD-10", "AUD-12")
def test_values_of_sealed_forms_and_refused_words_are_kept_sealed():
    form, user = secret(), person(Role.UP)
    with pytest.raises(SaveRefused):
        save(form, {"cells": "abc"}, by=user)
    open_form = sample()
    with pytest.raises(SaveRefused):
        save(open_form, {"reason": "Lot A7 " * 999, "interrupted": "Y"}, by=person())

    sealed, plain = Entry.objects.filter(act=firing.ACT)
    assert set(sealed.changes) == {"sealed"}
    assert sealed.confidentiality == "restricted"
    (finding,) = json.loads(unseal(Purpose.PRODUCT, sealed.changes["sealed"]))
    assert (finding["check"], fired_on(finding)) == ("ZZB.cells.type", "abc")
    (words,) = plain.changes["findings"]
    assert "value" not in words
    assert fired_on(words).startswith("Lot A7")


@pytest.mark.verifies("AUD-12", "RND-05")
def test_a_refused_new_row_of_a_restricted_log_names_nobody():
    someone, user = participant(), person(Role.UP)
    row = unsaved_row(someone, "ZZB")
    entry = form_entry(catalogue.design("ZZB"), {"cells": "abc"})

    with pytest.raises(SaveRefused):
        save_new_row(row, entry, by=user)

    (noted,) = Entry.objects.filter(act=firing.ACT)
    assert (noted.confidentiality, noted.transaction_id) == ("restricted", 0)
    assert noted.participant_id == pseudonym_of(someone.pk)
    assert set(noted.changes) == {"sealed"}


@pytest.mark.parametrize("code", ["PRD", "CTC", "DVP"])
def test_a_sealed_form_refused_in_every_item_is_noted_whole(code):
    design = catalogue.design(code)
    with attributed(by=STAGE, via=Source.COMMAND):
        form = ensure_form(participant(), code)
    words = f"no value {'𠮷' * 300}"
    values = {
        name: words
        for name, item in design.items.items()
        if not isinstance(item, ItemGroup)
    }

    with pytest.raises(SaveRefused) as refused:
        save(form, values, by=STAGE, via=Source.COMMAND)

    (entry,) = Entry.objects.filter(act=firing.ACT, form_id=form.pk)
    text = unseal(design.model.purpose, entry.changes["sealed"])
    noted = [line["item"] for line in json.loads(text)]
    assert noted == [finding.item for finding in refused.value.findings]
