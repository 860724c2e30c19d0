"""Each act of the code and each recorded table has a kind of the trail, and words."""

import ast
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from monitoring.trail.selectors.kinds import form_codes, kind_of
from monitoring.trail.vocabulary import ACT_WORDS, TABLE_WORDS, TrailKind
from randomization.lists.services.allocation_list import AUDIT_ACTS
from record.accounts.services.proposals import REASON_CODES
from record.audit.models import Entry
from record.audit.triggers import recording_trigger
from record.capture.vocabulary import REASON_WORDS, ActReason
from record.casebook.models import FormInstance

# What records an act, with its name as the first argument.
RECORDERS = {
    "act",
    "act_beside",
    "act_on_forms",
    "_act",
    "begin",
    "refuse_stranger",
}
# Modules that take the name of an act from elsewhere, and the names that they take.
COMPUTED = {
    "entry.move.services": {"form_moved_away", "form_moved_here"},
    "randomization.lists.services.allocation_list": set(AUDIT_ACTS.values()),
    "randomization.product.services.preparation": set(),  # of calls in this module
    "record.accounts.services.sign_in": {"sign_out", "session_ended"},
    "record.audit.floods": set(),  # of those who begin a try
}


def modules():
    root = Path(settings.BASE_DIR)
    rooms = {app.split(".")[0] for app in settings.INSTALLED_APPS}
    for room in sorted(rooms - {"tests"}):
        for path in sorted((root / room).rglob("*.py")):
            if "migrations" not in path.parts:
                name = ".".join(path.relative_to(root).with_suffix("").parts)
                yield name, ast.parse(path.read_text())


def called(call):
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def imported(tree):
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    return {alias.name for node in imports for alias in node.names}


def first_arguments(names):
    """Of the calls of these names: module, what is called, and the argument."""
    for module, tree in modules():
        known = imported(tree)
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            if called(call) in names and call.args:
                is_here = called(call) in known
                yield module, is_here, call.args[0]


def constant(module, argument):
    """The text of a literal, or of a constant of the module; None for others."""
    if isinstance(argument, ast.Constant):
        return argument.value
    if isinstance(argument, ast.Name) and argument.id.isupper():
        return getattr(import_module(module), argument.id)
    return None


def acts_in_code():
    """The names of acts by constant; and the modules that compute one."""
    names, computing = set(), set()
    for module, is_here, argument in first_arguments(RECORDERS):
        if name := constant(module, argument):
            names.add(name)
        elif is_here:
            computing.add(module)
    return names, computing


@pytest.mark.verifies("AUD-09")
def test_each_act_of_the_code_has_a_kind_and_words():
    names, computing = acts_in_code()

    assert computing == set(COMPUTED)
    every = names.union(*COMPUTED.values())
    assert every == set(ACT_WORDS)
    kinds = {name: kind_of(Entry(act=name, new_values={})) for name in every}
    assert [name for name, kind in kinds.items() if kind == TrailKind.OTHER] == []


@pytest.mark.verifies("AUD-09")
def test_each_recorded_table_has_a_kind_and_words():
    tables = {m._meta.db_table for m in apps.get_models() if recording_trigger(m)}
    entries = [
        Entry(table_name=name, operation=operation, new_values={})
        for name in sorted(tables)
        for operation in ("INSERT", "UPDATE")
    ]

    others = [e.table_name for e in entries if kind_of(e) == TrailKind.OTHER]

    assert others == []
    forms = {FormInstance._meta.db_table, *form_codes()}
    assert tables - forms == set(TABLE_WORDS)


@pytest.mark.verifies("AUD-08")
def test_each_code_of_a_reason_has_words():
    codes = {constant(module, code) for module, _, code in first_arguments({"Reason"})}

    assert (codes | set(REASON_CODES.values())) - {None, "sealed"} <= set(REASON_WORDS)
    own = {code.value for code in ActReason}
    assert own <= codes | set(REASON_CODES.values()) | {"rights"}
