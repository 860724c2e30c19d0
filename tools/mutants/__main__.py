"""`make mutants`: which faults of the rules no test would notice.

mutmut changes the rules in one place at a time (`<` to `<=`, `and` to `or`, 1 to 2, an
argument to None) and runs the tests that reach the place. A mutant that every test lets
pass survives: a boundary there is untested, or the mutant is the same rule in other
words, which `equivalent.toml` then explains. `ARGS="visits outcomes/rules/stays.py"`
restricts the run to rooms, features or modules.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from tools.mutants.results import Equivalent, Module, Mutant, equivalents, modules
from tools.mutants.work_copy import WORK, make_copy

LEAST_PERCENT = 95
ROW = "{:<14} {:>8} {:>7} {:>11} {:>9} {:>8}"
HEADING = ROW.format("room", "mutants", "killed", "equivalent", "survived", "killed %")


def main(places: Sequence[str]) -> int:
    """Mutate, print, and tell by the exit code whether there is anything to do."""
    make_copy()
    mutmut = str(Path(sys.executable).with_name("mutmut"))
    options = ("--max-children", os.environ.get("WORKERS", "2"))
    command = (mutmut, "run", *options, *map(names_in, places))
    with (WORK / "mutmut.log").open("w") as log:
        output = None if sys.stdout.isatty() else log
        run = subprocess.run(  # noqa: S603 - a program of this environment
            command, cwd=WORK, stdout=output, stderr=output, check=False
        )
    if run.returncode:
        sys.exit(f"mutants: mutmut stopped; it says why here or in {log.name}")
    results = list(modules())
    known = [k for k in equivalents() if not places or k.path in paths_of(results)]
    return report(results, known)


def names_in(place: str) -> str:
    """Pattern of the mutants of a room, a feature or a module."""
    name = place.removesuffix("/").removesuffix(".py").replace("/", ".")
    return f"{name.removesuffix('.__init__')}.*"


def paths_of(results: Sequence[Module]) -> set[str]:
    return {str(module.path) for module in results}


def report(results: Sequence[Module], known: Sequence[Equivalent]) -> int:
    survivors = [mutant for module in results for mutant in module.survivors]
    unexplained = [m for m in survivors if not any(map(m.is_same, known))]
    outdated = [k for k in known if not any(m.is_same(k) for m in survivors)]
    rooms = groupby(results, key=lambda module: module.path.parts[0])
    scopes = {room: list(items) for room, items in rooms} | {"all": results}
    rows = [row(scope, items, unexplained) for scope, items in scopes.items()]
    lines = [
        *(f"{mutant}\n" for mutant in unexplained),
        HEADING,
        *(ROW.format(*cells) for cells in rows),
        f"{len(survivors) - len(unexplained)} equivalent, explained in equivalent.toml",
        *(f"outdated, no such mutant survives: {entry}" for entry in outdated),
    ]
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return bool(outdated) or any(float(cells[-1]) < LEAST_PERCENT for cells in rows)


def row(
    scope: str, results: Sequence[Module], unexplained: Sequence[Mutant]
) -> tuple[str, int, int, int, int, str]:
    """Counts of a room; the last is the share killed of those not equivalent."""
    killed = sum(module.killed for module in results)
    survived = sum(str(mutant.path) in paths_of(results) for mutant in unexplained)
    total = killed + sum(len(module.survivors) for module in results)
    percent = f"{100 * killed / (killed + survived):.1f}"
    return scope, total, killed, total - killed - survived, survived, percent


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
