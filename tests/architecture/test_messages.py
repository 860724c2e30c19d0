"""Everything that people read is Chinese too, and no text lost a value on the way."""

import ast
import gettext
from io import BytesIO

import pytest
from babel.messages.catalog import Catalog

from tools import translations as messages
from tools.traceability import sources

CODE = '''
"""Says "_("this is no text")" in a docstring."""
from django.utils.translation import gettext_lazy as _, ngettext, pgettext

TITLE = _("Vital " "signs")
LABEL = N_("Weight")
OPEN = pgettext("study", "Open")


def late(days):
    return ngettext("%(days)s day", "%(days)s days", days) % {"days": days}
'''
PAGE = """{% extends "base.html" %}
  {% block main %}
<p title="{% translate "Keep" %}">{{ value|default:_("None given") }}</p>
    {% blocktranslate trimmed count n=rows %}
      One row of %(form)s
    {% plural %}
      {{ n }} rows
    {% endblocktranslate %}
{% endblock %}
"""


@pytest.fixture
def tree(tmp_path):
    for path, text in {
        "visits/models.py": CODE,
        "tests/test_visits.py": 'TITLE = _("Of a test")',
        "templates/visits/page.html": PAGE,
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return tmp_path


def catalogue_of(**translations):
    catalogue = Catalog(locale=messages.LOCALE)
    for text, string in translations.items():
        catalogue.add(text, string)
    return catalogue


def test_the_catalogue_is_whole_and_fresh():
    path = messages.ROOT / messages.CATALOGUE
    catalogue = messages.merged(messages.marked(), messages.read(path))

    assert list(messages.problems(catalogue)) == []
    fresh = messages.written(catalogue) == path.read_text(encoding="utf-8")
    assert fresh, "run `make messages`"


def test_no_text_is_marked_inside_an_f_string():
    """Older Pythons do not see it there: it would be in no catalogue."""
    places = {
        f"{path.relative_to(messages.ROOT)}:{call.lineno}"
        for path in sources(messages.ROOT)
        if messages.NOT_READ.isdisjoint(path.relative_to(messages.ROOT).parts)
        for string in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") in messages.MARKS
        and isinstance(call.args[0], ast.Constant)
    }

    assert places == set()


def test_code_and_templates_are_read(tree):
    found = messages.marked(tree)

    assert {(m.id, m.context) for m in found if m.id} == {
        ("Vital signs", None),
        ("Weight", None),
        ("Open", "study"),
        (("%(days)s day", "%(days)s days"), None),
        ("Keep", None),
        ("None given", None),
        (("One row of %%(form)s", "%(n)s rows"), None),
    }


def test_translations_stay_and_what_is_gone_goes(tree):
    before = catalogue_of(Weight="体重", Gone="已删")

    after = messages.merged(messages.marked(tree), before)

    assert after.get("Weight").string == "体重"
    assert after.get("Gone") is None
    assert not after.get("Vital signs").string


def test_the_file_names_places_but_no_lines_and_no_machine(tree):
    text = messages.written(messages.marked(tree))

    assert text == messages.written(messages.marked(tree))
    assert "#: visits/models.py\n" in text
    assert str(tree) not in text
    assert "POT-Creation-Date" not in text


@pytest.mark.parametrize(
    ("english", "chinese", "problem"),
    [
        ("Weight", "", "not translated: 'Weight'"),
        ("Row %(n)s of %(all)s", "第%(n)s行", "other placeholders"),
        ("Row %(n)s", "第%(n)d行", "other placeholders"),
        ("{date} at {time}", "{date}", "other placeholders"),
        ("Row %(n)s", "第%(n)s行", None),
        ("%(a)s of %(b)s", "%(b)s中的%(a)s", None),
    ],
)
def test_a_text_that_cannot_be_shown_is_named(english, chinese, problem):
    found = list(messages.problems(catalogue_of(**{english: chinese})))

    assert [text[: len(problem or "")] for text in found] == [problem] * bool(problem)


def test_a_fuzzy_text_is_named():
    catalogue = catalogue_of(Weight="身高")
    catalogue.get("Weight").flags.add("fuzzy")

    assert list(messages.problems(catalogue)) == ["fuzzy: 'Weight'"]


def test_what_is_compiled_is_what_django_reads(tree):
    catalogue = messages.marked(tree)
    catalogue.get("Weight").string = "体重"
    catalogue.get("%(days)s day").string = ("%(days)s天",)
    catalogue.get("Open", "study").string = "开放"

    chinese = gettext.GNUTranslations(BytesIO(messages.compiled(catalogue)))

    assert chinese.gettext("Weight") == "体重"
    assert chinese.ngettext("%(days)s day", "%(days)s days", 1) == "%(days)s天"
    assert chinese.pgettext("study", "Open") == "开放"


def test_the_tool_writes_checks_and_compiles(tree, monkeypatch, capsys):
    monkeypatch.setattr(messages, "ROOT", tree)
    monkeypatch.setattr(messages, "marked", lambda: catalogue_of(Weight=""))
    path = tree / messages.CATALOGUE

    assert messages.main(["--check"]) == 1
    assert "stale: run `make messages`" in capsys.readouterr().err
    assert messages.main([]) == 0
    assert messages.main(["--check"]) == 1
    assert "not translated: 'Weight'" in capsys.readouterr().err
    path.write_text(messages.written(catalogue_of(Weight="体重")), encoding="utf-8")
    assert messages.main(["--check"]) == 0
    assert messages.main(["--compile"]) == 0
    assert path.with_suffix(".mo").read_bytes().startswith(b"\xde\x12\x04\x95")
