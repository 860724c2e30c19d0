"""Each item type on its way: entered, stored, read, shown, audited, told again."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from record.capture.services.forms import save
from record.casebook import catalogue
from record.casebook.history import changes_of
from record.casebook.selectors import data_of, row_of
from record.casebook.services import files
from record.casebook.values import MissingCode, Partial, Quantity
from tests.sample_room.models import Sample
from tests.sample_room.people import A_SAMPLE, person, sample, secret
from trial_edc.typed_text import written

pytestmark = pytest.mark.django_db

IN_MG = Quantity(Decimal("2.04"), "mg/dL", Decimal("180.336"))
CASES = [
    ("taken_at", "2026-01-01T10:00", datetime(2026, 1, 1, 2, tzinfo=UTC)),
    ("weight_kg", "70.5", Decimal("70.5")),
    ("creatinine", ("2.04", "mg/dL"), IN_MG),
    ("interrupted", "N", "N"),
    ("place", "icu", "icu"),
    ("places", ["icu", "ward"], ["ward", "icu"]),
    ("seen_on", "2026-01-02", date(2026, 1, 2)),
    ("began", "2025-12", Partial("2025-12")),
    ("at", "08:05", time(8, 5)),
    ("pauses", [{"minutes": "3", "why": "hé"}], [{"minutes": "3", "why": "hé"}]),
]


@pytest.mark.verifies("QRY-07", "TIM-05")
@pytest.mark.parametrize(("name", "entered", "value"), CASES)
def test_a_value_is_the_same_everywhere(name, entered, value):
    form = save(sample(), {name: entered}, by=person()).form

    item, row = catalogue.design("ZZA").items[name], row_of(form)
    (change,) = changes_of(form)
    assert data_of(form, row).get(name) == value
    assert (change.item, change.old, change.new) == (name, None, value)
    shown = item.as_text(row.value_of(name))
    again = (shown, "mg/dL") if name == "creatinine" else shown
    saved = save(form, {name: again}, by=person(), based_on=1)
    assert (saved.changed, saved.form.revision) == (frozenset(), 1)


@pytest.mark.parametrize("code", list(MissingCode))
@pytest.mark.parametrize("name", [n for n, *_rest in CASES if n != "interrupted"])
def test_a_missing_code_is_an_entry_and_no_value(name, code):
    entered = {n: e for n, e, _v in CASES}[name]
    form = save(sample(), {name: entered}, by=person()).form
    save(form, {name: code}, by=person())

    data = data_of(form, row_of(form))
    last = changes_of(form)[-1]
    assert (data.get(name), data.missing(name)) == (None, code)
    assert isinstance(last.new, MissingCode)
    assert (last.item, last.new) == (name, code)

    save(form, {name: entered}, by=person())
    assert data_of(form, row_of(form)).missing(name) is None
    assert changes_of(form)[-1].old == code


def test_a_person_and_a_file_are_kept_by_their_keys():
    form, user = sample(), person()
    upload = SimpleUploadedFile("report.exe", b"%PDF-1.7 content")
    key = files.store(form, "report", upload, by=user)

    save(form, {"by": user, "report": key}, by=user)

    data = data_of(form, row_of(form))
    assert (data.get("by"), data.get("report")) == (user.pk, key)
    assert {c.item: c.new for c in changes_of(form)} == {"by": user.pk, "report": key}


def test_the_database_derives_the_standard_value_exactly():
    form = save(sample(), {"creatinine": ("2.04", "mg/dL")}, by=person()).form

    row = Sample.objects.get(form=form)
    assert (row.creatinine, row.creatinine_unit) == (Decimal("2.04"), "mg/dL")
    assert row.creatinine_standard == IN_MG.standard


def test_a_sealed_form_keeps_the_same_values():
    user = person("UP")
    form, at = secret(), datetime(2026, 1, 1, 2, tzinfo=UTC)
    values = {
        "product": "ward",
        "cells": "1.50",
        "concentration": ("2", "g/dL"),
        "by": user,
        "at": "2026-01-01 10:00",
    }
    save(form, values, by=user)
    save(form, {"cells": MissingCode.UNKNOWN}, by=user)

    data = data_of(form, row_of(form))
    assert data.values == {
        "product": "ward",
        "cells": MissingCode.UNKNOWN,
        "concentration": Quantity(Decimal(2), "g/dL", Decimal(20)),
        "by": user.pk,
        "at": at,
    }
    assert data.item_revisions == {
        "product": 1,
        "cells": 2,
        "concentration": 1,
        "by": 1,
        "at": 1,
    }
    last = changes_of(form)[-1]
    assert (last.item, last.old, last.new) == ("cells", Decimal("1.5"), "UNK")


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    weight=st.decimals(min_value=25, max_value=250, places=1),
    reason=st.text(
        alphabet=st.characters(exclude_categories=["C"], max_codepoint=0xFFFC),
        max_size=40,
    ),
    places=st.sets(st.sampled_from(["ward", "icu"])),
)
def test_whatever_is_entered_history_tells_it(weight, reason, places):
    entered = {
        **A_SAMPLE,
        "interrupted": "Y",
        "weight_kg": weight,
        "reason": reason,
        "places": list(places),
    }
    form = sample(1, of=int(weight * 10))
    save(form, entered, by=person())

    data = data_of(form, row_of(form))
    latest = {}
    for change in changes_of(form):
        latest[change.item] = change.new
    assert {k: v for k, v in data.values.items() if v is not None} == {
        k: v for k, v in latest.items() if v is not None
    }
    assert data.get("weight_kg") == weight
    assert (data.get("reason") or "") == written(reason)
