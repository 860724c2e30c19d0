"""A site of its own for a test: database and web process, on a free port."""

import http.cookiejar
import os
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from tools.launch import folders, postgres, processes, services


class Browser:
    """Somebody's browser, with cookies of its own."""

    def __init__(self, port: int, *, patience_seconds: float = 60) -> None:
        self.port, self.patience_seconds = port, patience_seconds
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        )

    def open(self, path: str, typed: Mapping[str, str] | None = None) -> str:
        """Read a page, or post to it."""
        address = f"http://localhost:{self.port}{path}"
        sent = urllib.parse.urlencode(typed).encode() if typed else None
        with self.opener.open(address, sent, self.patience_seconds) as page:
            content: bytes = page.read()
        return content.decode()

    def send(self, path: str, **typed: str) -> str:
        """Post a page as a browser does, with the token of its form."""
        token = self.open(path).partition('csrfmiddlewaretoken" value="')[2]
        return self.open(path, typed | {"csrfmiddlewaretoken": token.partition('"')[0]})


class Site:
    """Database and web process of one folder, both of which may be killed."""

    def __init__(self, folder: Path, server: postgres.Programs, port: int) -> None:
        self.cluster = postgres.Cluster(folder / "db", server, for_tests=False)
        self.folder, self.port = folder, port
        self.started: list[subprocess.Popen[bytes]] = []
        self.named: dict[str, str] = {}  # what else the environment names

    def run(self, urls: postgres.Databases, *words: str) -> str:
        result = subprocess.run(
            [sys.executable, *words], cwd=folders.PROJECT, env=self.env(urls),
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return result.stdout.strip()

    def env(self, urls: postgres.Databases) -> dict[str, str]:
        named = {"DATABASE_URL": urls.runtime, "OWNER_DATABASE_URL": urls.owner}
        return os.environ | named | {"STATE_DIR": str(self.folder)} | self.named

    def web(self, urls: postgres.Databases) -> subprocess.Popen[bytes]:
        command = services.command("web", f"--bind=127.0.0.1:{self.port}")
        return self.start(urls, command, "web")

    def start(
        self, urls: postgres.Databases, command: list[str], name: str
    ) -> subprocess.Popen[bytes]:
        log, env = self.folder / f"{name}.log", self.env(urls)
        process = processes.spawn(command, env=env, log=log, cwd=folders.PROJECT)
        self.started.append(process)
        return process

    def log_of(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()[-3000:]
