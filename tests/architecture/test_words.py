"""Words have one meaning: class names, retired names, the glossary."""

import ast
import io
import re
import tokenize
from collections import Counter

from django.apps import apps

from tests.architecture.test_layout import MODULES
from trial_edc.rooms import PROJECT

GLOSSARY = (PROJECT / "docs" / "glossary.md").read_text(encoding="utf-8")
# Item types are named after what they hold, and always written `items.User`.
ITEM_TYPES = "record.casebook.items"
RETIRED = {
    "Binder", "Deed", "Foretold", "Rows", "Sheet", "Term", "Via",
    "asked", "custody", "disclosures", "exhibits", "follows", "foretells",
    "foretold", "guarding", "hang", "hang_visits", "happenings", "held", "said",
    "settle_checks", "settle_due_dates", "told",
}  # fmt: skip


def test_no_class_name_has_two_meanings():
    names = Counter(
        node.name
        for name, path in MODULES.items()
        if not name.startswith(ITEM_TYPES) and "migrations" not in name
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and node.name != "Command"
    )

    assert [name for name, times in names.items() if times > 1] == []


def test_no_retired_name_comes_back():
    found = {
        f"{path.relative_to(PROJECT)}: {token.string}"
        for name, path in MODULES.items()
        if "migrations" not in name
        for token in tokenize.generate_tokens(
            io.StringIO(path.read_text(encoding="utf-8")).readline
        )
        if token.type == tokenize.NAME and token.string in RETIRED
    }

    assert found == set()


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
