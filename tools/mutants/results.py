"""What a run of mutmut left: mutants killed and survivors, by room."""

import ast
import json
import tomllib
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.format_utils import orig_function_and_class_names_from_key

from tools.mutants.work_copy import WORK

EQUIVALENTS = Path(__file__).with_name("equivalent.toml")
KILLED = {"killed", "timeout"}


@dataclass(frozen=True, slots=True)
class Equivalent:
    """A reviewed mutant that is the same rule in other words, and why."""

    place: str  # module and function
    was: str
    becomes: str
    why: str

    @property
    def path(self) -> str:
        return self.place.partition("::")[0]

    def __str__(self) -> str:
        return f"{self.place}: {self.was} → {self.becomes}"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of the rules; `becomes` is empty where lines are left out."""

    path: Path
    function: str
    line: int
    was: str
    becomes: str

    @property
    def place(self) -> str:
        return f"{self.path}::{self.function}"

    def is_same(self, known: Equivalent) -> bool:
        key = (known.place, known.was, known.becomes)
        return key == (self.place, self.was, self.becomes)

    def __str__(self) -> str:
        changes = (("-", self.was), ("+", self.becomes))
        lines = [
            f"    {sign} {line}" for sign, text in changes for line in text.splitlines()
        ]
        return "\n".join((f"{self.path}:{self.line} {self.function}", *lines))


@dataclass(frozen=True, slots=True)
class Module:
    """The result for one module."""

    path: Path
    killed: int
    survivors: tuple[Mutant, ...]


def equivalents() -> list[Equivalent]:
    entries = tomllib.loads(EQUIVALENTS.read_text())["mutants"]
    return [
        Equivalent(entry["place"], entry["was"], becomes, entry["why"])
        for entry in entries
        for becomes in entry["becomes"]
    ]


def modules() -> Iterator[Module]:
    """Modules of which mutants were tried."""
    for meta in sorted((WORK / "mutants").rglob("*.py.meta")):
        path = meta.relative_to(WORK / "mutants").with_suffix("")
        codes = json.loads(meta.read_text())["exit_code_by_key"]
        tried = {name: code for name, code in codes.items() if code is not None}
        survivors = [
            name
            for name, code in tried.items()
            if status_by_exit_code[code] not in KILLED
        ]
        if tried:
            mutants = tuple(mutant(path, name) for name in survivors)
            yield Module(path, len(tried) - len(survivors), mutants)


def mutant(path: Path, name: str) -> Mutant:
    """Where and what mutmut changed."""
    with chdir(WORK):
        diff = get_diff_for_mutant(name, path=path).splitlines()[2:]
    function, class_name = orig_function_and_class_names_from_key(name)
    first = first_line((WORK / path).read_text(), function, class_name)
    hunk_line = int(diff[0].split()[1].split(",")[0].removeprefix("-"))
    unchanged = next(n for n, line in enumerate(diff[1:]) if line[0] in "+-")
    return Mutant(
        path,
        f"{class_name}.{function}" if class_name else function,
        first + hunk_line - 1 + unchanged,
        *(changed_lines(diff, sign) for sign in "-+"),
    )


def changed_lines(diff: list[str], sign: str) -> str:
    return "\n".join(line[1:].strip() for line in diff if line.startswith(sign))


def first_line(source: str, function: str, class_name: str | None) -> int:
    """Line of a function, or of the comments right above it."""
    body = ast.parse(source).body
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name == class_name:
            body = node.body
    defined = (node for node in body if isinstance(node, ast.FunctionDef))
    line = next(node.lineno for node in defined if node.name == function)
    lines = source.splitlines()
    while lines[line - 2].lstrip().startswith("#"):
        line -= 1
    return line
