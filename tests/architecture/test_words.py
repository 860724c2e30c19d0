"""Words have one meaning: class names, retired names, the glossary."""

import ast
import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import chain, product
from pathlib import Path

from django.apps import apps
from django.urls import URLResolver, get_resolver

from tests.architecture.test_layout import MODULES, tree_of
from trial_edc.rooms import PROJECT

GLOSSARY = (PROJECT / "docs" / "glossary.md").read_text(encoding="utf-8")
# Item types are named after what they hold, and always written `items.User`.
ITEM_TYPES = "record.casebook.items"
RETIRED = {
    "Binder", "Deed", "Foretold", "Rows", "Sheet", "Term", "Via",
    "asked", "custody", "desk", "disclosures", "exhibit", "exhibits", "follows",
    "foretells", "foretold", "found", "grounds", "guarding", "hang", "hang_visits",
    "happenings", "held", "open_sheet", "said", "settle_checks", "settle_due_dates",
    "sheet", "sheets", "told", "wanted",
}  # fmt: skip
PARTICIPLES = {"asked", "given", "held", "told", "wanted"}
# Items keep the names under which they are stored and exported.
STORED = {"randomised_at", "randomised_by", "randomisation_no"}
COMMENT = re.compile(r"/\*.*?\*/|^\s*//.*?$|\s// .*?$", re.DOTALL | re.MULTILINE)


def test_no_class_name_has_two_meanings():
    names = Counter(
        node.name
        for name, path in MODULES.items()
        if not name.startswith(ITEM_TYPES) and "migrations" not in name
        for node in tree_of(path).body
        if isinstance(node, ast.ClassDef) and node.name != "Command"
    )

    assert [name for name, times in names.items() if times > 1] == []


@cache
def names_in_code() -> set[tuple[Path, str]]:
    return {
        (path, token.string)
        for name, path in MODULES.items()
        if "migrations" not in name
        for token in tokenize.generate_tokens(
            io.StringIO(path.read_text(encoding="utf-8")).readline
        )
        if token.type == tokenize.NAME
    }


def names_on_pages() -> Iterator[tuple[Path, str]]:
    """Words of scripts, classes of styles, classes and ids of templates."""
    patterns = {
        "js": r"[A-Za-z_]\w*",
        "css": r"(?<=[.#])[A-Za-z][\w-]*",
        "html": r"\b(?:class|id|anchor)=\"([^\"]*)\"",
    }
    for folder, (ending, pattern) in product(("static", "templates"), patterns.items()):
        for path in (PROJECT / folder).rglob(f"*.{ending}"):
            text = COMMENT.sub("", path.read_text(encoding="utf-8"))
            for words in re.findall(pattern, text):
                yield from ((path, word) for word in words.split())


def words_of_addresses(resolver: URLResolver) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        yield from str(pattern.pattern).split("/")
        if isinstance(pattern, URLResolver):
            yield from words_of_addresses(pattern)
        elif pattern.name:
            yield pattern.name


def test_no_retired_name_comes_back():
    names = {
        f"{path.relative_to(PROJECT)}: {name}"
        for path, name in chain(names_in_code(), names_on_pages())
        if name in RETIRED
    }

    assert names == set()


def test_no_variable_of_a_test_is_a_participle():
    variables = {
        f"{path.relative_to(PROJECT)}: {node.id}"
        for path in (PROJECT / "tests").rglob("*.py")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        if node.id in PARTICIPLES
    }

    assert variables == set()


def test_no_address_has_a_retired_name():
    assert set(words_of_addresses(get_resolver())) & RETIRED == set()


def test_randomization_has_one_spelling():
    names = {name for _path, name in names_in_code() if "randomis" in name.lower()}

    assert names == STORED


def test_the_glossary_holds_each_table_once():
    _words, tables = GLOSSARY.split("## Tables")
    named = re.findall(r"`(\w+)`", tables)
    ours = [
        model.__name__
        for model in apps.get_models()
        if model.__module__ in MODULES and "site-packages" not in model.__module__
    ]

    assert sorted(named) == sorted(ours)


def test_the_glossary_explains_no_word_twice():
    words = Counter(
        line.split("|")[1].strip()
        for line in GLOSSARY.splitlines()
        if line.startswith("| ") and not line.startswith(("| ---", "| word", "| table"))
    )

    assert [word for word, times in words.items() if times > 1] == []
