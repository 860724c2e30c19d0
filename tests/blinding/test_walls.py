"""Who can read an arm at all, whatever a page asks."""

import tomllib
from pathlib import Path

import pytest

from randomization.models import Allocation, Slot
from tools.launch.folders import PROJECT

# Rooms, and modules, that were looked at line by line before they were let in.
READERS = {
    "randomization.services",
    "exports.selectors.unblinded",
    "monitoring.closed_report",
}
# What a list finds its slots by, inside the room.
OWN = {Allocation: [], Slot: ["list"]}
ROOMS = ("*/*.py", "*/*/*.py")


@pytest.mark.verifies("RND-04")
def test_the_import_contract_lets_nobody_else_to_the_arms():
    told = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    contracts = {one["name"]: one for one in told["tool"]["importlinter"]["contracts"]}

    contract = contracts["Only randomization sees the allocation"]

    assert contract["type"] == "protected"
    assert contract["protected_modules"] == ["randomization.arms"]
    assert set(contract["allowed_importers"]) <= READERS
    assert contract.get("ignore_imports", []) == []


@pytest.mark.verifies("RND-04")
def test_the_key_of_the_arms_is_named_in_one_module():
    sources = {path for pattern in ROOMS for path in PROJECT.glob(pattern)}
    naming = {
        str(path.relative_to(PROJECT))
        for path in sources
        if "Purpose.ALLOCATION" in path.read_text() and not _is_test(path)
    }

    assert naming == {"randomization/arms.py"}


def _is_test(path: Path) -> bool:
    return path.relative_to(PROJECT).parts[0] in ("tests", ".venv", ".state")


@pytest.mark.verifies("RND-04")
@pytest.mark.parametrize("model", [Allocation, Slot])
def test_nothing_leads_back_to_an_allocation(model):
    """A template or a filter of another model cannot reach it by a name."""
    pointing = [
        one for one in model._meta.get_fields() if one.many_to_one or one.one_to_one
    ]

    assert pointing
    assert [one.name for one in pointing if not one.remote_field.hidden] == OWN[model]
