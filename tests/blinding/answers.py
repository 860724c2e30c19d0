"""What a world answers, as a reader sees it, and how two answers differ."""

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
LINES, WIDTH = 4, 150  # of a difference that is shown
ZIP, PDF = b"PK\x03\x04", b"%PDF-"
PDF_NOISE = re.compile(rb"/(CreationDate|ModDate) ?\([^)]*\)|/ID ?\[[^\]]*\]")
SILENT = ("django.db.backends", "django.template", "asyncio")  # told by other fields


@dataclass(frozen=True)
class Answer:
    """What comes back, and what is done and said for it; texts are without noise."""

    status: int
    headers: str
    cookies: str
    length: int
    packed: bytes
    statements: int
    said: str  # in the log

    @property
    def body(self) -> str:
        """Return the body, an archive as the list and content of its files."""
        return zlib.decompress(self.packed).decode()


Answers = Mapping[Question, Answer]


class Spectator:
    """Asks a world as its blinded people, and notes everything that they may notice."""

    def __init__(self) -> None:
        self.clean = Filter()
        self.clients: dict[str, Client] = {}
        self.for_posts: set[tuple[str, str]] = set()  # pages that only take forms

    def ask(self, questions: Iterable[Question]) -> dict[Question, Answer]:
        """Return the answers; a key by chance of a restricted row is no difference."""
        found: dict[Question, Answer] = {}
        for one in questions:
            if (one.role, one.name) in self.for_posts:
                continue
            place = Question(one.role, one.name, HIDDEN_KEY.sub("#", one.url))
            found[place] = self.get(one.role, one.url)
            if found[place].status == NOT_ALLOWED:
                self.for_posts.add((one.role, one.name))
        return found

    def get(self, role: str, url: str) -> Answer:
        return self._noted(role, "get", url, {})

    def post(self, role: str, url: str, told: Mapping[str, Any]) -> Answer:
        return self._noted(role, "post", url, told)

    def _client(self, role: str) -> Client:
        if role not in self.clients:
            client = Client(raise_request_exception=False)
            client.force_login(User.objects.filter(role=role).order_by("pk")[0])
            client.get("/healthz")  # the session exists and was seen
            self.clients[role] = client
        return self.clients[role]

    def _noted(self, role: str, how: str, url: str, told: Mapping[str, Any]) -> Answer:
        client, count = self._client(role), Counted()
        with (
            chance.seeded(f"{role} {url}"),
            logged() as said,
            connection.execute_wrapper(count),
        ):
            response = getattr(client, how)(url, told)
            content = response.getvalue()
        headers = "\n".join(f"{name}: {text}" for name, text in response.items())
        return Answer(
            status=response.status_code,
            headers=self.clean(headers),
            cookies=" ".join(sorted(response.cookies)),
            length=len(content),
            packed=zlib.compress(self.clean(text_of(content)).encode(), 1),
            statements=count.number,
            said=self.clean("\n".join(said)),
        )


class Counted:
    """Counts statements."""

    number = 0

    def __call__(self, execute: Any, *call: Any) -> Any:
        self.number += 1
        return execute(*call)


@contextmanager
def logged() -> Iterator[list[str]]:
    """Note every line that the product or a library logs, however unimportant."""
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
    """Return a body as text: of an archive its files, of a PDF what it holds."""
    if content.startswith(ZIP):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "\n".join(
                f"{one.filename} {one.date_time} {one.compress_size} {one.CRC}\n"
                + text_of(archive.read(one))
                for one in archive.infolist()
            )
    if content.startswith(PDF):
        content = PDF_NOISE.sub(b"", content)
    return content.decode(errors="backslashreplace")


def differences(one: Answers, other: Answers) -> list[str]:
    """Return where and how the answers of two worlds differ."""
    alone = {
        **dict.fromkeys(one.keys() - other.keys(), "in the first world only"),
        **dict.fromkeys(other.keys() - one.keys(), "in the second world only"),
    }
    return [f"{place.role} {place.url}: {why}" for place, why in alone.items()] + [
        f"{place.role} {place.url}: {how}"
        for place in one
        if place in other
        for how in _differing(one[place], other[place])
    ]


def _differing(one: Answer, other: Answer) -> Iterator[str]:
    for part in fields(Answer):
        here, there = getattr(one, part.name), getattr(other, part.name)
        if here == there:
            continue
        if part.name == "packed":
            here, there = one.body, other.body
        lines = str(here).splitlines(), str(there).splitlines()
        yield f"{part.name}: {shown(*lines)}"


def shown(here: list[str], there: list[str]) -> str:
    """Return the first lines that differ, cut to what differs."""
    lines = difflib.unified_diff(here, there, n=0, lineterm="")
    told = [line for line in lines if not line.startswith(("---", "+++", "@@"))]
    return "\n    ".join(["", *(line[:WIDTH] for line in told[:LINES])])
