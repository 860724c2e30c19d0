"""`python -m bench [rounds]`: a database of its own, then the ratios in words."""

import base64
import contextlib
import os
import shutil
import sys
from collections.abc import Iterator

from trial_edc.launch import folders, postgres

ROUNDS = 300
APPS = "simple_history,pghistory,bench.room"


@contextlib.contextmanager
def database() -> Iterator[None]:
    """Start an empty database and set what the settings read."""
    slot = folders.state_folder() / "bench"
    shutil.rmtree(slot, ignore_errors=True)
    (slot / "state" / "static").mkdir(parents=True)
    with postgres.databases(slot / "postgres", for_tests=True) as urls:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "trial_edc.settings",
            "DATABASE_URL": urls.runtime,
            "OWNER_DATABASE_URL": urls.owner,
            "SECRET_KEY": "only-for-the-bench-" * 3,
            "VAULT_KEYS": base64.b64encode(b"only-for-the-bench".ljust(32)).decode(),
            "STATE_DIR": str(slot / "state"),
            "DEMO": "1",
            "DEBUG": "0",
            "LOG_LEVEL": "ERROR",
            "EXTRA_APPS": APPS,
        }
        yield


def tell(rounds: int) -> None:
    """Measure and print."""
    from bench.saving import saving  # noqa: PLC0415 - after the settings are there
    from bench.writing import writing  # noqa: PLC0415 - the same

    out = sys.stdout.write
    out(f"Medians of {rounds} rounds in turns, in milliseconds.\n\n")
    out("Saving a form of 40 items: POST through the whole stack, against the same\n")
    out(
        "form as a bare ModelForm view without trail, checks and roles (at most 2.0).\n"
    )
    for name, ours, bare in saving(rounds):
        ratio = f"{ours / bare:5.2f}"
        out(f"  {name:<34}{ours * 1e3:8.2f} {bare * 1e3:8.2f}   ratio {ratio}\n")
    out("\nWriting one row of 40 columns with its trail (ours at most 1.0).\n")
    for operation, found in writing(rounds).items():
        for name, seconds in found.items():
            ratio = f"{found['ours'] / seconds:5.2f}"
            line = f"  {operation:<13}{name:<22}{seconds * 1e3:8.2f}"
            out(line + ("\n" if name == "ours" else f"   ours is {ratio} of it\n"))


def main() -> None:
    """Run everything on a database of its own."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with database():
        import django  # noqa: PLC0415 - after the settings are there
        from django.core.management import call_command  # noqa: PLC0415 - the same
        from django.db import connections  # noqa: PLC0415 - the same

        django.setup()
        call_command("migrate", verbosity=0, skip_checks=True)
        tell(rounds)
        connections.close_all()


if __name__ == "__main__":
    main()
