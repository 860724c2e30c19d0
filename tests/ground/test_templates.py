"""Templates can be read at a glance, and decide nothing."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

from tests.each import for_each

ROOT = Path(settings.BASE_DIR) / "templates"
TEMPLATES = {
    path.relative_to(ROOT).as_posix(): path
    for path in sorted(ROOT.rglob("*"))
    if path.is_file()
}
LONGEST_LINE, MOST_LINES = 140, 80
CONDITION = re.compile(r"\{%\s*(?:if|elif)\b.*?%\}")
OPERATOR = r"(?:==|!=|<=|>=|<|>|\bin\b|\bnot in\b)"
LITERAL = r"(?:_\(|[\"']|-?\d)"
# Words in quotes stand beside operators, never around them.
WITH_LITERAL = re.compile(
    rf"{OPERATOR}\s*{LITERAL}|[\"'\d]\s*{OPERATOR}|\|length\b.*{OPERATOR}"
)
SUM = re.compile(r"\|add:|widthratio")


def compares_with_literal(line: str) -> list[str]:
    return [
        condition
        for condition in CONDITION.findall(line)
        if WITH_LITERAL.search(condition)
    ]


@for_each(TEMPLATES)
def test_template_fits_a_screen(path):
    lines = path.read_text().splitlines()

    assert [line for line in lines if len(line) > LONGEST_LINE] == []
    assert len(lines) <= MOST_LINES


@for_each(TEMPLATES)
def test_template_decides_nothing(path):
    lines = path.read_text().splitlines()

    assert [hit for line in lines for hit in compares_with_literal(line)] == []
    assert [line for line in lines if SUM.search(line)] == []


@pytest.mark.parametrize(
    "condition",
    [
        '{% if state == "open" %}',
        "{% if count > 1 %}",
        "{% elif state != 'closed' and may_close %}",
        '{% if "answer" in steps %}',
        '{% if form.state in "open closed" %}',
        "{% if units|length == 1 %}",
        "{% if not is_new and 0 < rest %}",
    ],
)
def test_comparison_with_a_literal_is_seen(condition):
    assert compares_with_literal(condition) == [condition]


@pytest.mark.parametrize(
    "condition",
    [
        "{% if code == row.code %}",
        "{% if may_enter and not form.is_closed %}",
        "{% if age_years is not None %}",
        "{% if account.username in locked %}",
        "{% if widget.attrs.id1 %}",
    ],
)
def test_named_booleans_and_two_variables_pass(condition):
    assert compares_with_literal(condition) == []


@for_each(TEMPLATES)
def test_template_compiles(path):
    assert get_template(str(path.relative_to(ROOT))).template is not None
