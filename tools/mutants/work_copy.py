"""The copy of the project in which mutmut works; nothing else is changed."""

import ast
import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

from tools.launch.folders import PROJECT, state_folder

CONFIGURATION = Path(__file__).with_name("mutmut.toml")
WORK = state_folder() / "mutants"
OF_MUTMUT = ("staticmethod", "classmethod")  # decorators that it knows
# A cached value would hide from mutmut which tests reach a function.
DROPPED = re.compile(r"implements|cache\b|lru_cache")


def make_copy() -> None:
    """Copy rooms and tests anew, the rules without their decorators.

    No `conftest.py` comes along: what judges here needs no servers and no Django.
    """
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    shutil.copy(CONFIGURATION, WORK / "pyproject.toml")
    unwanted = shutil.ignore_patterns("__pycache__", "migrations", "conftest.py")
    for room in (*configuration()["source_paths"], "tests"):
        shutil.copytree(PROJECT / room, WORK / room, ignore=unwanted)
    for pattern in configuration()["only_mutate"]:
        for path in WORK.glob(pattern.replace("*/", "**/", 1)):
            path.write_text(undecorated(path.read_text()))


def configuration() -> dict[str, Any]:
    tool: dict[str, Any] = tomllib.loads(CONFIGURATION.read_text())["tool"]["mutmut"]
    return tool


def undecorated(source: str) -> str:
    """Apply each decorator in a line after its function, on the same line numbers.

    Mutmut passes over decorated functions. A blank line follows each function, so
    `@property` above `ratio` becomes `ratio = property(ratio)` below it.
    """
    lines = [*source.splitlines(), ""]
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef):
            continue
        applied = node.name
        for decorator in reversed(node.decorator_list):
            text = ast.unparse(decorator).replace("cached_property", "property")
            if text in OF_MUTMUT:
                continue
            lines[decorator.lineno - 1] = " " * node.col_offset + f"# {text}"
            if not DROPPED.match(text):
                applied = f"{text}({applied})"
        if applied != node.name:
            place = node.end_lineno or 0
            lines[place] = " " * node.col_offset + f"{node.name} = {applied}"
    return "\n".join(lines)
