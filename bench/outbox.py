"""`python -m bench.outbox [sizes]`: reminders found among many, mails sent a minute.

Commits are safe ones, as in production. Every part ends by itself.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench.stage import database
from trial_edc import dates

SIZES = (10_000, 100_000)  # participants
DUE = 10  # one of so many has a message due
MAILS = 1_000  # to staff
WORKERS = 2  # as in production
PATIENCE_SECONDS = 45  # for the mails of each kind
GOAL_A_MINUTE = 2_000
NOON = timedelta(hours=12)
out = sys.stdout.write


def main() -> None:
    sizes = [int(text) for text in sys.argv[1:]] or SIZES
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    more = {"EMAIL_URL": f"smtp://127.0.0.1:{port}", "SITE_PHONE": "010-00000000"}
    with database("bench-outbox", durable=True, **more):
        from trial_edc import clock  # noqa: PLC0415 - after the settings are there

        today = datetime.combine(clock.today(), datetime.min.time(), dates.SITE_TZ)
        later = today + NOON - clock.now()  # nobody is written to at night
        with clock.shifted(later), mail_server(port):
            load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
            setting = f"{WORKERS} workers (goal {GOAL_A_MINUTE}; {load})"
            out(f"\nMails a minute, {setting}.\n")
            queue_for_staff()
            deliver("to staff", later)
            results = scans(sizes, today + NOON)
            few = next(results)
            deliver("to participants", later)
            report(few, next(results))


@contextmanager
def mail_server(port: int) -> Iterator[None]:
    """Run a mail server in a process of its own, and compare its count with ours."""
    from record.notices.models import Message, MessageState  # noqa: PLC0415 - as above

    command = [sys.executable, "-m", "bench.postbox", str(port)]
    server = subprocess.Popen(  # noqa: S603 - our own
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout  # noqa: S101 - piped above
    server.stdout.readline()
    yield
    received, _nothing = server.communicate()
    recorded = Message.objects.filter(state=MessageState.SENT).count()
    out(f"\nNoted as sent {recorded}, taken by the mail server {received.strip()}.\n")


def queue_for_staff() -> None:
    from record.audit.attribution import Process, Source, attributed  # noqa: PLC0415 - as above
    from record.notices.models import Message  # noqa: PLC0415 - as above
    from record.notices.services.outbox import queue_all  # noqa: PLC0415 - as above
    from tests.people import person  # noqa: PLC0415 - as above

    columns = {"subject": "A notice", "text": "Some words.\n" * 20, "occasion": "bench"}
    reader = person("PI")
    with attributed(by=Process("bench"), via=Source.COMMAND):
        queue_all(
            [Message(recipient=reader, key=f"{n}", **columns) for n in range(MAILS)]
        )


def deliver(kind: str, later: timedelta) -> None:
    from record.notices.models import Message, MessageState  # noqa: PLC0415 - as above

    sent = Message.objects.filter(state=MessageState.SENT)
    waiting = Message.objects.filter(state=MessageState.QUEUED)
    before = sent.count()
    command = [sys.executable, "-m", "bench.worker", str(later.total_seconds())]
    workers = [subprocess.Popen(command) for _ in range(WORKERS)]  # noqa: S603 - our own
    while (first := sent.count()) == before:
        time.sleep(0.05)
    started, busy = time.monotonic(), _own_seconds(workers)
    while waiting.exists() and time.monotonic() - started < PATIENCE_SECONDS:
        time.sleep(0.2)
    seconds, count = time.monotonic() - started, sent.count() - first
    busy = _own_seconds(workers) - busy
    for worker in workers:
        worker.terminate()
        worker.wait()
    rate = 60 * count / seconds
    out(
        f"  {kind:<16}{count:>6} in {seconds:5.1f} s   {rate:6.0f} a minute, "
        f"{rate / GOAL_A_MINUTE:4.2f} of the goal   "
        f"{1e3 * busy / count:4.1f} ms of a worker's own time each\n"
    )
    sys.stdout.flush()


def _own_seconds(workers: list[subprocess.Popen[bytes]]) -> float:
    """Sum up the processor time of workers, which a busy machine does not lengthen."""
    ticks = 0
    for worker in workers:
        with suppress(OSError):
            fields = Path(f"/proc/{worker.pid}/stat").read_text().rpartition(")")[2]
            ticks += sum(
                map(int, fields.split()[11:13])
            )  # utime and stime, see proc(5)
    return ticks / os.sysconf("SC_CLK_TCK")


def scans(sizes: list[int] | tuple[int, ...], now: datetime) -> Iterator[Any]:
    """Queue what is due among few and among many, each in a process of its own."""
    from bench.people import copies, has_address, out_patient  # noqa: PLC0415 - as above

    due, other = out_patient(1, ago=28), out_patient(2, ago=20)
    copied = 0
    for size in sizes:
        share = (size - copied) // DUE
        copies(due, copied, share)
        copies(other, copied + share, size - copied - share)
        copied = size
        assert has_address()  # noqa: S101 - else nothing is measured
        command = [sys.executable, "-m", "bench.scan", now.isoformat()]
        result = subprocess.run(command, check=True, stdout=subprocess.PIPE)  # noqa: S603 - our own
        yield {"of": size + 2, **json.loads(result.stdout)}


def report(few: dict[str, Any], many: dict[str, Any]) -> None:
    """A scan that was cut short took fewer than there are."""
    out("\nReminders: who of all participants is due, queued (statements a batch of\n")
    out("500, memory of the process; one in ten has a message due).\n")
    for scan in (few, many):
        grown = scan["megabytes"] - scan["first_megabytes"]
        out(
            f"  {scan['people']:>6} of {scan['of']:>6}  {scan['queued']:>5} queued  "
            f"{scan['fewest']}-{scan['most']} statements  {scan['megabytes']:4.0f} MB "
            f"({grown:+.0f} after the first batch)  "
            f"{scan['people'] / scan['seconds']:4.0f} participants/s\n"
        )
    statements, memory = (many[n] / few[n] for n in ("most", "megabytes"))
    out(f"  statements ratio {statements:4.2f} (at most 1.00)   ")
    out(f"memory ratio {memory:4.2f} (about 1.00)\n")


if __name__ == "__main__":
    main()
