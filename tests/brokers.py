"""The brokers that tests run on: the embedded Valkey, and Debian's Redis."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis

from tools.launch import folders, processes, valkey

BROKERS = ["valkey", pytest.param("redis", marks=pytest.mark.redis)]


def program(name: str) -> Path:
    found = shutil.which("redis-server") if name == "redis" else valkey.server()
    assert found is not None
    return Path(found)


class Broker:
    """A broker that may be killed, forget what it held, and come back."""

    def __init__(self, folder: Path, server: Path) -> None:
        self.folder, self.server = folders.private(folder.resolve()), server
        self.process: subprocess.Popen[bytes]
        self.url = ""
        self.start()

    def start(self) -> None:
        self.process, address = valkey.started(self.folder, self.server)
        log = self.folder / "valkey.log"
        valkey.wait_until_ready(self.process, address, log)
        self.url = f"redis+socket://{address}"

    def wait_until_written(self) -> None:
        """Wait until its file holds what it took; while it syncs, a write may wait."""
        with Redis(unix_socket_path=self.url.partition("://")[2]) as client:
            while client.info("persistence")["aof_buffer_length"]:
                time.sleep(0.01)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def forget(self) -> None:
        """Lose its data, as a broker does that keeps none."""
        shutil.rmtree(self.folder / "appendonlydir")


@contextmanager
def running(folder: Path, name: str) -> Iterator[Broker]:
    """Run a broker while the block runs."""
    broker = Broker(folder, program(name))
    try:
        yield broker
    finally:
        processes.stop(broker.process)
