"""Pytest plugin: one embedded cluster and broker per run, before the settings load.

Runs beside each other take different slots of the state folder. Each xdist worker has a
database of its own, a copy of a template that the owner role has migrated.
"""

import base64
import contextlib
import functools
import hashlib
import ipaddress
import itertools
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import psycopg2.errors
import pytest

from tools.launch import folders, postgres, valkey
from tools.launch.problems import Busy, LaunchError

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
NAME = f"edc_test_{WORKER}"
PATIENCE = 50  # tries, five a second
# What decides how a migrated database looks.
SCHEMA_SOURCES = (
    "*/migrations/*.py",
    "record/*/migrations/*.py",
    "tests/*/migrations/*.py",
    "record/audit/**/*.sql",
    "tools/launch/roles.sql",
    "*/apps.py",
    "record/*/apps.py",
    "record/audit/**/*.py",
)
SCHEMA_FILES = ("requirements.txt", "trial_edc/settings.py")
SECRETS = {
    "SECRET_KEY": "only-for-tests-" * 4,
    "VAULT_KEYS": base64.b64encode(b"only-for-tests".ljust(32)).decode(),
}
_running = contextlib.ExitStack()


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None]:
    """Hand the servers to Django before pytest-django reads the settings."""
    _stay_on_loopback()
    if WORKER == "main":
        try:
            _start()
        except LaunchError as problem:
            raise pytest.UsageError(str(problem)) from None
    for variable in ("DATABASE_URL", "OWNER_DATABASE_URL"):
        os.environ[variable] = renamed(os.environ[variable], NAME)
    return (yield)


def pytest_unconfigure() -> None:
    """Stop what this process started; workers started nothing."""
    _running.close()


def _start() -> None:
    slot = _free_slot()
    files = slot / "state"
    shutil.rmtree(files, ignore_errors=True)
    (files / "static").mkdir(parents=True)  # as after collectstatic
    major = postgres.programs().major if "DATABASE_URL" not in os.environ else "own"
    urls = _running.enter_context(
        postgres.databases(slot / f"postgres-{major}", for_tests=True)
    )
    os.environ |= SECRETS | {
        "DATABASE_URL": urls.runtime,
        "OWNER_DATABASE_URL": urls.owner,
        "REDIS_URL": _running.enter_context(valkey.broker(slot / "valkey")),
        "STATE_DIR": str(files),
        "DEMO": "1",
        "DEBUG": "0",
        "EXTRA_APPS": "tests.sample_room",
    }


def _free_slot() -> Path:
    """Take the first slot that no other run uses; its lock lasts as long as the run."""
    for number in itertools.count(1):
        slot = folders.state_folder() / "test" / str(number)
        with contextlib.suppress(Busy):
            _running.enter_context(folders.locked(slot, busy="another test run"))
            return slot
    raise AssertionError


def renamed(url: str, name: str) -> str:
    """Give the URL of another database on the same server."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


@contextlib.contextmanager
def _administration() -> Iterator[Any]:
    connection = psycopg2.connect(renamed(os.environ["OWNER_DATABASE_URL"], "edc"))
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def clean_database(name: str = NAME) -> None:
    """Make this worker's database anew, exactly as the migrations leave it.

    A copy of the template, not a flush: the audit trail refuses TRUNCATE, and what
    migrations stored must be there again.
    """
    with _administration() as cursor:
        template = _template(cursor)
        _drop(cursor, name)
        _copy(cursor, name, template)


def _copy(cursor: Any, name: str, template: str) -> None:
    """Copy a database; who may do what with it as a whole is no part of a copy."""
    cursor.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    cursor.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
    runtime = urlsplit(os.environ["DATABASE_URL"]).username
    cursor.execute(f"GRANT CONNECT ON DATABASE {name} TO {runtime}")


def empty_database(name: str) -> None:
    """Make a database as `roles.sql` leaves one: without a table."""
    with _administration() as cursor:
        _drop(cursor, name)
        cursor.execute(f"CREATE DATABASE {name}")
        cursor.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
        runtime = urlsplit(os.environ["DATABASE_URL"]).username
        cursor.execute(f"GRANT CONNECT ON DATABASE {name} TO {runtime}")


def drop_database(name: str) -> None:
    """Drop a database that a test made beside this worker's."""
    with _administration() as cursor:
        _drop(cursor, name)


@contextlib.contextmanager
def snapshot() -> Iterator[Callable[[], None]]:
    """Keep this worker's database as it is now; what is given brings it back.

    The caller closes its connections before each.
    """
    kept = f"{NAME}_kept"

    def copy(name: str, of: str) -> None:
        with _administration() as cursor:
            _drop(cursor, name)
            _end_sessions(of)
            _copy(cursor, name, of)

    copy(kept, NAME)
    try:
        yield lambda: copy(NAME, kept)
    finally:
        with _administration() as cursor:
            _drop(cursor, kept)


def _end_sessions(name: str) -> None:
    """End what the runtime role still does there, as that role: the owner may not."""
    connection = psycopg2.connect(renamed(os.environ["DATABASE_URL"], "edc"))
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = %s AND usename = current_user",
                [name],
            )
    finally:
        connection.close()


def _drop(cursor: Any, name: str) -> None:
    """Drop a database, whoever is in it.

    FORCE ends the owner's sessions, but the server refuses it while autovacuum is at
    work there; the plain command ends that one.
    """
    for _attempt in range(PATIENCE):
        _end_sessions(name)
        for force in (" WITH (FORCE)", ""):
            with contextlib.suppress(
                psycopg2.errors.InsufficientPrivilege, psycopg2.errors.ObjectInUse
            ):
                cursor.execute(f"DROP DATABASE IF EXISTS {name}{force}")
                return
        time.sleep(0.2)
    message = f"The database {name} is in use and cannot be made anew."
    raise RuntimeError(message)


def _template(cursor: Any) -> str:
    """Migrate once for every state of the migrations; workers wait for each other."""
    name = f"edc_template_{_schema_digest()}"
    cursor.execute("SELECT pg_advisory_lock(hashtext('edc_template'))")
    cursor.execute("SELECT datname FROM pg_database WHERE datname ~ '^edc_template_'")
    known = {row[0] for row in cursor.fetchall()}
    if name not in known:
        for outdated in known:
            _drop(cursor, outdated)
        unfinished = f"{name}_unfinished"
        cursor.execute(f"CREATE DATABASE {unfinished}")
        _migrate(unfinished)
        cursor.execute(f"ALTER DATABASE {unfinished} RENAME TO {name}")
    cursor.execute("SELECT pg_advisory_unlock(hashtext('edc_template'))")
    return name


def _migrate(name: str) -> None:
    urls = {
        variable: renamed(os.environ[variable], name)
        for variable in ("DATABASE_URL", "OWNER_DATABASE_URL")
    }
    migration = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--database=owner", "--skip-checks"],
        cwd=folders.PROJECT,
        env=os.environ | urls,
        capture_output=True,
        text=True,
        check=False,
    )
    if migration.returncode:
        message = f"The migrations fail:\n{migration.stdout}{migration.stderr}"
        raise RuntimeError(message)


@functools.cache  # asked for after each test that commits
def _schema_digest() -> str:
    project = folders.PROJECT
    found = {path for pattern in SCHEMA_SOURCES for path in project.glob(pattern)}
    found |= {project / name for name in SCHEMA_FILES}
    digest = hashlib.sha256()
    for path in sorted(path for path in found if path.is_file()):
        digest.update(str(path.relative_to(project)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


INTERNET = (socket.AF_INET, socket.AF_INET6)


def _stay_on_loopback() -> None:
    """Refuse to leave the machine: a test that needs a network is no test.

    Not an audit hook: one runs within `sys.settrace` too, where Python 3.11 kills a
    thread that another interrupts, as coverage does whenever two threads start.
    """
    connect, resolve = socket.socket.connect, socket.getaddrinfo

    def connect_nearby(channel: socket.socket, address: Any) -> None:
        if channel.family in INTERNET:
            _refuse_unless_loopback(address[0])
        connect(channel, address)

    def resolve_nearby(host: str | bytes | None, *rest: Any, **options: Any) -> Any:
        _refuse_unless_loopback(host)
        return resolve(host, *rest, **options)

    setattr(socket.socket, "connect", connect_nearby)  # noqa: B010 - mypy
    socket.getaddrinfo = resolve_nearby


def _refuse_unless_loopback(host: str | bytes | None) -> None:
    if host and not _is_loopback(host):
        message = f"A test may not reach {host!r}: sockets are for loopback only."
        raise ConnectionRefusedError(message)


def _is_loopback(host: str | bytes) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
