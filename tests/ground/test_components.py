"""The components, by what a reader sees of them."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation

from trial_edc import clock


def rendered(source: str, **values: object) -> str:
    """Return the text that a template shows, without tags."""
    html = Template(source).render(Context(values))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html)).strip()


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{% site_date d %}", "2026-03-08"),
        ("{% site_date d heading=True day=7 %}", "8 Mar 2026 (day 7)"),
        ("{% site_date '2026-03' %}", "2026-03"),
        ("{% site_date None %}", "—"),
        ("{% site_date at %}", "2026-03-09"),
        ("{% site_datetime at %}", "2026-03-09 01:30 Asia/Shanghai"),
        ("{% site_datetime '2026-03-08T08:30' %}", "2026-03-08 08:30"),
        ("{% quantity 118 'µmol/L' %}", "118 µmol/L"),
        ("{% quantity 0 'mL' %}", "0 mL"),
        ("{% quantity None 'mL' %}", "—"),
        ("{% quantity None missing='ND' %}", "ND"),
        ("{% progress 8 11 %}", "8 / 11"),
        ("{% crumbs 'Participants' '/p/' 'Day 7' %}", "Participants Day 7"),
        ("{% status 'query' count=2 %}", "Open query 2"),
        ("{% card title='Labs' %}x{% endcard %}", "Labs x"),
    ],
)
def test_component_shows(source, text):
    values = {"d": date(2026, 3, 8), "at": datetime(2026, 3, 8, 17, 30, tzinfo=UTC)}

    assert rendered(source, **values) == text


def test_heading_date_in_chinese():
    with translation.override("zh-hans"):
        text = rendered("{% site_date d heading=True %}", d=date(2026, 3, 8))

    assert text == "2026年3月8日"


@pytest.mark.parametrize(
    ("days", "plain", "late"),
    [
        (-3, "3 days ago", "3 days late"),
        (-1, "yesterday", "1 day late"),
        (0, "today", "today"),
        (1, "tomorrow", "tomorrow"),
        (2, "in 2 days", "in 2 days"),
    ],
)
def test_relative_days(days, plain, late):
    day = clock.today() + timedelta(days=days)

    assert rendered("{% relative_days d %}", d=day) == plain
    assert rendered("{% relative_days d late=True %}", d=day) == late


def test_text_of_people_is_escaped():
    html = Template("{% panel title=t %}{{ t }}{% endpanel %}{% pill t %}").render(
        Context({"t": "<b>"})
    )

    assert "<b>" not in html


def test_an_error_of_a_group_of_buttons_leads_to_the_first_of_them():
    class AnswerForm(forms.Form):
        answer = forms.ChoiceField(choices=[("Y", "Yes")], widget=forms.RadioSelect)

    form = AnswerForm({})

    html = Template("{% error_summary form %}{{ form }}").render(
        Context({"form": form})
    )

    assert '<a href="#id_answer_0">Answer</a>: This field is required.' in html
    assert 'id="id_answer_0"' in html


def test_options_are_escaped_and_one_is_chosen():
    choices = [("a", "Less < more"), ("b&c", "Both")]
    html = Template("{% options choices chosen %}").render(
        Context({"choices": choices, "chosen": "b&c"})
    )

    assert html == (
        '<option value="a">Less &lt; more</option>'
        '<option value="b&amp;c" selected>Both</option>'
    )
