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
        ('"state" "open" state', "?form=ADE&participant=S-0&state=open", False),
        ('"state" "answered" state', "?form=ADE&participant=S-0&state=answered", True),
        ('"state" "" state', "?form=ADE&participant=S-0&state=", False),
        ('"state" None state', "?form=ADE&participant=S-0", False),
        ('"state" "open" "" alone=True', "?state=open", False),
        (
            '"older" None ""',
            "?state=answered&form=ADE&participant=S-0",
            True,
        ),
    ],
)
def test_chip_changes_its_filter_and_begins_at_page_1(rf, chip, link, is_current):
    source = f"{{% chip {chip} %}}words{{% endchip %}}"

    html = rendered(rf, source, f"{FILTERED}&page=2", state="answered")

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

    html = rendered(rf, "{% filter_bar form state='answered' %}", form=form)

    assert '<input type="hidden" name="state" value="answered">' in html
    assert 'name="participant" value="S-0" class="form-control"' in html
    assert '<option value="ADE" selected>' in html


def test_one_component_leads_through_pages():
    own_pagers = [
        path.relative_to(ROOT / "templates").as_posix()
        for path in (ROOT / "templates").rglob("*.html")
        if "page_number" in path.read_text()
    ]

    assert own_pagers == ["components/pages.html"]
