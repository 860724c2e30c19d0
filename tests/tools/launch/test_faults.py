"""Four people save while broker, database and web are stopped, hung and killed in turn.

What a reply called saved is there, once; each serious event sends its mails.
"""

import os
import signal
import time
import urllib.error
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from threading import Event, Thread

import psycopg2
import pytest

from tests.brokers import Broker, program
from tests.people import PASSWORD
from tests.record.notices.postbox import Postbox, postbox
from tests.tools.launch.site import Browser, Site
from tools.launch import postgres, processes, services

pytestmark = [pytest.mark.slow, pytest.mark.real_clock]
CLIENTS, FORMS = 4, 200  # more forms each than anybody saves here
FAULT_SECONDS, PATIENCE_SECONDS = 3.0, 90.0
REPEATED = "You may have received this message before."
# A broker that hung held each save for over ninety seconds; a busy machine does not.
SLOWEST_WITHOUT_BROKER = 30

SETTING_UP = f"""
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "trial_edc.settings"
django.setup()
from record.audit.attribution import Source, attributed
from record.casebook.services.form_instances import ensure_form
from tests.outcomes import course
from tests.people import PASSWORD, STAGE, person
person("PI"), person("SO")
for client in range({CLIENTS}):
    person("CO", username=f"co{{client}}", password=PASSWORD)
    who = course.participant(client + 1)
    with attributed(by=STAGE, via=Source.COMMAND):
        forms = [ensure_form(who, "AE", occurrence=n + 1) for n in range({FORMS})]
    print(*(form.pk for form in forms))
"""
# Later, as a worker that was taken for dead leaves a message for ten minutes.
DELIVERING = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "trial_edc.settings"
django.setup()
from datetime import timedelta
from record.notices.services.delivery import LEASE, deliver_due
from trial_edc import clock
for later in (timedelta(0), LEASE + timedelta(minutes=1), timedelta(hours=1)):
    with clock.at(clock.now() + later):
        deliver_due()
"""


@dataclass
class Client:
    """Saves one form after the other; each anew until it is called saved."""

    browser: Browser
    forms: list[str]
    saved: dict[str, str] = field(default_factory=dict)  # what was called saved
    slowest: float = 0.0
    failures: int = 0

    def work(self, ends: Event) -> None:
        for form in self.forms:
            while form not in self.saved:
                if ends.is_set():
                    return
                self._save(form)

    def _save(self, form: str) -> None:
        started = time.monotonic()
        typed = {"term": f"event {form}", "serious": "Y", "places__shown": "1"}
        try:
            page = self.browser.send(
                f"/forms/{form}/", based_on="0", save_as="draft", **typed
            )
        except urllib.error.HTTPError as problem:
            self.failures += 1
            if problem.code == 409:  # stored before, and the reply was lost
                self.saved[form] = "earlier"
        except (OSError, HTTPException):  # nothing, or a reply cut off, came
            self.failures += 1
            time.sleep(0.2)
        else:
            if "revision 1" in page:
                self.saved[form] = "known"
                self.slowest = max(self.slowest, time.monotonic() - started)


class Faults:
    """The three parts of a site, and what befalls them."""

    def __init__(self, site: Site, broker: Broker) -> None:
        self.site, self.broker, self.running = site, broker, ExitStack()
        self.urls = self.running.enter_context(site.cluster.running())

    def start_web(self) -> None:
        self.web = self.site.web(self.urls)
        assert services.answers_within(120, self.site.port), self.site.log_of("web")

    def _pids(self, part: str) -> list[int]:
        if part == "database":
            return list(processes.living_in(self.site.cluster.data))
        process = self.broker.process if part == "broker" else self.web
        return [process.pid, *_children(process.pid)]

    @contextmanager
    def hung(self, part: str) -> Iterator[None]:
        for pid in (pids := self._pids(part)):
            os.kill(pid, signal.SIGSTOP)
        yield
        for pid in pids:
            os.kill(pid, signal.SIGCONT)

    @contextmanager
    def killed(self, part: str) -> Iterator[None]:
        for pid in self._pids(part):
            os.kill(pid, signal.SIGKILL)
        if part == "database":
            self.running.close()
        yield
        self._start(part)

    @contextmanager
    def stopped(self, part: str) -> Iterator[None]:
        if part == "database":
            self.running.close()
        else:
            processes.stop(self.broker.process if part == "broker" else self.web)
        yield
        self._start(part)

    def _start(self, part: str) -> None:
        if part == "database":
            self.urls = self.running.enter_context(self.site.cluster.running())
        elif part == "broker":
            self.broker.process.wait()
            self.broker.start()
        else:
            self.web.wait()
            self.start_web()


def _children(pid: int) -> list[int]:
    found = f"/proc/{pid}/task/{pid}/children"
    with open(found, encoding="ascii") as listed:  # noqa: PTH123 - one word of /proc
        return [int(child) for child in listed.read().split()]


@contextmanager
def working(clients: list[Client]) -> Iterator[None]:
    ends = Event()
    threads = [Thread(target=client.work, args=(ends,)) for client in clients]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ends.set()
        for thread in threads:
            thread.join()


@pytest.fixture
def faults(site: Site, tmp_path, unused_tcp_port) -> Iterator[tuple[Faults, Postbox]]:
    mail_port = unused_tcp_port + 1
    broker = Broker(tmp_path / "broker", program("valkey"))
    site.named = {
        "REDIS_URL": broker.url,
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
    }
    faults = Faults(site, broker)
    with postbox(mail_port) as box:
        yield faults, box
    processes.stop(*site.started, broker.process)
    faults.running.close()


def signed_in(site: Site, forms: list[list[str]]) -> list[Client]:
    clients = []
    for number, own in enumerate(forms):
        browser = Browser(site.port, patience_seconds=30)
        browser.send("/accounts/sign-in/", username=f"co{number}", password=PASSWORD)
        clients.append(Client(browser, own))
    return clients


def start_delivery(faults: Faults) -> None:
    """Run a worker, and a beat in haste."""
    for service in ("messages", "beat"):
        options = (
            [] if service == "messages" else [f"--schedule={faults.site.folder}/b"]
        )
        command = services.command(service, *options)
        hasty = [w.replace("trial_edc", "tests.record.notices.hasty") for w in command]
        faults.site.start(faults.urls, hasty, service)


@pytest.mark.verifies("BAK-04")
def test_what_was_called_saved_is_there_once_and_its_mails_leave(faults, note) -> None:
    faults, box = faults
    site = faults.site
    site.run(faults.urls, "manage.py", "migrate", "--database=owner", "--verbosity=0")
    printed = site.run(faults.urls, "-c", SETTING_UP)
    forms = [line.split() for line in printed.splitlines()]
    faults.start_web()
    start_delivery(faults)
    clients = signed_in(site, forms)

    with working(clients):
        wait_until_each_saved(clients)
        for part in ("broker", "database", "web"):
            for how in ("stopped", "hung", "killed"):
                note(f"{part} {how}: {befallen(faults, part, how, clients)}")
    site.run(faults.urls, "-c", DELIVERING)

    stored, messages, unsent = what_is_stored(faults.urls)
    known = {form for client in clients for form in client.saved}
    plain = sum(REPEATED not in text for text in box.texts)
    figures = {
        "called saved": len(known),
        "stored": len(stored),
        "lost": len(known - set(stored)),
        "doubled": sum(times > 1 for times in stored.values()),
        "mails due": messages,
        "mails lost": unsent + max(0, messages - len(box.texts)),
        "mails doubled": max(0, plain - messages),
    }
    note(f"{figures}")
    assert len(known) > 9 * CLIENTS
    assert messages == 2 * len(stored)  # one to each of two people
    faultless = [name for name in figures if name.endswith(("lost", "doubled"))]
    assert {name: figures[name] for name in faultless} == dict.fromkeys(faultless, 0)


def befallen(faults: Faults, part: str, how: str, clients: list[Client]) -> str:
    """Let it last and pass; return what the clients met meanwhile."""
    for client in clients:
        client.slowest, client.failures = 0.0, 0
    before = saves_of(clients)
    with getattr(faults, how)(part):
        if part == "broker":
            wait_until_each_saved(clients)
        time.sleep(FAULT_SECONDS)
        meanwhile = saves_of(clients) - before
    wait_until_each_saved(clients)
    slowest = max(client.slowest for client in clients)
    failures = sum(client.failures for client in clients)
    if part == "broker":
        assert failures == 0
        assert slowest < SLOWEST_WITHOUT_BROKER
    return (
        f"{meanwhile} saves meanwhile, {failures} replies failed, "
        f"slowest save {slowest:.1f} s"
    )


def saves_of(clients: list[Client]) -> int:
    return sum(len(client.saved) for client in clients)


def wait_until_each_saved(clients: list[Client]) -> None:
    before = [len(client.saved) for client in clients]
    end = time.monotonic() + PATIENCE_SECONDS
    while any(
        len(client.saved) == count
        for client, count in zip(clients, before, strict=True)
    ):
        assert time.monotonic() < end
        time.sleep(0.05)


def what_is_stored(urls: postgres.Databases) -> tuple[Counter[str], int, int]:
    """The forms by how often each was stored, the mails, and those not sent."""
    connection = psycopg2.connect(urls.owner)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT form_id FROM audit_entry "
            "WHERE table_name = 'safety_adverseevent' AND new_values ? 'term'"
        )
        stored = Counter(str(form) for (form,) in cursor.fetchall())
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE state <> 'sent') "
            "FROM notices_message WHERE occasion = 'serious_event'"
        )
        messages, unsent = cursor.fetchone()
    connection.close()
    return stored, messages, unsent
