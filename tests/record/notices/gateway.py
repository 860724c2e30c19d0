"""A real gateway for text messages on loopback, which answers as it is told."""

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
    told = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            told.bodies.append(json.loads(self.rfile.read(size)))
            told.headers.append(dict(self.headers))
            status, text = told.answers.pop(0) if told.answers else (200, "")
            self.send_response(status)
            if status in range(300, 400):
                self.send_header("Location", told.url)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_told: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}/messages"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
