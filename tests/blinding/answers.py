"""The answers of a world, as a reader sees them, and how two answers differ."""

import difflib
import io
import logging
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any

from django.db import connection
from django.test import Client

from record.accounts.models import User
from tests.blinding.addresses import Question
from tests.blinding.noise import HIDDEN_KEY, Filter
from trial_edc import chance

NOT_ALLOWED = 405
LINES, WIDTH = 4, 150  # of a difference in the message
ZIP, PDF = b"PK\x03\x04", b"%PDF-"
PDF_NOISE = re.compile(rb"/(CreationDate|ModDate) ?\([^)]*\)|/ID ?\[[^\]]*\]")
SILENT = ("django.db.backends", "django.template", "asyncio")  # other fields show it


@dataclass(frozen=True)
class Answer:
    """The response, its statements and its log lines; texts are without noise."""

    status: int
    headers: str
    cookies: str
    length: int
    packed: bytes
    statements: int
    log: str

    @property
    def body(self) -> str:
        """An archive is the list and content of its files."""
        return zlib.decompress(self.packed).decode()


Answers = Mapping[Question, Answer]


class Observer:
    """Requests pages of a world as its blinded people, and notes what they see."""

    def __init__(self) -> None:
        self.clean = Filter()
        self.clients: dict[str, Client] = {}
        self.for_posts: set[tuple[str, str]] = set()  # pages that only take forms

    def ask(self, questions: Iterable[Question]) -> dict[Question, Answer]:
        """The answers; the random key of a restricted row is no difference."""
        answers: dict[Question, Answer] = {}
        for question in questions:
            if (question.role, question.name) in self.for_posts:
                continue
            place = Question(
                question.role, question.name, HIDDEN_KEY.sub("#", question.url)
            )
            answers[place] = self.get(question.role, question.url)
            if answers[place].status == NOT_ALLOWED:
                self.for_posts.add((question.role, question.name))
        return answers

    def get(self, role: str, url: str) -> Answer:
        return self._request(role, "get", url, {})

    def post(self, role: str, url: str, fields: Mapping[str, Any]) -> Answer:
        return self._request(role, "post", url, fields)

    def _client(self, role: str) -> Client:
        if role not in self.clients:
            client = Client(raise_request_exception=False)
            client.force_login(User.objects.filter(role=role).order_by("pk")[0])
            client.get("/accounts/keep-alive/")  # the session exists and was seen
            self.clients[role] = client
        return self.clients[role]

    def _request(
        self, role: str, method: str, url: str, fields: Mapping[str, Any]
    ) -> Answer:
        client, count = self._client(role), Counted()
        with (
            chance.seeded(f"{role} {url}"),
            log_lines() as lines,
            connection.execute_wrapper(count),
        ):
            response = getattr(client, method)(url, fields)
            content = response.getvalue()
        headers = "\n".join(f"{name}: {text}" for name, text in response.items())
        return Answer(
            status=response.status_code,
            headers=self.clean(headers),
            cookies=" ".join(sorted(response.cookies)),
            length=len(content),
            packed=zlib.compress(self.clean(text_of(content)).encode(), 1),
            statements=count.number,
            log=self.clean("\n".join(lines)),
        )


class Counted:
    """Counts statements."""

    number = 0

    def __call__(self, execute: Any, *call: Any) -> Any:
        self.number += 1
        return execute(*call)


@contextmanager
def log_lines() -> Iterator[list[str]]:
    """Every line that the product or a library logs, at any level."""
    lines: list[str] = []

    class Notes(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if not record.name.startswith(SILENT):
                lines.append(f"{record.levelname} {record.name} {self.format(record)}")

    root, handler = logging.getLogger(), Notes()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.setLevel(before)
        root.removeHandler(handler)


def text_of(content: bytes) -> str:
    """Of an archive its files, of a PDF its content."""
    if content.startswith(ZIP):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "\n".join(
                f"{file.filename} {file.date_time} {file.compress_size} {file.CRC}\n"
                + text_of(archive.read(file))
                for file in archive.infolist()
            )
    if content.startswith(PDF):
        content = PDF_NOISE.sub(b"", content)
    return content.decode(errors="backslashreplace")


def differences(first: Answers, second: Answers) -> list[str]:
    """Where and how the answers of two worlds differ."""
    missing = {
        **dict.fromkeys(first.keys() - second.keys(), "in the first world only"),
        **dict.fromkeys(second.keys() - first.keys(), "in the second world only"),
    }
    return [f"{place.role} {place.url}: {why}" for place, why in missing.items()] + [
        f"{place.role} {place.url}: {difference}"
        for place in first
        if place in second
        for difference in _differing(first[place], second[place])
    ]


def _differing(first: Answer, second: Answer) -> Iterator[str]:
    for part in fields(Answer):
        left, right = getattr(first, part.name), getattr(second, part.name)
        if left == right:
            continue
        if part.name == "packed":
            left, right = first.body, second.body
        lines = str(left).splitlines(), str(right).splitlines()
        yield f"{part.name}: {first_differences(*lines)}"


def first_differences(left: list[str], right: list[str]) -> str:
    """The first lines that differ, cut."""
    lines = difflib.unified_diff(left, right, n=0, lineterm="")
    changes = [line for line in lines if not line.startswith(("---", "+++", "@@"))]
    return "\n    ".join(["", *(line[:WIDTH] for line in changes[:LINES])])
