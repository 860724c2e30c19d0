"""A worker that something befalls at one of its steps.

It runs as `python -m tests.record.notices.mortal`. A step is each statement, commit,
word to the mail server and to the broker, before and after. Standard input says what
to do and at which step what happens; a child does it, so that this process can do the
next. It answers how many steps the child took, or that it did not come to an end.
"""

import json
import os
import signal
import smtplib
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from typing import Any

from tools.launch import folders

DIED = "died"


class Mortal:
    """The worker, as the tests see it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def work(self, job: str, fault: str, step: int, name: str = "") -> str:
        """Let it do a job; return the number of its steps, or that it died."""
        order = {"job": job, "fault": fault, "step": step, "name": name}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()


@contextmanager
def mortal(**environment: str) -> Iterator[Mortal]:
    """Start the worker on this test's database."""
    process = subprocess.Popen(
        [sys.executable, "-m", __name__],
        cwd=folders.PROJECT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "trial_edc.settings"} | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Mortal(process)
    finally:
        process.communicate()


class Fate:
    """Counts the steps, and lets happen at one of them what shall happen."""

    def __init__(self, fault: str, step: int) -> None:
        self.fault, self.step, self.count = getattr(self, fault), step, 0

    def __call__(self) -> None:
        self.count += 1
        if self.count == self.step:
            self.fault()

    def kill(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def cut_off(self) -> None:
        """The database ends this session, as at its own restart."""
        import psycopg2
        from django.db import connection

        if connection.connection is None or connection.connection.closed:
            return
        other = psycopg2.connect(**connection.get_connection_params())
        with other.cursor() as cursor:
            pid = connection.connection.info.backend_pid
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
        other.close()

    def around(self, holder: Any, name: str) -> None:
        """Make each call of a method two steps: before it and after it."""
        original: Callable[..., Any] = getattr(holder, name)

        def stepping(*arguments: Any, **options: Any) -> Any:
            self()
            result = original(*arguments, **options)
            self()
            return result

        setattr(holder, name, stepping)


def deliver(_name: str) -> None:
    from record.notices.services.delivery import deliver_due

    deliver_due()


def queue(name: str) -> None:
    """Write something and queue a message about it, in one transaction."""
    from record.accounts.models import User
    from record.audit.attribution import Source, act, attributed
    from record.notices.services.outbox import queue as put
    from tests.people import STAGE
    from trial_edc.background import SENDER

    with attributed(by=STAGE, via=Source.TASK):
        act("tried", details={"name": name})
        people = User.objects.filter(role="PI")
        put(occasion="test", key=name, to=people, subject=name, text="?")
    SENDER.finish()


def digest(instant: str) -> None:
    """Write the morning's mails at an instant."""
    from entry.worklist.services import write_due
    from trial_edc import clock

    with clock.at(datetime.fromisoformat(instant)):
        write_due()


JOBS = {"deliver": deliver, "queue": queue, "digest": digest}


def _work_in_child(order: dict[str, Any], answer: int) -> None:
    """Do the work in a child, and answer with the number of steps."""
    from django.db import connection
    from redis.connection import UnixDomainSocketConnection

    fate = Fate(order["fault"], order["step"])
    fate.around(smtplib.SMTP, "putcmd")
    fate.around(smtplib.SMTP, "getreply")
    fate.around(UnixDomainSocketConnection, "send_packed_command")
    connection.ensure_connection()
    fate.around(connection, "_commit")

    def stepping(execute: Any, *statement: Any) -> Any:
        fate()
        result = execute(*statement)
        fate()
        return result

    with connection.execute_wrapper(stepping):
        JOBS[order["job"]](order["name"])
    os.write(answer, f"{fate.count}\n".encode())


def _warm_up() -> None:
    """Load once what each child would load anew."""
    from django.utils.translation import gettext

    gettext("sent")
    for name in (
        "celery.app.amqp",
        "django.core.mail.backends.smtp",
        "kombu.transport.redis",
        "record.notices.tasks",
        "tests.people",
    ):
        import_module(name)


def main() -> None:
    """Do each order, line by line."""
    import django

    django.setup()
    _warm_up()
    for line in sys.stdin:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                _work_in_child(json.loads(line), writing)
            finally:
                os._exit(0)
        os.close(writing)
        os.waitpid(child, 0)
        answer = os.read(reading, 100).decode().strip()
        os.close(reading)
        sys.stdout.write((answer or DIED) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
