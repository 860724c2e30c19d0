"""Each permission is asked for somewhere, or a requirement will bring the asking."""

import ast

import pytest

from record.accounts.roles import AWAITING, Permission
from tools.traceability import ROOT, Trace, collect, sources

ROLES = ROOT / "record/accounts/roles.py"
NO_PRODUCT = {"tests", "simulation", "bench", "tools"}


@pytest.fixture(scope="module")
def trace() -> Trace:
    return collect()


@pytest.fixture(scope="module")
def permissions_in_use() -> set[Permission]:
    """Return the permissions that the product names as `Permission.…`."""
    names = {
        node.attr
        for path in sources(ROOT)
        if path != ROLES and path.relative_to(ROOT).parts[0] not in NO_PRODUCT
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and ast.unparse(node.value) in ("Permission", "roles.Permission")
    }
    return {Permission[name] for name in names}


def test_each_permission_is_asked_for_or_awaits_a_requirement(
    permissions_in_use,
) -> None:
    assert {one.name for one in Permission if one not in permissions_in_use} == {
        one.name for one in AWAITING
    }


def test_what_is_awaited_is_not_implemented_yet(trace: Trace) -> None:
    """Once the requirement is fulfilled its page must ask, and the row must go."""
    still_open = {requirement.id for requirement in trace.open}

    assert {
        permission.name: ids
        for permission, ids in AWAITING.items()
        if not ids or not still_open.issuperset(ids)
    } == {}
