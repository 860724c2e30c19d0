"""The demo from start to reset, on folders and ports of its own."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.launch import demo, folders, processes, services

pytestmark = pytest.mark.slow


class Runs:
    """Starts the demo module as `make` does, with a state folder of the test."""

    def __init__(self, state: Path, port: int) -> None:
        self.state = state
        self.port = port
        named = ("DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL", "DEMO", "MAKELEVEL")
        self.env = {key: value for key, value in os.environ.items() if key not in named}
        self.env |= {"STATE_DIR": str(state), "PORT": str(port), "PARTICIPANTS": "1"}
        self.running: list[subprocess.Popen[str]] = []

    def start(self, *words: str, **variables: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tools.launch.demo", *words],
            cwd=folders.PROJECT,
            env=self.env | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.running.append(process)
        return process

    def code_and_output(self, *words: str, **variables: str) -> tuple[int, str]:
        process = self.start(*words, **variables)
        text, _ = process.communicate(timeout=60)
        return process.returncode, text.strip()

    def read_until_announced(self, process: subprocess.Popen[str]) -> str:
        assert process.stdout is not None
        output = ""
        for line in process.stdout:
            output += line
            if f"http://localhost:{self.port}/" in line:
                return output
        raise AssertionError(output + self.logs())

    def logs(self) -> str:
        return "\n".join(
            f"{log.name}: {log.read_text()[-2000:]}"
            for log in sorted((self.state / "demo" / "log").glob("*.log"))
        )

    def survivors(self) -> list[int]:
        homes = ("run", "postgres/data", "valkey")
        alive = (processes.living_in(self.state / "demo" / home) for home in homes)
        return [pid for each in alive for pid in each]


@pytest.fixture
def runs(tmp_path: Path, unused_tcp_port: int) -> Iterator[Runs]:
    started = Runs(tmp_path, unused_tcp_port)
    yield started
    for process in started.running:
        processes.stop(process, patience_seconds=30)
        assert process.stdout is not None
        process.stdout.close()


@pytest.mark.parametrize(
    ("variable", "text", "line"),
    [
        ("PORT", "http", "demo: PORT=http is not a number from 1 to 65535."),
        ("PORT", "65536", "demo: PORT=65536 is not a number from 1 to 65535."),
        ("PARTICIPANTS", "0", "demo: PARTICIPANTS=0 is not a number from 1 to 100000."),
    ],
)
def test_odd_number_gives_one_line(runs, variable, text, line):
    assert runs.code_and_output(**{variable: text}) == (1, line)


def test_port_in_use_gives_one_line(runs):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", runs.port))
        holder.listen()

        assert runs.code_and_output() == (
            1,
            f"demo: Port {runs.port} is in use: choose another, `make demo PORT=8001`.",
        )


def test_second_demo_gives_one_line(runs):
    with folders.locked(runs.state / "demo", busy="free"):
        assert runs.code_and_output() == (
            1,
            f"demo: The demo runs already (process {os.getpid()}): stop it first.",
        )


def test_secrets_are_made_once_and_for_their_owner_alone(tmp_path):
    path = tmp_path / "secrets.json"

    assert demo._secrets(path) == demo._secrets(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_reset_removes_nothing_but_the_demo(runs):
    for name in ("test", "demo"):
        (runs.state / name).mkdir()
        (runs.state / name / "data").touch()

    code, _output = runs.code_and_output("reset")

    assert code == 0
    assert [path.name for path in runs.state.iterdir()] == ["test"]


def test_demo_serves_survives_a_kill_and_ends_clean(runs):
    first = runs.start()
    runs.read_until_announced(first)
    first.send_signal(signal.SIGKILL)
    first.communicate()

    began = time.monotonic()
    second = runs.start()
    output = runs.read_until_announced(second)
    assert time.monotonic() - began < 60  # goal 10 s; other tests run beside this one
    assert services.answers(runs.port)
    second.send_signal(signal.SIGINT)
    second.communicate(timeout=60)

    assert second.returncode == 0
    assert "Simulating" not in output
    assert runs.survivors() == []
    assert runs.code_and_output("reset")[0] == 0
    assert list(runs.state.iterdir()) == []
