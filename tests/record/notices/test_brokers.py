"""Real workers and beats on real brokers: killed, doubled, restarted."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from record.audit.attribution import Source, attributed
from record.notices.services.delivery import LEASE, deliver_due
from record.notices.services.outbox import queue
from tests.brokers import BROKERS, Broker, running
from tests.people import STAGE, person
from tests.record.notices.figures import Figures, figures_of
from tests.record.notices.mortal import mortal
from tests.record.notices.postbox import postbox
from tools.launch import folders, processes, services
from trial_edc import clock

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("server", BROKERS),
    pytest.mark.real_clock,
    pytest.mark.slow,
]
SMTP = "django.core.mail.backends.smtp.EmailBackend"
NEVER = 0  # the step at which nothing happens


@pytest.fixture(autouse=True)
def _real_mail(settings, unused_tcp_port):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = SMTP, "127.0.0.1"
    settings.EMAIL_PORT = unused_tcp_port


@contextmanager
def crew(
    folder: Path, environment: dict[str, str], *, workers: int = 0, beats: int = 0
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run workers and beats as they run in production, but for a beat in haste."""
    options = ("--without-gossip", "--without-mingle", "--concurrency=1")
    commands = [
        services.command("messages", *options, f"-n{n}@h") for n in range(workers)
    ]
    commands += [
        services.command("beat", f"--schedule={folder / str(n)}") for n in range(beats)
    ]
    log, started = folder / "crew.log", []
    try:
        for command in commands:
            hasty = [
                "--app=tests.record.notices.hasty" if w == APP else w for w in command
            ]
            started.append(
                processes.spawn(
                    hasty, env=os.environ | environment, log=log, cwd=folders.PROJECT
                )
            )
        yield started
    finally:
        processes.stop(*started)


APP = "--app=trial_edc"


@pytest.mark.parametrize("is_kept", [True, False], ids=["kept", "forgotten"])
def test_a_broker_killed_before_delivery_loses_no_message(
    settings, tmp_path, server, is_kept, note
):
    person("PI")
    with postbox(settings.EMAIL_PORT) as box, running(tmp_path / "b", server) as broker:
        environment = environment_for(settings, broker)
        with mortal(**environment) as site:
            site.work("queue", "kill", NEVER, name="before")
            broker.wait_until_written()
            broker.kill()
            site.work("queue", "kill", NEVER, name="meanwhile")
        if not is_kept:
            broker.forget()
        broker.start()
        with crew(tmp_path, environment, workers=1, beats=not is_kept):
            assert box.waited_for(2), (tmp_path / "crew.log").read_text()[-3000:]
            time.sleep(2)  # for what should not come

    figures = figures_of(box.subjects, box.texts, {"before", "meanwhile"})
    note(f"{figures}")
    assert figures == Figures(expected=2, sent=2)


def environment_for(settings, broker: Broker) -> dict[str, str]:
    """Return the environment of processes that use this broker and the postbox."""
    address = f"smtp://127.0.0.1:{settings.EMAIL_PORT}"
    return {"REDIS_URL": broker.url, "EMAIL_URL": address}


def test_two_workers_and_two_beats_one_worker_killed_the_broker_restarted(
    settings, tmp_path, server, note
):
    pi, expected = person("PI"), {f"{number}" for number in range(60)}
    with postbox(settings.EMAIL_PORT) as box, running(tmp_path / "b", server) as broker:
        environment = environment_for(settings, broker)
        with crew(tmp_path, environment, workers=2, beats=2) as started:

            def befall() -> None:
                time.sleep(0.01)
                if len(box.subjects) == 20:
                    os.killpg(started[0].pid, signal.SIGKILL)
                if len(box.subjects) == 30:
                    broker.kill()

            box.after = befall
            with attributed(by=STAGE, via=Source.TASK):
                for name in sorted(expected):
                    queue(occasion="t", key=name, to=[pi], subject=name, text="?")
            assert box.waited_for(30), (tmp_path / "crew.log").read_text()[-3000:]
            broker.start()
            assert box.waited_for(59)
            time.sleep(2)
        for later in (LEASE + timedelta(minutes=1), LEASE + timedelta(minutes=3)):
            with clock.at(clock.now() + later):
                deliver_due()

    figures = figures_of(box.subjects, box.texts, expected)
    note(f"{figures}")
    assert figures == Figures(expected=60, sent=60, twice=figures.twice)
    assert figures.twice <= 1
