"""The modules that can read an arm at all."""

import tomllib

import pytest

from randomization.models import Allocation, Slot
from tools.launch.folders import PROJECT

# Rooms and modules that were reviewed line by line before they were allowed.
READERS = {"randomization.*.services", "exports.selectors.unblinded"}
# The name by which a list reaches its slots, inside the room.
OWN = {Allocation: [], Slot: ["list"]}


@pytest.mark.verifies("RND-04")
def test_the_import_contract_lets_nobody_else_to_the_arms():
    configuration = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    import_rules = configuration["tool"]["importlinter"]["contracts"]
    contracts = {contract["name"]: contract for contract in import_rules}

    contract = contracts["Only randomization sees the allocation"]

    assert contract["type"] == "protected"
    assert contract["protected_modules"] == ["randomization.arms"]
    assert set(contract["allowed_importers"]) <= READERS
    assert contract.get("ignore_imports", []) == []


@pytest.mark.verifies("RND-04")
def test_the_key_of_the_arms_is_named_in_one_module():
    naming = {
        str(path.relative_to(PROJECT))
        for room in PROJECT.glob("*/__init__.py")
        if room.parent.name != "tests"
        for path in room.parent.rglob("*.py")
        if "Purpose.ALLOCATION" in path.read_text()
    }

    assert naming == {"randomization/arms.py"}


@pytest.mark.verifies("RND-04")
@pytest.mark.parametrize("model", [Allocation, Slot])
def test_nothing_leads_back_to_an_allocation(model):
    """A template or a filter of another model cannot reach it by a name."""
    pointing = [
        field
        for field in model._meta.get_fields()
        if field.many_to_one or field.one_to_one
    ]

    assert pointing
    visible = [field.name for field in pointing if not field.remote_field.hidden]
    assert visible == OWN[model]
