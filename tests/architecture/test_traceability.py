"""Requirement, code and test belong together, and the page says so truly."""

from pathlib import Path

import pytest

from tools.traceability import PAGE, ROOT, Mark, Trace, collect, main, page
from trial_edc.requirements import implements


@pytest.fixture(scope="module")
def trace() -> Trace:
    return collect()


def test_every_marked_requirement_exists(trace: Trace) -> None:
    assert trace.unknown == []


def test_what_has_code_has_a_test(trace: Trace) -> None:
    assert trace.untested == []


@pytest.mark.verifies("VAL-01")
def test_the_page_is_not_stale(trace: Trace) -> None:
    assert (ROOT / PAGE).read_text(encoding="utf-8") == page(trace), "run `make trace`"


def test_the_page_says_what_is_not_yet_implemented(trace: Trace) -> None:
    text = page(trace)

    assert f"Not yet implemented ({len(trace.open)}): " in text
    assert text.count("*not yet implemented*") == len(trace.open)


def test_marks_are_found_where_they_stand(tmp_path: Path) -> None:
    requirements = tmp_path / "docs/protocol/requirements.toml"
    requirements.parent.mkdir(parents=True)
    requirements.write_text(
        '["A-1"]\nsection = "A"\ntext = "one | two"\nsource = "S"\n', encoding="utf-8"
    )
    sources = {
        "room/rules.py": '@implements("A-1")\nclass C:\n'
        '    @implements("A-2")\n    def f(self): ...\n',
        "tests/room/test_a.py": 'pytestmark = pytest.mark.verifies("A-1")\n',
        ".hidden/x.py": '@implements("A-3")\ndef f(): ...\n',
    }
    for name, text in sources.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")

    trace = collect(tmp_path)

    assert trace.code == (
        Mark("A-1", "room/rules.py", "C"),
        Mark("A-2", "room/rules.py", "C::f"),
    )
    assert trace.tests == (Mark("A-1", "tests/room/test_a.py", ""),)
    assert [mark.requirement for mark in trace.unknown] == ["A-2"]
    assert trace.untested == ["A-2"]
    assert trace.open == []
    line = "| A-1 | one \\| two | `room/rules.py::C` | `tests/room/test_a.py` |"
    assert line in page(trace)


@pytest.mark.slow
def test_the_command_tells_when_the_page_is_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tools.traceability.PAGE", tmp_path / "page.md")

    assert main(["--check"]) == 1
    assert "is stale: run `make trace`" in capsys.readouterr().err
    assert main([]) == 0
    assert main(["--check"]) == 0


def test_a_mark_names_a_requirement() -> None:
    with pytest.raises(ValueError, match="at least one"):
        implements()
