"""Each setting of protocol.toml is read somewhere; one that nothing reads must go."""

import ast
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

from tools.traceability import ROOT, collect, sources
from trial_edc.protocol import Protocol

NO_PRODUCT = {"tests", "simulation", "bench", "tools"}
READ_OTHERWISE = (
    "registry.",  # the record's own words, held against the record (PRT-01)
    "arms.",
    "endpoints.",
    "criteria.",
    "go_live.",  # by the names in randomization.go_live.selectors.ROLES
    "infusion.precedent.",
    "reminders.texts.",  # by kind of message, then by language (`spoken`)
)
AWAITING = {
    # A reference case (EL049) turns it on; the sensitivity analysis will read it.
    "eligibility.baseline_impute_for_outcomes": "ANA-01",
}


def leaves(table: type[Any], path: str = "") -> Iterator[str]:
    """Return the dotted keys of a table, lists of tables included."""
    hints = get_type_hints(table)
    for field in fields(table):
        kinds = [hints[field.name], *get_args(hints[field.name])]
        tables = [kind for kind in kinds if is_dataclass(kind)]
        for kind in tables:
            yield from leaves(kind, f"{path}{field.name}.")  # type: ignore[arg-type]
        if not tables:
            yield f"{path}{field.name}"


def attributes() -> set[str]:
    """Return every name that follows a dot in the product, the protocol left out."""
    return {
        node.attr
        for path in sources(ROOT)
        if (place := path.relative_to(ROOT).parts)[0] not in NO_PRODUCT
        and place[:2] != ("trial_edc", "protocol")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
    }


def test_every_setting_is_read() -> None:
    read = attributes()

    unread = {
        leaf
        for leaf in leaves(Protocol)
        if leaf.rsplit(".", 1)[-1] not in read and not leaf.startswith(READ_OTHERWISE)
    }

    assert unread == set(AWAITING)


def test_what_is_not_read_yet_awaits_a_requirement() -> None:
    still_open = {requirement.id for requirement in collect().open}

    assert set(AWAITING.values()) <= still_open
