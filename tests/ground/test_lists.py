"""What narrows a list and leads through its pages, and the query string it keeps."""

import re
from html import unescape
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.template import RequestContext, Template
from django.urls import resolve
from django_tables2 import Column

from trial_edc.tables import NumberColumn, Table

ROOT = Path(settings.BASE_DIR)
FILTERED = "/review/queries/?state=answered&form=ADE&participant=S-0"


def rendered(rf, source: str, address: str = FILTERED, **values: object) -> str:
    request = rf.get(address)
    request.resolver_match = resolve(request.path)
    return Template(source).render(RequestContext(request, values))


def links(html: str) -> list[str]:
    return [unescape(link) for link in re.findall(r'href="([^"]*)"', html)]


def test_pages_keep_the_filters_of_the_list(rf):
    page = Paginator(range(250), 100).get_page(2)

    html = rendered(rf, "{% pages page %}", f"{FILTERED}&page=2", page=page)

    assert links(html) == [
        "?state=answered&form=ADE&participant=S-0&page=1",
        "?state=answered&form=ADE&participant=S-0&page=3",
    ]


def test_a_list_of_one_page_shows_no_pages(rf):
    html = rendered(rf, "{% pages page %}", page=Paginator(range(3), 100).get_page(1))

    assert html.strip() == ""


@pytest.mark.parametrize(
    ("chip", "link", "is_current"),
    [
        (
            '"state" "open" state',
            "?form=ADE&participant=S-0&sort=-days&state=open",
            False,
        ),
        (
            '"state" "answered" state',
            "?form=ADE&participant=S-0&sort=-days&state=answered",
            True,
        ),
        ('"state" "" state', "?form=ADE&participant=S-0&sort=-days&state=", False),
        ('"state" None state', "?form=ADE&participant=S-0&sort=-days", False),
        ('"state" "open" "" alone=True', "?sort=-days&state=open", False),
        (
            '"older" None ""',
            "?state=answered&form=ADE&participant=S-0&sort=-days",
            True,
        ),
    ],
)
def test_chip_changes_its_filter_and_begins_at_page_1(rf, chip, link, is_current):
    source = f"{{% chip {chip} %}}words{{% endchip %}}"

    html = rendered(rf, source, f"{FILTERED}&page=2&sort=-days", state="answered")

    assert links(html) == [link]
    assert ('aria-current="true"' in html) is is_current


def test_tab_of_the_page_is_the_current_one(rf):
    source = (
        '{% tab "review:queries" %}Queries{% endtab %}'
        '{% tab "review:verification" %}Verification{% endtab %}'
    )

    html = rendered(rf, source)

    assert re.findall(r'href="([^"]+)"( aria-current="page")?', html) == [
        ("/review/queries/", ' aria-current="page"'),
        ("/review/verification/", ""),
    ]


class ListFilter(forms.Form):
    participant = forms.CharField(required=False)
    form = forms.ChoiceField(choices=[("", "all"), ("ADE", "events")], required=False)


def test_filter_bar_keeps_what_the_chips_chose(rf):
    form = ListFilter({"participant": "S-0", "form": "ADE"})

    address = "/review/queries/?state=answered&sort=-days&form=QQQ&page=3"

    html = rendered(rf, "{% filter_bar form %}", address, form=form)

    assert re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', html) == [
        ("state", "answered"),
        ("sort", "-days"),
    ]
    assert 'name="participant" value="S-0" class="form-control"' in html
    assert '<option value="ADE" selected>' in html


class Deaths(Table):
    row = "tests/nothing.html"

    number = Column("Number")
    day = NumberColumn("Day")
    cause = Column("Cause", orderable=False)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (
            f"{FILTERED}&page=2",
            [
                ("", f"?{FILTERED.partition('?')[2]}&sort=number"),
                ("", f"?{FILTERED.partition('?')[2]}&sort=day"),
            ],
        ),
        (
            "/review/queries/?sort=day",
            [("", "?sort=number"), ("ascending", "?sort=-day")],
        ),
        (
            "/review/queries/?sort=-day",
            [("", "?sort=number"), ("descending", "?sort=day")],
        ),
    ],
)
def test_a_heading_sorts_and_says_how_the_list_is_sorted(rf, address, expected):
    table = Deaths([], rf.get(address))

    html = rendered(
        rf,
        "{% for column in table.columns %}{% heading column %}{% endfor %}",
        address,
        table=table,
    )

    headings = re.findall(r"<th.*?</th>", html, re.DOTALL)
    sorts = [re.findall(r'aria-sort="(\w+)"', cell) for cell in headings]
    assert list(zip([*map("".join, sorts)][:2], links(html), strict=True)) == expected
    assert "href" not in headings[2]
    assert re.search(r'class="[^"]*\bnum\b', headings[1])


def test_one_component_leads_through_pages():
    own_pagers = [
        path.relative_to(ROOT / "templates").as_posix()
        for path in (ROOT / "templates").rglob("*.html")
        if "page_number" in path.read_text()
    ]

    assert own_pagers == ["components/pages.html"]
