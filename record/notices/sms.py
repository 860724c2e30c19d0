"""Text messages: the gateway's interface, one over HTTP, one for a demo.

docs/operations.md describes request and answers for whoever sets up a gateway.
"""

import json
from http import HTTPStatus
from pathlib import Path
from typing import Protocol
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings

from trial_edc import clock

CLIENT_ERRORS = range(HTTPStatus.BAD_REQUEST, HTTPStatus.INTERNAL_SERVER_ERROR)
# Answers that another try may change; any other of them refuses for good.
TEMPORARY = (
    HTTPStatus.UNAUTHORIZED,  # a token that was changed on one side only
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,  # a wrong address of the gateway is no fault of the message
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
)
MAX_ANSWER = 200  # characters
SCHEMES = ("http", "https")
NOTEBOOK = "notebook"  # of a demo alone


class Unreachable(Exception):
    """The gateway did not take the message now; it may later."""


class Rejected(Exception):
    """The gateway will never take this message."""


class Gateway(Protocol):
    """Sends text messages."""

    def send(self, *, to: str, text: str, key: str) -> None:
        """Raises `Unreachable` or `Rejected`.

        A gateway drops a request whose `key` it has accepted before.
        """


class Notebook:
    """Writes each message into a file; it stands in for a gateway in a demo."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def send(self, *, to: str, text: str, key: str) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{clock.now():%Y-%m-%d %H:%M}\t{key}\t{to}\t{text}\n")


class _NoRedirect(HTTPRedirectHandler):
    """Follow no redirection: it would turn the request into one that sends nothing."""

    def redirect_request(self, *_request: object) -> None:
        pass


class HttpGateway:
    """Posts each message as JSON to an address, with a bearer token."""

    def __init__(
        self, url: str, *, token: str, sender: str, timeout_seconds: float
    ) -> None:
        if urlsplit(url).scheme not in SCHEMES:
            message = f"SMS_GATEWAY_URL: {url!r} is no http or https address"
            raise ValueError(message)
        self.url, self.token, self.sender = url, token, sender
        self.timeout_seconds = timeout_seconds

    def send(self, *, to: str, text: str, key: str) -> None:
        body = {"to": to, "from": self.sender, "text": text, "key": key}
        request = Request(  # noqa: S310 - the scheme is checked above
            self.url,
            json.dumps(body).encode(),
            {
                "Content-Type": "application/json",
                "Authorization": f"Bearer {self.token}",
                "Idempotency-Key": key,
            },
        )
        try:
            with build_opener(_NoRedirect).open(request, timeout=self.timeout_seconds):
                return
        except HTTPError as problem:
            with problem:
                raise _refusal_class(problem.code)(
                    _answer_without_number(problem, to)
                ) from None
        except (URLError, OSError) as problem:
            raise Unreachable(str(problem)) from problem


def _refusal_class(status: int) -> type[Unreachable | Rejected]:
    is_refusal = status in CLIENT_ERRORS and status not in TEMPORARY
    return Rejected if is_refusal else Unreachable


def _answer_without_number(problem: HTTPError, to: str) -> str:
    answer = problem.read(MAX_ANSWER).decode(errors="replace").replace(to, "…")
    return f"{problem.code} {answer}".strip()


def gateway() -> Gateway | None:
    if not settings.SMS_GATEWAY_URL:
        return None
    url = urlsplit(settings.SMS_GATEWAY_URL)
    if settings.DEMO and url.scheme == NOTEBOOK:
        return Notebook(Path(url.path))
    return HttpGateway(
        settings.SMS_GATEWAY_URL,
        token=settings.SMS_GATEWAY_TOKEN,
        sender=settings.SMS_SENDER,
        timeout_seconds=settings.SMS_TIMEOUT_SECONDS,
    )
