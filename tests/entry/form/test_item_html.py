"""An item whose frame was drawn before shows what it would show drawn by itself."""

import json
import re
from dataclasses import replace
from html import unescape
from types import SimpleNamespace

import pytest
from django.template.loader import get_template
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from entry.form.page.form import FormPage
from entry.form.page.item_html import _frame, item_html
from record.capture.vocabulary import ChangeReason
from record.casebook import catalogue
from tests.fuzz.test_forms import ENTERED, enterer, new_form


def drawn(view, page):
    panel = reverse("entry:panel", args=[page.form.pk, view.name])
    reasons = [(reason.value, _(reason.label)) for reason in ChangeReason]
    values = {"view": view, "panel": panel, "reason_choices": reasons}
    template = get_template("entry/form/item.html")
    return template.render(values | {"asks_reasons": page.asks_reasons})


def states(view):
    """Each state of an item that changes its frame."""
    yield view
    for name in ("required", "is_applicable", "read_only", "has_history"):
        yield replace(view, **{name: not getattr(view, name)})
    yield replace(view, is_pending=True)
    yield replace(view, needs_reason=True)
    yield replace(view, missing="ND")
    for query in ("open", "answered", "closed"):
        yield replace(view, query=query)
    for verified in (True, False):
        yield replace(view, verified=verified)
    for unit in view.units:
        yield replace(view, unit=unit)
    yield replace(view, text="<b>\x01\x02\x03", control="\x03\x02<i>\x01")
    yield replace(view, reason=("typo", "<b>"))
    yield replace(view, errors=["<b>"])


@pytest.mark.django_db
@pytest.mark.parametrize("code", ENTERED)
def test_a_frame_drawn_before_shows_the_item_of_this_page(code):
    form = new_form(code)
    page = FormPage(form, enterer(catalogue.design(code)))
    for language, asks_reasons in (("en", False), ("zh-hans", True)):
        opened = SimpleNamespace(form=form, is_stored=True, asks_reasons=asks_reasons)
        with translation.override(language):
            for _title, views in page.sections:
                for state in (one for view in views for one in states(view)):
                    expected = drawn(state, opened)
                    assert item_html(state, opened) == expected
                    assert item_html(state, opened) == expected  # from the frame


@pytest.mark.django_db
@pytest.mark.parametrize("made_up", [{"missing": "no code"}, {"unit": "no unit"}])
def test_no_frame_is_kept_of_what_a_browser_makes_up(made_up):
    form = new_form("CRE")
    page = FormPage(form, enterer(catalogue.design("CRE")))
    opened = SimpleNamespace(form=form, is_stored=True, asks_reasons=False)
    view = replace(page.view("value"), **made_up)
    kept = _frame.cache_info().currsize

    assert item_html(view, opened) == drawn(view, opened)
    assert _frame.cache_info().currsize == kept


@pytest.mark.django_db
@pytest.mark.parametrize("code", ENTERED)
def test_a_page_knows_the_conditions_that_a_browser_can_tell_and_no_others(code):
    page = FormPage(new_form(code), enterer(catalogue.design(code)))
    for _title, views in page.sections:
        for view in views:
            only_if = view.item.facts.only_if
            condition = json.dumps(only_if.as_json() if only_if else None)
            attributes = re.findall(r'data-only-if="([^"]*)"', drawn(view, page))
            assert [unescape(one) for one in attributes] == (
                [] if condition == "null" else [condition]
            )
