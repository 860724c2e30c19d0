"""The embedded PostgreSQL: data that last, clear refusals, nothing left behind."""

import contextlib
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from tests.tools.launch.conftest import Parent
from tools.launch import folders, postgres, processes
from tools.launch.problems import Busy, LaunchError

pytestmark = pytest.mark.slow


@contextlib.contextmanager
def session(url: str) -> Iterator[Any]:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def running(
    folder: Path, server: postgres.Programs
) -> contextlib.AbstractContextManager[postgres.Databases]:
    return postgres.Cluster(folder, server, for_tests=True).running()


def test_keeps_its_data_between_starts(
    tmp_path: Path, server: postgres.Programs
) -> None:
    with running(tmp_path, server) as urls, session(urls.owner) as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT '肾'::text AS value")

    with running(tmp_path, server) as urls, session(urls.owner) as cursor:
        cursor.execute("SELECT value FROM kept")

        assert cursor.fetchall() == [("肾",)]
    assert list(processes.living_in(tmp_path / "data")) == []


def test_runtime_role_may_create_nothing(
    tmp_path: Path, server: postgres.Programs
) -> None:
    with running(tmp_path, server) as urls, session(urls.runtime) as cursor:
        for statement in (
            "CREATE TABLE mine ()",
            "CREATE SCHEMA mine",
            "CREATE ROLE mine",
            "CREATE DATABASE mine",
        ):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(statement)


def test_recovers_after_everything_was_killed(
    tmp_path: Path, server: postgres.Programs, parent: type[Parent]
) -> None:
    starter = parent(
        "import sys; from pathlib import Path; from tools.launch import postgres\n"
        f"server = postgres.Programs(Path({str(server.folder)!r}), {server.major})\n"
        f"run = postgres.Cluster(Path({str(tmp_path)!r}), server, for_tests=False)\n"
        "context = run.running(); context.__enter__()"
    )
    socket = tmp_path / "socket"
    with session(f"postgres://edc_owner@/edc?host={socket}") as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT generate_series(1, 100) AS value")
    postmaster = int((tmp_path / "data" / "postmaster.pid").read_text().split()[0])

    os.kill(postmaster, signal.SIGKILL)
    starter.kill()

    with running(tmp_path, server) as urls, session(urls.owner) as cursor:
        cursor.execute("SELECT count(*) FROM kept")
        assert cursor.fetchall() == [(100,)]


def test_dies_with_its_parent(
    tmp_path: Path, wheel: postgres.Programs, parent: type[Parent]
) -> None:
    starter = parent(
        "from pathlib import Path; from tools.launch import postgres\n"
        f"server = postgres.Programs(Path({str(wheel.folder)!r}), {wheel.major})\n"
        f"run = postgres.Cluster(Path({str(tmp_path)!r}), server, for_tests=True)\n"
        "context = run.running(); context.__enter__()"
    )
    assert list(processes.living_in(tmp_path / "data")) != []

    starter.kill()

    assert processes.wait_until_empty(tmp_path / "data", patience_seconds=10)


def test_believes_no_pid_file(tmp_path: Path, wheel: postgres.Programs) -> None:
    """The pid in it may belong to somebody else by now: here, to this very process."""
    with running(tmp_path, wheel):
        lines = (tmp_path / "data" / "postmaster.pid").read_text().split("\n")
    (tmp_path / "data" / "postmaster.pid").write_text(
        "\n".join([str(os.getpid()), *lines[1:]])
    )

    with running(tmp_path, wheel) as urls, session(urls.runtime) as cursor:
        cursor.execute("SELECT 1")


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user needs no disguise")
def test_root_without_user_namespaces_starts_it_as_nobody(
    tmp_path: Path,
    server: postgres.Programs,
    parent: type[Parent],
) -> None:
    """And gets the data back when there are namespaces again."""
    starter = parent(
        "from pathlib import Path; from tools.launch import postgres\n"
        "postgres.NAMESPACE = ('false',)\n"
        f"server = postgres.Programs(Path({str(server.folder)!r}), {server.major})\n"
        f"run = postgres.Cluster(Path({str(tmp_path)!r}), server, for_tests=True)\n"
        "context = run.running(); context.__enter__()"
    )
    assert (tmp_path / "data").stat().st_uid == postgres.NOBODY
    with session(f"postgres://edc_runtime@/edc?host={tmp_path}/socket") as cursor:
        cursor.execute("SELECT 1")
    starter.kill()
    assert processes.wait_until_empty(tmp_path / "data", patience_seconds=10)

    with running(tmp_path, server) as urls, session(urls.owner) as cursor:
        cursor.execute("SELECT 1")


def test_refuses_a_second_starter(tmp_path: Path, wheel: postgres.Programs) -> None:
    with running(tmp_path, wheel), pytest.raises(Busy), running(tmp_path, wheel):
        pass


def test_long_path_gets_a_short_socket_folder(
    tmp_path: Path, wheel: postgres.Programs
) -> None:
    deep = tmp_path / ("deep" * 12) / ("deeper" * 12)

    with running(deep, wheel) as urls, session(urls.runtime) as cursor:
        cursor.execute("SELECT 1")

    shutil.rmtree(folders.short(deep))


def refusal(folder: Path, server: postgres.Programs) -> str:
    """Start what cannot start; the data must stay as they were."""
    before = sorted((folder / "data").rglob("*"))

    with pytest.raises(LaunchError) as caught, running(folder, server):
        pass

    assert sorted((folder / "data").rglob("*")) == before
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_data_of_another_version_are_left_alone(
    tmp_path: Path, wheel: postgres.Programs
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "PG_VERSION").write_text("9\n")

    assert f"was made by PostgreSQL 9, the server in {wheel.folder} is" in refusal(
        tmp_path, wheel
    )


def test_foreign_folder_is_left_alone(tmp_path: Path, wheel: postgres.Programs) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "thesis.txt").write_text("mine")

    assert "is not a whole PostgreSQL data folder" in refusal(tmp_path, wheel)


def test_broken_cluster_gives_one_line(
    tmp_path: Path, server: postgres.Programs
) -> None:
    with running(tmp_path, server):
        pass
    (tmp_path / "data" / "global" / "pg_control").unlink()

    assert "pg_control" in refusal(tmp_path, server)


def test_half_made_data_are_made_anew(tmp_path: Path, wheel: postgres.Programs) -> None:
    (tmp_path / "new-killed").mkdir()
    (tmp_path / "new-killed" / "PG_VERSION").touch()

    with running(tmp_path, wheel):
        assert list(tmp_path.glob("new-*")) == []


def test_named_server_comes_first(
    wheel: postgres.Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PG_BIN", str(wheel.folder))

    assert postgres.programs() == wheel


def test_named_folder_without_server_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PG_BIN", str(tmp_path))

    with pytest.raises(LaunchError, match="holds no PostgreSQL server"):
        postgres.programs()


def test_wheel_serves_where_nothing_is_installed(
    tmp_path: Path, wheel: postgres.Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "DEBIAN", tmp_path)

    assert postgres.programs() == wheel


@pytest.mark.usefixtures("bare")
def test_database_of_the_environment_comes_before_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://runtime@db/edc")
    monkeypatch.setenv("OWNER_DATABASE_URL", "postgres://owner@db/edc")

    with postgres.databases(tmp_path / "unused") as urls:
        assert urls == postgres.Databases(
            owner="postgres://owner@db/edc", runtime="postgres://runtime@db/edc"
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("bare")
def test_database_without_owner_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://runtime@db/edc")

    with (
        pytest.raises(LaunchError, match="OWNER_DATABASE_URL"),
        postgres.databases(tmp_path),
    ):
        pass
