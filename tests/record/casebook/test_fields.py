"""Dates and times of plain forms, as people type them."""

from datetime import UTC, date, datetime

import pytest
from django import forms

from record.casebook.fields import SiteDateField, SiteTimeField


class Typed(forms.Form):
    at = SiteTimeField(required=False)
    on = SiteDateField(required=False)


@pytest.mark.parametrize(
    "text", ["2026-03-08 14:30", "20260308 1430", "2026/3/8 14:30"]
)
def test_time_is_site_time_however_it_is_typed(text):
    form = Typed({"at": text})

    assert form.is_valid()
    assert form.cleaned_data["at"] == datetime(2026, 3, 8, 6, 30, tzinfo=UTC)


def test_date_is_read_and_nothing_stays_nothing():
    form = Typed({"at": "", "on": "2026.3.8"})

    assert form.is_valid()
    assert form.cleaned_data == {"at": None, "on": date(2026, 3, 8)}


def test_what_is_no_time_is_refused_and_stays():
    form = Typed({"at": "tomorrow"})

    assert list(form.errors) == ["at"]
    assert form["at"].value() == "tomorrow"


def test_stored_time_is_shown_as_it_would_be_typed():
    form = Typed(initial={"at": datetime(2026, 3, 8, 6, 30, tzinfo=UTC)})

    assert form["at"].value() == "2026-03-08 14:30"
