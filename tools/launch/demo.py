"""`make demo`: the whole system on this machine, from servers to sign-ins.

`make demo-reset` (this module with `reset`) removes what the demo keeps.
"""

import base64
import contextlib
import errno
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from simulation.demo_password import PASSWORD
from tools.launch import folders, postgres, processes, services, valkey
from tools.launch.problems import LaunchError

SEED = "1"
LAST_PORT = 65535
SERVING_SECONDS = 90
EMPTY = """
import os, sys, psycopg2
with psycopg2.connect(os.environ["DATABASE_URL"]) as connection:
    cursor = connection.cursor()
    cursor.execute("SELECT EXISTS (SELECT FROM casebook_participant)")
    sys.exit(10 if cursor.fetchone() == (False,) else 0)
"""


def folder() -> Path:
    return folders.state_folder() / "demo"


class Demo:
    """One run of the demo; `stack` holds what must be stopped, in order."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        self.stack = stack
        self.port = _number("PORT", "8000", LAST_PORT)
        self.participants = _number("PARTICIPANTS", "12", 100_000)
        self.folder = folders.private(folder())
        self.logs = folders.private(self.folder / "log")
        # Children live in a folder of their own: so a later start knows leftovers.
        self.home = folders.private(self.folder / "run")
        self.env = dict(os.environ)
        self.children: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def text_messages(self) -> Path:
        return self.folder / "text-messages.txt"

    def start(self) -> None:
        running = folders.holder(self.folder)
        busy = f"The demo runs already (process {running}): stop it first."
        self.stack.enter_context(folders.locked(self.folder, busy=busy))
        processes.evict(self.home, signal.SIGKILL)
        _require_free(self.port)
        self._start_servers()
        self._fill()
        self.stack.callback(self._stop_children)
        self._serve("web", f"--bind=127.0.0.1:{self.port}")
        self._require_answer()
        self._serve("messages")
        self._serve("exports")
        self._serve("beat", f"--schedule={self.folder / 'beat'}")
        self._announce()

    def _stop_children(self) -> None:
        processes.stop(*self.children.values())

    def watch(self) -> None:
        while True:
            self._require_alive()
            time.sleep(0.5)

    def _start_servers(self) -> None:
        data = self.folder / "postgres"
        if (self.folder / "simulating").exists():  # a killed simulation: begin anew
            processes.evict(data / "data", signal.SIGQUIT)
            shutil.rmtree(data, ignore_errors=True)
        print("Starting the database and the broker …")
        urls = self.stack.enter_context(postgres.databases(data))
        broker = self.stack.enter_context(valkey.broker(self.folder / "valkey"))
        self.env |= _secrets(self.folder / "secrets.json") | {
            "DATABASE_URL": urls.runtime,
            "OWNER_DATABASE_URL": urls.owner,
            "REDIS_URL": broker,
            "STATE_DIR": str(self.folder),
            "EMAIL_URL": f"filemail:///{self.folder / 'mail'}",
            "SMS_GATEWAY_URL": f"notebook://{self.text_messages}",
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "SITE_URL": f"http://localhost:{self.port}",  # 127.0.0.1 has no passkeys
            "DEMO": "1",
            "DEMO_PASSWORD": PASSWORD,
            "PYTHONPATH": str(folders.PROJECT),
            "PYTHONUNBUFFERED": "1",
        }

    def _fill(self) -> None:
        print("Bringing the tables up to date …")
        self._manage("migrate", "--database=owner", "--verbosity=0", "--skip-checks")
        if not self._is_empty():
            return
        print(f"Simulating a trial of {self.participants} participants …")
        mark = self.folder / "simulating"
        mark.touch()
        people = f"--participants={self.participants}"
        self._manage("simulate", people, f"--seed={SEED}", is_shown=True)
        mark.unlink()

    def _is_empty(self) -> bool:
        process = self._spawn(sys.executable, "-c", EMPTY, log="manage")
        return self._ended(process, "The look into the database", accepted=10) != 0

    def _serve(self, name: str, *options: str) -> None:
        child = self._spawn(*services.command(name, *options), log=name)
        self.children[name] = child

    def _require_answer(self) -> None:
        end = time.monotonic() + SERVING_SECONDS
        while not services.answers(self.port):
            self._require_alive()
            if time.monotonic() > end:
                log = self.logs / "web.log"
                message = f"The web server does not answer /healthz (see {log})."
                raise LaunchError(message)
            time.sleep(0.1)

    def _announce(self) -> None:
        where = f"http://localhost:{self.port}/"
        print(f"\nThe demo serves at {where} – Ctrl-C stops it, its data stay.\n")
        sys.stdout.flush()
        self._manage("demo_accounts", is_shown=True)
        print(f"\nLogs: {self.logs}")
        print(f"No text message leaves this machine; read them in {self.text_messages}")
        sys.stdout.flush()

    def _require_alive(self) -> None:
        for name, child in self.children.items():
            if child.poll() is not None:
                message = f"The process {name} ended by itself: {self._last(name)}"
                raise LaunchError(message)

    def _manage(self, *words: str, is_shown: bool = False) -> None:
        log = None if is_shown else "manage"
        sys.stdout.flush()
        script = str(folders.PROJECT / "manage.py")
        process = self._spawn(sys.executable, script, *words, log=log)
        self._ended(process, f"`manage.py {words[0]}`")

    def _ended(
        self, process: subprocess.Popen[bytes], what: str, *, accepted: int = 0
    ) -> int:
        try:
            code = process.wait()
        finally:
            processes.stop(process)
        if code not in {0, accepted}:
            message = f"{what} failed: {self._last('manage')}"
            raise LaunchError(message)
        return code

    def _spawn(self, *command: str, log: str | None) -> subprocess.Popen[bytes]:
        path = self.logs / f"{log}.log" if log else None
        return processes.spawn(command, env=self.env, log=path, cwd=self.home)

    def _last(self, log: str) -> str:
        path = self.logs / f"{log}.log"
        lines = path.read_text(errors="replace").split("\n") if path.exists() else []
        last = next(
            (line for line in reversed(lines) if line.strip()), "no reason told"
        )
        return f"{last.strip()} (see {path})"


def _number(variable: str, default: str, most: int) -> int:
    text = os.environ.get(variable) or default
    if text.isascii() and text.isdecimal() and 1 <= int(text) <= most:
        return int(text)
    message = f"{variable}={text} is not a number from 1 to {most}."
    raise LaunchError(message)


def _require_free(port: int) -> None:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as problem:
            is_in_use = problem.errno == errno.EADDRINUSE
            why = "is in use" if is_in_use else f"cannot be used ({problem.strerror})"
            message = f"Port {port} {why}: choose another, `make demo PORT=8001`."
            raise LaunchError(message) from None


def _secrets(path: Path) -> dict[str, str]:
    """Make the demo's secrets once; only their owner may read them."""
    if not path.exists():
        new_secrets = {
            "SECRET_KEY": secrets.token_urlsafe(50),
            "VAULT_KEYS": base64.b64encode(secrets.token_bytes(32)).decode(),
        }
        new = path.with_suffix(".new")
        new.unlink(missing_ok=True)
        new.touch(0o600, exist_ok=False)
        new.write_text(json.dumps(new_secrets))
        new.replace(path)
    stored: dict[str, str] = json.loads(path.read_text())
    return stored


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run() -> None:
    for each in SIGNALS:
        signal.signal(each, _interrupt)
    if "MAKELEVEL" in os.environ:  # a killed make takes the demo along
        processes.die_with_parent(signal.SIGTERM)
    with contextlib.ExitStack() as stack:
        try:
            demo = Demo(stack)
            demo.start()
            demo.watch()
        except KeyboardInterrupt:
            print("\nStopping …", flush=True)
            raise
        finally:
            for each in SIGNALS:
                signal.signal(each, signal.SIG_IGN)


def reset() -> None:
    state = folder()
    if running := folders.holder(state):
        os.kill(running, signal.SIGTERM)
        end = time.monotonic() + SERVING_SECONDS
        while folders.holder(state) and time.monotonic() < end:
            time.sleep(0.1)
    if state.exists():
        with folders.locked(state, busy=f"The demo (process {running}) does not stop."):
            for home in (state / "run", state / "postgres" / "data", state / "valkey"):
                processes.evict(home, signal.SIGKILL)
            for server in ("postgres", "valkey"):
                shutil.rmtree(folders.short(state / server), ignore_errors=True)
            shutil.rmtree(state)
    print("The demo's state is gone; `make demo` starts anew.")
    if "DATABASE_URL" in os.environ:
        print("The database named by DATABASE_URL was left as it is.")


if __name__ == "__main__":
    try:
        reset() if sys.argv[1:] == ["reset"] else run()
    except KeyboardInterrupt:
        pass
    except LaunchError as problem:
        sys.exit(f"demo: {problem}")
