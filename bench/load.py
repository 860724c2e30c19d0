"""Many people at once: `python -m bench.load [people seconds [gunicorn options]]`.

Each edits a form of his own, behind the proxy and the web server of production, with
safe commits. After the end every save that was acknowledged is looked up in the trail.
"""

import http.client
import os
import random
import socket
import ssl
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from bench.stage import database
from tests.fuzz.controls import controls_of
from tools.launch import folders, processes, services, valkey

PEOPLE, SECONDS = 50, 120
THINKING = (1.0, 3.0)  # seconds between an answer and the next request
SIMULATED, PARTICIPANTS = 20, 80
HOST = "localhost"
TIMEOUT_SECONDS = 30
OK, FOUND = 200, 302
GOAL_MS = 500
LOOKS = ("My work", "matrix", "casebook")
out = sys.stdout.write


@dataclass(frozen=True)
class Sample:
    """One request; without a status it had no answer."""

    page: str
    status: int | None
    seconds: float

    @property
    def is_error(self) -> bool:
        return self.status not in {OK, FOUND}


@dataclass
class Desk:
    """One person at a browser: a session, a line that is kept alive, and a form."""

    number: int
    port: int
    cookie: str
    token: str
    addresses: dict[str, str]

    def __post_init__(self) -> None:
        trusting = ssl.create_default_context()
        trusting.check_hostname = False
        trusting.verify_mode = ssl.CERT_NONE  # the proxy's own certificate
        self.line = http.client.HTTPSConnection(
            HOST, self.port, timeout=TIMEOUT_SECONDS, context=trusting
        )
        self.samples: list[Sample] = []
        self.acknowledged: list[str] = []
        self.random = random.Random(self.number)  # noqa: S311 - no secret

    def work_until(self, end: float) -> None:
        self._think(share=self.random.random())
        while time.monotonic() < end:
            if self.random.random() < 1 / 3:
                self._ask(self.random.choice(LOOKS))
                self._think()
            page = self._ask("form")
            self._think()
            self._save(page)
            self._think()

    def _think(self, share: float = 1.0) -> None:
        time.sleep(self.random.uniform(*THINKING) * share)

    def _save(self, page: str) -> None:
        typed = controls_of(page, "crf-form")
        if not typed:
            return  # the page is an error that was counted
        reason = f"load {self.number} {len(self.samples)}"
        typed["heart_rate"] = [str(60 + len(self.samples) % 60)]
        typed["heart_rate__reason"] = ["other"]
        typed["heart_rate__reason_text"] = [reason]
        self._ask("autosave", typed)
        saved = self._ask("save", typed | {"save_as": ["complete"]})
        if self.samples[-1].status == FOUND:
            self.acknowledged.append(reason)
            self._ask("form", page="form after a save")
        elif self.samples[-1].status == OK:
            message = f"The form was not saved: {saved[:2000]}"
            raise RuntimeError(message)

    def _ask(
        self, place: str, typed: dict[str, list[str]] | None = None, *, page: str = ""
    ) -> str:
        headers = {
            "Host": f"{HOST}:{self.port}",
            "Cookie": self.cookie,
            "Accept-Encoding": "identity",
            "Referer": f"https://{HOST}:{self.port}/",
        }
        body = None
        if typed is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["X-CSRFToken"] = self.token
            body = urlencode(typed, doseq=True)
        method = "GET" if body is None else "POST"
        started = time.perf_counter()
        status, text = None, ""
        try:
            self.line.request(method, self.addresses[place], body, headers)
            answer = self.line.getresponse()
            text = answer.read().decode()
            status = answer.status
        except (OSError, http.client.HTTPException):
            self.line.close()
        seconds = time.perf_counter() - started
        self.samples.append(Sample(page or place, status, seconds))
        return text


def desks(people: int, port: int) -> Iterator[Desk]:
    from django.test import Client  # noqa: PLC0415 - after the settings are there
    from django.urls import reverse  # noqa: PLC0415 - the same
    from django.utils.crypto import get_random_string  # noqa: PLC0415 - the same

    from record.accounts import roles  # noqa: PLC0415 - the same
    from record.accounts.models import User  # noqa: PLC0415 - the same
    from record.audit.attribution import Process, Source, attributed  # noqa: PLC0415
    from record.casebook.models import FormInstance  # noqa: PLC0415 - the same

    forms = FormInstance.objects.filter(code="VIT", status="complete", visit="D0")
    for number, form in enumerate(forms.order_by("pk")[:people]):
        with attributed(by=Process("bench"), via=Source.COMMAND):
            user = User.objects.create(
                username=f"load{number}",
                full_name=f"Load {number}",
                email=f"load{number}@example.org",
                role="CO",
                blinding=roles.blinding_class("CO").value,
            )
        client = Client()
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        session = client.cookies["sessionid"].value
        token = get_random_string(32)
        page = reverse("entry:form", args=[form.pk])
        yield Desk(
            number,
            port,
            f"sessionid={session}; csrftoken={token}",
            token,
            {
                "My work": reverse("entry:my_work"),
                "matrix": reverse("entry:matrix"),
                "casebook": reverse("entry:casebook", args=[form.participant.number]),
                "form": page,
                "save": page,
                "autosave": reverse("entry:autosave", args=[form.pk]),
            },
        )


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[int]:
    """The web server with production's options behind the proxy; gives its port."""
    web_port, port = free_port(), free_port()
    env = os.environ | {"ALLOWED_HOSTS": HOST, "TLS": "1"}
    command = services.command("web", f"--bind=127.0.0.1:{web_port}", *options)
    web = processes.spawn(command, env=env, cwd=folders.PROJECT, log=folder / "web.log")
    proxy_env = {"SITE": HOST, "WEB": f"127.0.0.1:{web_port}", "HOME": str(folder)}
    proxy_env |= {"HTTP_PORT": str(free_port()), "HTTPS_PORT": str(port)}
    config = folders.PROJECT / "docker" / "Caddyfile"
    caddy = Path(sys.executable).with_name("caddy")
    command = [str(caddy), "run", "--config", str(config), "--adapter", "caddyfile"]
    proxy = processes.spawn(
        command, env=proxy_env, cwd=folder, log=folder / "proxy.log"
    )
    try:
        if not services.answers_within(60, web_port):
            raise RuntimeError((folder / "web.log").read_text())
        yield port
    finally:
        processes.stop(proxy, web)


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
        return port


def lost(acknowledged: list[str]) -> list[str]:
    """Saves that the trail does not have exactly once."""
    from django.db import connection  # noqa: PLC0415 - after the settings are there

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reasons -> 'heart_rate' ->> 'text', count(*) FROM audit_entry "
            "WHERE table_name = 'visits_vitalsigns' AND reasons ? 'heart_rate' "
            "GROUP BY 1"
        )
        stored = dict(cursor.fetchall())
    return [reason for reason in acknowledged if stored.get(reason) != 1]


def report(samples: list[Sample], seconds: float, loads: list[float]) -> None:
    pages: dict[str, list[float]] = defaultdict(list)
    for sample in samples:
        pages[sample.page].append(sample.seconds)
    rate = len(samples) / seconds
    load = f"load {min(loads):.1f} to {max(loads):.1f} on {os.cpu_count()} processors"
    out(f"{len(samples)} requests, {rate:.1f} a second; {load}.\n")
    out(f"  {'page':<20}{'number':>8}{'median':>9}{'95 %':>9}{'worst':>9}   ms")
    out(f" (goal: 95 % within {GOAL_MS})\n")
    together = [sample.seconds for sample in samples]
    for page, times in [*sorted(pages.items()), ("all", together)]:
        of_100 = statistics.quantiles(times * 2, n=100)
        figures = (statistics.median(times), of_100[94], max(times))
        cells = "".join(f"{figure * 1e3:>9.0f}" for figure in figures)
        out(f"  {page:<20}{len(times):>8}{cells}\n")
    errors = Counter(f"{s.page}: {s.status}" for s in samples if s.is_error)
    out(f"errors: {sum(errors.values())} {dict(errors) or ''}\n")


def main() -> None:
    people, seconds = map(int, (sys.argv[1:3] or (PEOPLE, SECONDS)))
    with (
        tempfile.TemporaryDirectory() as name,
        valkey.broker(folders.state_folder() / "bench-load" / "valkey") as broker,
        database("bench-load", durable=True, REDIS_URL=broker),
    ):
        from bench.crowd import copy_everybody  # noqa: PLC0415 - after the settings
        from simulation.trial import simulate  # noqa: PLC0415 - the same
        from trial_edc import clock  # noqa: PLC0415 - the same

        simulate(participants=SIMULATED, seed=20, until=clock.today())
        copy_everybody(1, PARTICIPANTS // SIMULATED - 1)
        with serving(Path(name), *sys.argv[3:]) as port:
            persons = list(desks(people, port))
            end = time.monotonic() + seconds
            threads = [
                threading.Thread(target=desk.work_until, args=(end,))
                for desk in persons
            ]
            for thread in threads:
                thread.start()
            loads = []
            while any(thread.is_alive() for thread in threads):
                time.sleep(5)
                loads.append(os.getloadavg()[0])
        samples = [sample for desk in persons for sample in desk.samples]
        acknowledged = [reason for desk in persons for reason in desk.acknowledged]
        report(samples, seconds, loads)
        gone = lost(acknowledged)
        out(f"saves acknowledged: {len(acknowledged)}, lost or twice: {len(gone)}\n")


if __name__ == "__main__":
    main()
