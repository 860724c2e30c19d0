"""A real mail server on loopback, which may kill who talks to it."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

OK = "250 OK"


class Postbox:
    """What the server took in; `before` and `after` act on each mail taken."""

    def __init__(self) -> None:
        self.subjects: list[str] = []
        self.texts: list[str] = []
        self.before: Callable[[], None] = _nothing
        self.after: Callable[[], None] = _nothing
        self.silent = 0  # so many mails are taken without saying so

    async def handle_MAIL(  # noqa: N802 - the name that aiosmtpd calls
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        self.before()
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return OK

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take a mail in; the sender learns of it after `after`, if at all."""
        content: Any = envelope.content
        mail = message_from_bytes(content)
        body: Any = mail.get_payload(decode=True)
        self.subjects.append(str(mail["Subject"]))
        self.texts.append("\n".join(body.decode().splitlines()))
        self.after()
        if self.silent:
            self.silent -= 1
            server.transport.abort()
        return OK

    def waited_for(self, count: int, seconds: float = 60) -> bool:
        """Wait until so many mails are in; False when they did not come in time."""
        end = time.monotonic() + seconds
        while len(self.subjects) < count and time.monotonic() < end:
            time.sleep(0.05)
        return len(self.subjects) >= count


@contextmanager
def postbox(port: int) -> Iterator[Postbox]:
    """Run the server while the block runs."""
    box = Postbox()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield box
    finally:
        server.stop()


def kill(process_id: int) -> None:
    os.kill(process_id, signal.SIGKILL)


def _nothing() -> None:
    pass
