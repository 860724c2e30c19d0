"""The embedded broker keeps what it was given, whatever happens to it."""

from pathlib import Path

import pytest
import redis

from tests.brokers import BROKERS, program
from tests.tools.launch.conftest import Parent
from tools.launch import processes, valkey

pytestmark = pytest.mark.slow


def client(url: str) -> redis.Redis:
    return redis.Redis(unix_socket_path=url.removeprefix("redis+socket://"))


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("name", BROKERS)
def test_keeps_tasks_after_everything_was_killed(
    tmp_path: Path, parent: type[Parent], name: str
) -> None:
    server = program(name)
    starter = parent(
        "from pathlib import Path; from tools.launch import valkey\n"
        f"folder, server = Path({str(tmp_path)!r}), Path({str(server)!r})\n"
        "context = valkey.broker(folder, server); context.__enter__()"
    )
    with client(f"redis+socket://{tmp_path}/socket/valkey.sock") as broker:
        broker.rpush("celery", *range(1000))
    starter.kill()
    assert processes.wait_until_empty(tmp_path, patience_seconds=10)

    with valkey.broker(tmp_path, server) as url, client(url) as broker:
        assert broker.llen("celery") == 1000


def test_broker_of_the_environment_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://broker:6379/0")

    with valkey.broker(tmp_path / "unused") as url:
        assert url == "redis://broker:6379/0"
    assert list(tmp_path.iterdir()) == []
