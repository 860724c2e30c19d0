"""`pg_dump` and `pg_restore`: found, run, and believed only when they ended well."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connections

# Long waits are not the server's fault while everything is read.
PATIENT = "-c lock_timeout=60s -c statement_timeout=0"


class ProgramFailed(Exception):
    """The program is missing or ended with an error; what it said is the message."""


def dump(
    target: IO[bytes], *, alias: str, snapshot: str, without: Sequence[str]
) -> None:
    """Write a dump of the database as of an exported snapshot.

    Large objects are left out: the record has none, and one that somebody made would
    stand in the way of the whole dump. `without` names tables whose rows are left out.
    """
    options = [f"--exclude-table-data=public.{table}" for table in without]
    _run(
        "pg_dump",
        "--format=custom",
        "--compress=6",
        "--no-large-objects" if _major("pg_dump") >= 16 else "--no-blobs",  # noqa: PLR2004
        # `roles.sql` takes rights on its functions, as a superuser, on each machine.
        "--exclude-schema=pg_catalog",
        f"--snapshot={snapshot}",
        *options,
        alias=alias,
        target=target,
    )


def load(path: Path, *, alias: str) -> None:
    """Restore a dump into the empty database of the connection, all or nothing."""
    _run(
        "pg_restore",
        "--single-transaction",
        "--exit-on-error",
        "--no-owner",
        alias=alias,
        source=path,
    )


def _run(
    name: str,
    *options: str,
    alias: str,
    target: IO[bytes] | None = None,
    source: Path | None = None,
) -> None:
    result = subprocess.run(  # noqa: S603 - a program found by this module
        [_program(name), *options, *_place(alias), *([source] if source else [])],
        env=_environment(alias),
        stdin=subprocess.DEVNULL,
        stdout=target or subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if result.returncode:
        answer = result.stderr.strip() or f"it ended with status {result.returncode}"
        message = f"{name}: {answer}"
        raise ProgramFailed(message)


def _program(name: str) -> str:
    path = shutil.which(name, path=settings.PG_BIN or None)
    if path is None:
        where = f"in PG_BIN={settings.PG_BIN}" if settings.PG_BIN else "on the PATH"
        message = (
            f"There is no {name} {where}. Install the client programs of PostgreSQL, "
            "not older than the server, or set PG_BIN to their folder."
        )
        raise ProgramFailed(message)
    return path


def _major(name: str) -> int:
    result = subprocess.run(  # noqa: S603 - a program found by this module
        [_program(name), "--version"], capture_output=True, text=True, check=False
    )
    digits = result.stdout.rpartition(") ")[2].partition(".")[0]
    if not digits.strip().isdecimal():
        message = f"{name} does not run: {result.stderr.strip()}"
        raise ProgramFailed(message)
    return int(digits)


def _place(alias: str) -> list[str]:
    database = connections[alias].settings_dict
    options = {
        "host": database["HOST"] or database["OPTIONS"].get("host", ""),
        "port": database["PORT"],
        "username": database["USER"],
        "dbname": database["NAME"],
    }
    return [f"--{name}={value}" for name, value in options.items() if value]


def _environment(alias: str) -> dict[str, str]:
    """A password goes through the environment: command lines are read by all."""
    password = str(connections[alias].settings_dict["PASSWORD"] or "")
    return os.environ | {"PGPASSWORD": password, "PGOPTIONS": PATIENT, "LC_ALL": "C"}
