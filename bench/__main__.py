"""`python -m bench [rounds]`: databases of its own, then the figures in words."""

import os
import subprocess
import sys

from bench.stage import database

ROUNDS = 300
APPS = "simple_history,pghistory,bench.room"


def report(rounds: int) -> None:
    from bench.logs import ROWS, tables  # noqa: PLC0415 - after the settings are there
    from bench.proof import GOAL_A_SECOND, proof  # noqa: PLC0415 - the same
    from bench.saving import saving  # noqa: PLC0415 - the same
    from bench.writing import database_clock, writing  # noqa: PLC0415 - the same

    out = sys.stdout.write
    out(f"Medians of {rounds} rounds in turns, in milliseconds.\n\n")
    out("Saving a form of 40 items: POST through the whole stack, against the same\n")
    out(
        "form as a bare ModelForm view without trail, checks and roles (at most 2.0).\n"
    )
    for name, ours, bare in saving(rounds):
        ratio = f"{ours / bare:5.2f}"
        out(f"  {name:<34}{ours * 1e3:8.2f} {bare * 1e3:8.2f}   ratio {ratio}\n")
    out("\nWriting one row of 40 columns with its trail (ours at most 1.0): until it\n")
    out("is written, and the work of the database alone.\n")
    waits, works = writing(rounds), writing(rounds, database_clock())
    for operation, medians in waits.items():
        for name in medians:
            line = f"  {operation:<13}{name:<22}"
            for own in (medians, works[operation]):
                times = own["ours"] / own[name]
                line += f"{own[name] * 1e3:8.2f}   ours is {times:5.2f} of it"
            out(line + "\n")
    out(f"\nA log of {ROWS} rows as a table: what 95 of 100 do not exceed (1000).\n")
    for name, seconds in tables(min(rounds, 100)):
        out(f"  {name:<34}{seconds * 1e3:8.2f}   ratio {seconds:5.2f}\n")
    a_second = proof()
    out("\nEntries of the trail that `verify_audit` proves a second, data and guards\n")
    out(f"included (at least {GOAL_A_SECOND}): {a_second:.0f}\n")
    sys.stdout.flush()


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    untouched = os.environ.copy()
    with database("bench", EXTRA_APPS=APPS):
        report(rounds)
    # Anew, since settings are read once: the figures of mail count with safe commits.
    for module in ("bench.batches", "bench.pages", "bench.outbox"):
        command = [sys.executable, "-m", module]
        done = subprocess.run(command, env=untouched, check=False)  # noqa: S603 - our own
        if done.returncode:
            sys.exit(done.returncode)


if __name__ == "__main__":
    main()
