"""Limits of detection beside reference ranges, the baseline and the latest value."""

import pytest
from django.urls import reverse

from record.casebook.selectors import casebook_of
from tests.entry.form.pages import signed_in
from tests.visits import stage
from visits.laboratory.facts import ratio_to_baseline, stable_egfr

pytestmark = pytest.mark.django_db


def creatinine_row(text: str):
    someone = stage.infused(ago=30)
    sampled_on = stage.day(28).isoformat()
    stage.row(someone, "CRE", {"sample_at": sampled_on, "value": text})
    casebook = casebook_of(someone)
    return someone, casebook, casebook.rows("CRE")[-1]


def test_no_ratio_and_no_egfr_comes_from_a_limit():
    _someone, casebook, row = creatinine_row("<18")

    assert str(row.get("value")) == "<18 umol/L"
    assert (ratio_to_baseline(row, casebook), stable_egfr(row, casebook)) == (
        None,
        None,
    )


def test_the_latest_creatinine_is_shown_as_the_limit_that_it_is():
    someone, _casebook, _row = creatinine_row("<18")
    for day in (29, 30):
        earlier = {"sample_at": stage.day(day).isoformat(), "value": "118"}
        stage.row(someone, "CRE", earlier)

    page = signed_in("CO").get(reverse("entry:casebook", args=[someone.number]))

    assert "&lt;18.0" in page.content.decode()


def test_a_table_shows_a_limit_as_it_was_entered():
    someone, _casebook, _row = creatinine_row(">4 mg/dL")

    page = signed_in("CO").get(reverse("entry:log", args=[someone.number, "CRE"]))

    text = page.content.decode()
    assert 'value="&gt;4"' in text
    assert "= &gt;353.6 umol/L" in text
