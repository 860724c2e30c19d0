"""Mails to staff are written in the language of each reader, not of whoever acted."""

import ast

from tools.traceability import ROOT, sources

TRANSLATES = {"_", "gettext", "ngettext", "pgettext"}
WORDS = {"subject", "text"}


def called(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def test_no_mail_to_staff_is_translated_before_its_reader_is_known() -> None:
    calls = [
        (path, call)
        for path in sources(ROOT)
        if "tests" not in path.relative_to(ROOT).parts
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and called(call) == "queue"
    ]
    translated = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path, call in calls
        for word in call.keywords
        if word.arg in WORDS
        for inner in ast.walk(word.value)
        if isinstance(inner, ast.Call) and called(inner) in TRANSLATES
    ]

    assert len(calls) > 10
    assert translated == []
