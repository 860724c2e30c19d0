"""Where a line may live: what the import contracts of pyproject.toml cannot say."""

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

from trial_edc.rooms import PROJECT

ROOMS = ("enrollment", "randomization", "visits", "safety", "outcomes")
FACES = ("entry", "imports", "monitoring", "exports")
FLOORS = ("trial_edc", "record", *ROOMS, *FACES, "simulation", "tools")
# What writes the trail itself, and Django's own way of a fresh database.
WRITERS_OF_THE_TRAIL = "record/audit/"
WRITES = {
    "save", "create", "bulk_create", "bulk_update", "update_or_create",
    "get_or_create", "delete",
}  # fmt: skip
RECORDED = {"attributed", "act"}
MOST_LINES_OF_A_TEST_MODULE = 400
WRITING_KINDS = {"services", "consequences"}


def modules() -> dict[str, Path]:
    """Every module of the product by its dotted name."""
    found = {}
    for floor in FLOORS:
        for path in sorted((PROJECT / floor).rglob("*.py")):
            inner = path.relative_to(PROJECT).with_suffix("").parts
            name = ".".join(inner[:-1] if inner[-1] == "__init__" else inner)
            found[name] = path
    return found


MODULES = modules()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(name: str) -> set[str]:
    """The modules of the product that a module imports, inside functions too."""
    found = set()
    for node in ast.walk(tree_of(MODULES[name])):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in MODULES else node.module)
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
    return (found & set(MODULES)) - {name}


def test_no_modules_import_each_other_in_a_circle():
    graph = {name: imports_of(name) for name in MODULES}

    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


def features() -> set[str]:
    """The folders of a room that hold modules of the known kinds."""
    return {
        f"{room}.{path.parent.name}"
        for room in (*ROOMS, *FACES)
        for path in (PROJECT / room).glob("*/__init__.py")
        if path.parent.name not in KINDS
    }


CONTRACTS = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))[
    "tool"
]["importlinter"]["contracts"]
FEATURES = next(c for c in CONTRACTS if c["name"].startswith("Inside a feature"))
KINDS = {
    *(kind.strip("( )") for layer in FEATURES["layers"] for kind in layer.split("|")),
    *("migrations", "management", "templatetags"),
}


def test_the_contract_of_features_names_each_feature():
    assert features() <= set(FEATURES["containers"])


def writes() -> Iterator[tuple[str, int]]:
    """Where something is stored, by the word of Django or of the audit room."""
    for path in MODULES.values():
        where = path.relative_to(PROJECT).as_posix()
        if where.startswith(("simulation/", "tools/", WRITERS_OF_THE_TRAIL)):
            continue
        for node in ast.walk(tree_of(path)):
            match node:
                case ast.Call(func=ast.Attribute(attr=word)) if word in WRITES:
                    yield where, node.lineno
                case ast.Call(func=ast.Name(id=word)) if word in RECORDED:
                    yield where, node.lineno


# Not the database: a form that a view calls by Django's own name, a callback.
NO_WRITES = {
    "imports/views/files.py",
    "record/accounts/views/session.py",
    "record/casebook/models.py",
}


def test_only_services_and_consequences_write():
    elsewhere = {
        where
        for where, _line in writes()
        if "migrations" not in where
        and WRITING_KINDS.isdisjoint(Path(where).with_suffix("").parts)
    }

    assert elsewhere == NO_WRITES


def test_a_test_module_is_short_enough_to_be_read():
    too_long = {
        path.relative_to(PROJECT).as_posix(): lines
        for path in (PROJECT / "tests").rglob("*.py")
        if "migrations" not in path.parts
        and (lines := len(path.read_text(encoding="utf-8").splitlines()))
        > MOST_LINES_OF_A_TEST_MODULE
    }

    assert too_long == {}
