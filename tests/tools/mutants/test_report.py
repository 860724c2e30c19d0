"""The table by room, the survivors, and what is explained."""

from pathlib import Path

from tools.mutants.__main__ import names_in, report
from tools.mutants.results import Equivalent, Module, Mutant, first_line

STAYS, SCHEDULE = Path("outcomes/rules/stays.py"), Path("visits/schedule/rules.py")
SURVIVOR = Mutant(STAYS, "days_in", 25, "if finish > begin:", "if finish >= begin:")
LEFT_OUT = Mutant(SCHEDULE, "Window.span", 40, "default=None,\n)", ")")
EXPLAINED = Equivalent(
    "outcomes/rules/stays.py::days_in",
    "if finish > begin:",
    "if finish >= begin:",
    "A stay of no length adds nothing.",
)


def test_survivors_are_told_and_counted_by_room(capsys):
    results = [Module(STAYS, 19, (SURVIVOR,)), Module(SCHEDULE, 9, (LEFT_OUT,))]

    is_bad = report(results, [])

    assert is_bad
    assert (
        capsys.readouterr().out
        == """\
outcomes/rules/stays.py:25 days_in
    - if finish > begin:
    + if finish >= begin:

visits/schedule/rules.py:40 Window.span
    - default=None,
    - )
    + )

room            mutants  killed  equivalent  survived killed %
outcomes             20      19           0         1     95.0
visits               10       9           0         1     90.0
all                  30      28           0         2     93.3
0 equivalent, explained in equivalent.toml
"""
    )


def test_what_is_explained_is_put_aside_openly(capsys):
    is_bad = report([Module(STAYS, 19, (SURVIVOR,))], [EXPLAINED])

    assert not is_bad
    assert (
        capsys.readouterr().out
        == """\
room            mutants  killed  equivalent  survived killed %
outcomes             20      19           1         0    100.0
all                  20      19           1         0    100.0
1 equivalent, explained in equivalent.toml
"""
    )


def test_an_explanation_of_nothing_is_a_fault(capsys):
    is_bad = report([Module(STAYS, 20, ())], [EXPLAINED])

    assert is_bad
    assert capsys.readouterr().out.endswith(
        "outdated, no such mutant survives: outcomes/rules/stays.py::days_in: "
        "if finish > begin: → if finish >= begin:\n"
    )


def test_a_place_is_a_room_a_feature_or_a_module():
    assert names_in("visits") == "visits.*"
    assert names_in("visits/schedule/") == "visits.schedule.*"
    assert names_in("outcomes/rules/stays.py") == "outcomes.rules.stays.*"
    assert names_in("outcomes/rules/__init__.py") == "outcomes.rules.*"


def test_a_function_begins_with_the_comments_above_it():
    source = "x = 1\n\n\n# implements('A')\n# twice\ndef f():\n    return 1\n"
    method = "class C:\n    y = 1\n\n    def f(self):\n        return 2\n"

    assert first_line(source, "f", None) == 4
    assert first_line(method, "f", "C") == 4
