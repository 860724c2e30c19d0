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
from collections.abc import Iterator, Sequence
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
        subprocess.run(command, cwd=WORK, stdout=output, check=True)  # noqa: S603 - ours
    return report(list(modules()), equivalents())


def names_in(place: str) -> str:
    """Pattern of the mutants of a room, a feature or a module."""
    name = place.removesuffix("/").removesuffix(".py").replace("/", ".")
    return f"{name.removesuffix('.__init__')}.*"


def report(results: Sequence[Module], known: Sequence[Equivalent]) -> int:
    survivors = [mutant for module in results for mutant in module.survivors]
    unexplained = [m for m in survivors if not any(map(m.is_same, known))]
    outdated = list(without_survivor(known, results))
    rows = list(rows_by_room(results, unexplained))
    lines = [
        *(f"{mutant}\n" for mutant in unexplained),
        HEADING,
        *(ROW.format(*row) for row in rows),
        f"{len(survivors) - len(unexplained)} equivalent, explained in equivalent.toml",
        *(
            f"equivalent.toml: outdated, no such survivor: {entry}"
            for entry in outdated
        ),
    ]
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return bool(outdated) or any(float(row[-1]) < LEAST_PERCENT for row in rows)


def rows_by_room(
    results: Sequence[Module], unexplained: Sequence[Mutant]
) -> Iterator[tuple[str, int, int, int, int, str]]:
    rooms = groupby(results, key=lambda module: module.path.parts[0])
    for room, items in [
        *((room, list(items)) for room, items in rooms),
        ("all", results),
    ]:
        paths = {module.path for module in items}
        killed = sum(module.killed for module in items)
        survived = sum(mutant.path in paths for mutant in unexplained)
        total = killed + sum(len(module.survivors) for module in items)
        percent = 100 * killed / (killed + survived)
        equivalent = total - killed - survived
        yield room, total, killed, equivalent, survived, f"{percent:.1f}"


def without_survivor(
    known: Sequence[Equivalent], results: Sequence[Module]
) -> Iterator[Equivalent]:
    """Entries about modules of this run that explain nothing any more."""
    for module in results:
        of_module = (k for k in known if k.place.startswith(f"{module.path}::"))
        for entry in of_module:
            if not any(mutant.is_same(entry) for mutant in module.survivors):
                yield entry


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
