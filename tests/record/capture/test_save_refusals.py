"""Saving a form: what is impossible, incomplete or not permitted is refused."""

import pytest
from django.core.exceptions import PermissionDenied

from record.accounts.roles import Permission, Role, has
from record.audit.attribution import Reason
from record.capture.problems import (
    SaveRefused,
)
from record.capture.services.forms import save
from record.casebook.models import FormInstance, FormStatus
from record.casebook.values import MissingCode
from tests.sample_room.models import Sample
from tests.sample_room.people import A_SAMPLE, person, sample, secret

pytestmark = pytest.mark.django_db


@pytest.mark.verifies("QRY-01")
def test_every_faulty_item_is_named_and_nothing_is_stored():
    form = sample()

    with pytest.raises(SaveRefused) as refused:
        save(
            form,
            {"weight_kg": "abc", "seen_on": "x", "place": "icu", "zzz": 1},
            by=person(),
        )

    assert [f.check_id for f in refused.value.findings] == [
        "ZZA.weight_kg.type",
        "ZZA.seen_on.type",
        "ZZA.zzz.unknown",
    ]
    assert not Sample.objects.exists()


@pytest.mark.parametrize(
    ("item", "entered", "check"),
    [
        ("weight_kg", "24.9", "hard"),
        ("weight_kg", "250.1", "hard"),
        ("creatinine", ("34", "mg/dL"), "hard"),
        ("taken_at", "2199-01-01 10:00", "future"),
        ("began", "2199", "future"),
        ("interrupted", MissingCode.UNKNOWN, "missing"),
    ],
)
def test_the_impossible_is_refused_also_in_a_draft(item, entered, check):
    with pytest.raises(SaveRefused) as refused:
        save(sample(), {item: entered}, by=person())

    assert [f.check_id for f in refused.value.findings] == [f"ZZA.{item}.{check}"]


@pytest.mark.parametrize(("entered", "allowed"), [("25", True), ("250", True)])
def test_the_limits_themselves_are_possible(entered, allowed):
    assert save(sample(), {"weight_kg": entered}, by=person()).form.revision == allowed


def test_required_items_are_asked_for_only_when_completing():
    form = save(sample(), {"weight_kg": "70"}, by=person()).form

    with pytest.raises(SaveRefused) as refused:
        save(form, {}, by=person(), complete=True)

    assert [f.check_id for f in refused.value.findings] == [
        "ZZA.taken_at.required",
        "ZZA.creatinine.required",
    ]
    save(
        form,
        A_SAMPLE | {"creatinine": MissingCode.NOT_DONE},
        by=person(),
        complete=True,
    )
    assert FormInstance.objects.get(pk=form.pk).status == FormStatus.COMPLETE


def test_a_link_must_point_at_what_is_there_and_belongs_here():
    from django.core.files.uploadedfile import SimpleUploadedFile

    from record.casebook.services import files

    upload = SimpleUploadedFile("a.pdf", b"%PDF-1.7")
    foreign = files.store(sample(2), "report", upload, by=person())

    with pytest.raises(SaveRefused) as refused:
        save(sample(), {"by": 10**9, "report": foreign}, by=person())

    assert [f.check_id for f in refused.value.findings] == [
        "ZZA.by.link",
        "ZZA.report.link",
    ]


@pytest.mark.parametrize("role", list(Role))
def test_only_roles_that_enter_forms_save_them(role):
    form, user = sample(), person(role.value)

    if has(role, Permission.ENTER_CRF):
        assert save(form, {"weight_kg": "70"}, by=user).form.revision == 1
    else:
        with pytest.raises(PermissionDenied):
            save(form, {"weight_kg": "abc"}, by=user)


@pytest.mark.parametrize("role", list(Role))
def test_only_roles_that_enter_products_save_a_sealed_form(role):
    form, user = secret(), person(role.value)

    if has(role, Permission.ENTER_PRODUCT):
        assert save(form, {"product": "ward"}, by=user).form.revision == 1
    else:
        with pytest.raises(PermissionDenied):
            save(form, {"product": "ward"}, by=user)


def test_a_judged_item_takes_an_investigator():
    with pytest.raises(PermissionDenied):
        save(sample(), {"grade": "2"}, by=person("CO"))
    form = save(sample(), {"grade": "2"}, by=person("IN")).form

    saved = save(form, {"grade": "2", "weight_kg": "70"}, by=person("CO"))
    assert saved.changed == {"weight_kg"}


def test_more_text_than_a_sealed_form_keeps_is_refused():
    why = {"cells": Reason("other", "很" * 9000)}
    form = save(
        secret(), {"cells": "1", "product": "icu"}, by=person("UP"), complete=True
    ).form

    with pytest.raises(SaveRefused):
        save(form, {"cells": "2"}, by=person("UP"), reasons=why)
