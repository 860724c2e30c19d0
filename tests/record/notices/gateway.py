"""A real gateway for text messages on loopback, with answers set by the test."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Gateway:
    """What came in: bodies and headers; `answers` are used up, then all is accepted."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.answers: list[tuple[int, str]] = []
        self.url = ""


@contextmanager
def gateway() -> Iterator[Gateway]:
    """Run the gateway while the block runs."""
    box = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            box.bodies.append(json.loads(self.rfile.read(size)))
            box.headers.append(dict(self.headers))
            status, text = box.answers.pop(0) if box.answers else (200, "")
            self.send_response(status)
            if status in range(300, 400):
                self.send_header("Location", box.url)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_line: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    box.url = f"http://127.0.0.1:{server.server_port}/messages"
    poll_seconds = 0.01  # half a second by default, for each test that stops it
    thread = threading.Thread(
        target=server.serve_forever, args=(poll_seconds,), daemon=True
    )
    thread.start()
    try:
        yield box
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
