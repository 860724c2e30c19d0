"""The papers say what is there: links lead somewhere, the manual speaks as pages do."""

import re
from pathlib import Path

import pytest

from record.casebook.design import ATTRIBUTES
from record.casebook.items.base import FACT_NAMES
from tools import translations as messages
from tools.traceability import ROOT

MANUAL = ROOT / "docs" / "manual"
IMAGES = MANUAL / "images"
PAPERS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
EVIDENCE = re.compile(r"`([\w/]+\.py)(?:::(\w+))?`")  # a test, from tests/ on
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def links(paper: Path) -> list[str]:
    text = FENCE.sub("", paper.read_text(encoding="utf-8"))
    return [link for link in LINK.findall(text) if "://" not in link]


def headings(paper: Path) -> set[str]:
    lines = FENCE.sub("", paper.read_text(encoding="utf-8")).splitlines()
    titles = [line.lstrip("# ") for line in lines if line.startswith("#")]
    plain = [re.sub(r"[^\w\s-]", "", title.lower()) for title in titles]
    return {title.replace(" ", "-") for title in plain}


def leads_somewhere(paper: Path, link: str) -> bool:
    target, _, heading = link.partition("#")
    path = (paper.parent / target).resolve() if target else paper
    if path.parent == IMAGES and not IMAGES.exists():
        return True  # the journey has not taken the pictures yet
    return path.exists() and (not heading or heading in headings(path))


@pytest.mark.parametrize("paper", PAPERS, ids=named)
def test_every_link_leads_somewhere(paper):
    assert [link for link in links(paper) if not leads_somewhere(paper, link)] == []


def test_each_test_that_the_threat_model_names_is_there():
    paper = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    named_tests = set(EVIDENCE.findall(paper))

    missing = {
        "::".join(filter(None, (file, test)))
        for file, test in named_tests
        if not (path := ROOT / "tests" / file).exists()
        or f"def {test}" not in path.read_text(encoding="utf-8")
    }

    assert missing == set()
    assert len(named_tests) > 50


def test_every_picture_is_in_the_manual():
    shown = {Path(link).name for paper in PAPERS for link in links(paper)}
    taken = {path.name for path in IMAGES.glob("*.png")}

    assert taken - shown == set()


def test_each_page_of_the_manual_is_in_both_languages():
    pages = {
        language: sorted(path.name for path in (MANUAL / language).glob("*.md"))
        for language in ("en", "zh")
    }

    assert pages["en"] == pages["zh"]


@pytest.mark.parametrize("paper", sorted(MANUAL.glob("*/*.md")), ids=named)
def test_the_words_of_the_manual_are_those_of_the_pages(paper):
    known = messages.read(ROOT / messages.CATALOGUE)
    shown = {
        messages._key(one) if paper.parent.name == "en" else _text(one.string)
        for one in known
    }

    said = {" ".join(word.split()) for word in BOLD.findall(paper.read_text("utf-8"))}

    assert said - shown == set()


def _text(string):
    return string if isinstance(string, str) else (string or ("",))[0]


def test_adding_a_form_explains_each_fact_and_each_word_of_the_design():
    guide = (ROOT / "docs" / "adding_a_form.md").read_text(encoding="utf-8")

    untold = {name for name in FACT_NAMES | ATTRIBUTES if f"`{name}`" not in guide}

    assert untold == set()


def test_adding_a_form_shows_code_that_compiles():
    guide = (ROOT / "docs" / "adding_a_form.md").read_text(encoding="utf-8")
    examples = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)

    assert len(examples) == 3
    for example in examples:
        compile(example, "docs/adding_a_form.md", "exec")
