"""The web server's worker: a thread gets a request when all of it has arrived.

Threads of gunicorn's own worker read from the client, so as many slow clients as there
are threads stop the site. Here the one loop that waits for all connections also reads
them. Threads wait for nobody but a client that takes its answer slowly, within a limit.
"""

import errno
import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.http import get_parser
from gunicorn.workers.gthread import TConn, ThreadWorker

HEAD_SECONDS = 10  # from a connection to the end of its request's head
REQUEST_SECONDS = 60  # from there to its end: 12 MB at 1.6 Mbit/s
CLIENT_SECONDS = 30  # for a client to take a piece of its answer
LEAVE_SECONDS = 2  # for a client to read the end of the last one
MOST_HEAD_BYTES = 64_000
MOST_BODY_BYTES = 12_500_000  # more is refused by its head alone, see `MAX_BYTES`
MOST_BYTES_AT_ONCE = 100_000_000  # of all requests in a worker
PIECE_BYTES = 65_536
END_OF_HEAD = b"\r\n\r\n"
LENGTH = re.compile(rb"(?im)^content-length[ \t]*:[ \t]*(\d{1,18})[ \t]*\r$")
ENCODED = re.compile(rb"(?im)^transfer-encoding[ \t]*:")
AWAITS = re.compile(rb"(?im)^expect[ \t]*:[ \t]*100-continue")
GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"
NEEDS_LENGTH = (
    b"HTTP/1.1 411 Length Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)


class TimedSocket(socket.socket):
    """A socket on which no thread waits for ever."""

    def setblocking(self, flag: bool, /) -> None:  # noqa: FBT001 - as the socket has it
        self.settimeout(CLIENT_SECONDS if flag else 0)


class Connection(TConn):
    """A connection whose requests are handed over whole."""

    def __init__(self, *args: Any, leave: Callable[["Connection"], None]) -> None:
        super().__init__(*args)
        self.parser: Any
        self.leave = leave
        self.request_bytes = 0  # of the request that a thread works on
        self.is_last = False  # what came beyond the request is not read

    def take(self, request: bytes) -> None:
        if self.parser is None:
            self.parser = get_parser(self.cfg, self.sock, self.client)
        self.parser.unreader.unread(request)
        self.initialized = True
        self.request_bytes = len(request)

    def close(self, graceful: bool = False) -> None:  # noqa: FBT001, FBT002 - gunicorn's
        if graceful:
            self.leave(self)
        else:
            super().close()


@dataclass
class Arrival:
    """What has arrived of a request; `whole_bytes` is known with its head."""

    until: float
    content: bytearray = field(default_factory=bytearray)
    whole_bytes: int | None = None
    is_cut: bool = False  # its body is too large and is not read
    answer: bytes = b""  # to its head

    def add(self, piece: bytes) -> None:
        begin = max(0, len(self.content) - len(END_OF_HEAD))
        self.content += piece
        if self.whole_bytes is None:
            end = self.content.find(END_OF_HEAD, begin)
            if end >= 0:
                self._read_head(end + len(END_OF_HEAD))

    def _read_head(self, head_bytes: int) -> None:
        head = bytes(self.content[:head_bytes])
        lengths = [int(length) for length in LENGTH.findall(head)]
        body_bytes = max(lengths, default=0)
        self.is_cut = body_bytes > MOST_BODY_BYTES
        self.whole_bytes = head_bytes + (0 if self.is_cut else body_bytes)
        self.until = time.monotonic() + REQUEST_SECONDS
        if ENCODED.search(head):  # WSGI has no body without a length
            self.answer = NEEDS_LENGTH
        elif AWAITS.search(head):
            self.answer = GO_ON

    @property
    def is_whole(self) -> bool:
        return self.whole_bytes is not None and len(self.content) >= self.whole_bytes

    @property
    def is_refused(self) -> bool:
        endless = self.whole_bytes is None and len(self.content) > MOST_HEAD_BYTES
        return endless or self.answer == NEEDS_LENGTH


class WholeRequestWorker(ThreadWorker):
    """Reads in the loop of the worker; the oldest unfinished request gives way."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.arriving: dict[Connection, Arrival] = {}  # the oldest first
        self.leaving: dict[Connection, float] = {}
        self.bytes_at_once = 0

    def accept(self, listener: socket.socket) -> None:
        try:
            accepted, client = listener.accept()
        except OSError as problem:
            if problem.errno in {errno.EAGAIN, errno.ECONNABORTED}:
                return
            raise
        sock = TimedSocket(fileno=accepted.detach())
        place = listener.getsockname()
        conn = Connection(self.cfg, sock, client, place, leave=self._leave)
        self.nr_conns += 1
        if self.nr_conns >= self.worker_connections and self.arriving:
            self._drop(next(iter(self.arriving)))
        self._expect_request(conn)

    def on_client_socket_readable(self, conn: Connection, client: Any) -> None:
        """Take up a connection that was kept alive."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._expect_request(conn)

    def _expect_request(self, conn: Connection) -> None:
        self.arriving[conn] = Arrival(time.monotonic() + HEAD_SECONDS)
        self.poller.register(conn.sock, EVENT_READ, partial(self._receive, conn))

    def _receive(self, conn: Connection, sock: socket.socket) -> None:
        arrival = self.arriving.get(conn)
        if arrival is None:  # dropped while this event was on its way
            return
        piece = _received(sock, PIECE_BYTES)
        if piece is None:
            return
        arrival.add(piece)
        self.bytes_at_once += len(piece)
        if arrival.answer:
            _send(sock, arrival.answer)
        if not piece or arrival.is_refused:
            self._drop(conn)
            return
        arrival.answer = b""
        if arrival.is_whole:
            self._hand_over(conn, arrival)
        elif self.bytes_at_once > MOST_BYTES_AT_ONCE:
            self._drop(next(iter(self.arriving)))

    def _hand_over(self, conn: Connection, arrival: Arrival) -> None:
        del self.arriving[conn]
        self.poller.unregister(conn.sock)
        content, whole = arrival.content, arrival.whole_bytes
        conn.take(bytes(content[:whole]))
        conn.is_last = arrival.is_cut or len(content) != whole
        self.bytes_at_once += conn.request_bytes - len(content)
        self.enqueue_req(conn)

    def _drop(self, conn: Connection) -> None:
        arrival = self.arriving.pop(conn)
        self.poller.unregister(conn.sock)
        self.bytes_at_once -= len(arrival.content)
        self.nr_conns -= 1
        if arrival.answer:
            self._leave(conn)  # else the answer is lost with what was not read
        else:
            conn.close()

    def _keepalive_after(self, conn: Connection, keepalive: Any) -> bool:
        return not conn.is_last and bool(super()._keepalive_after(conn, keepalive))

    def finish_request(self, conn: Connection, fs: Any) -> None:
        self.bytes_at_once -= conn.request_bytes
        conn.request_bytes = 0
        super().finish_request(conn, fs)

    def _leave(self, conn: Connection) -> None:
        """Say the end and read on for a moment, or the client loses the answer."""
        try:
            conn.sock.settimeout(0)
            conn.sock.shutdown(socket.SHUT_WR)
            self.poller.register(conn.sock, EVENT_READ, partial(self._discard, conn))
        except (OSError, ValueError, KeyError):
            conn.close()
            return
        self.leaving[conn] = time.monotonic() + LEAVE_SECONDS
        if len(self.leaving) > self.worker_connections:
            self._part(next(iter(self.leaving)))

    def _discard(self, conn: Connection, sock: socket.socket) -> None:
        if conn in self.leaving and _received(sock, PIECE_BYTES) == b"":
            self._part(conn)

    def _part(self, conn: Connection) -> None:
        del self.leaving[conn]
        self.poller.unregister(conn.sock)
        conn.close()

    def murder_pending(self) -> None:
        """Drop what takes too long; of a worker that stops, what has not begun."""
        now = time.monotonic()
        for conn, arrival in list(self.arriving.items()):
            if arrival.until < now or not (self.alive or arrival.content):
                self._drop(conn)
        for conn, until in list(self.leaving.items()):
            if until < now:
                self._part(conn)


def _received(sock: socket.socket, most: int) -> bytes | None:
    """What has arrived; nothing at its end, or None while there is no more."""
    try:
        return sock.recv(most)
    except BlockingIOError:
        return None
    except OSError:
        return b""


def _send(sock: socket.socket, answer: bytes) -> None:
    try:
        sock.send(answer)
    except OSError:
        return  # the next read tells
