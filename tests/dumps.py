"""What a thief of the database or of its logs can read, in any common spelling.

A pattern is looked for in the text as it stands, and in what its escapes, its base64
and its hexadecimal digits say. Sealed texts say nothing: they are no UTF-8.
"""

import base64
import io
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

from django.db import connections

from tools.launch import postgres
from tools.launch.problems import LaunchError

AROUND = 40  # characters shown on each side of a finding
BASE64 = re.compile(r"[A-Za-z0-9+/_-]{4,}={0,2}")
HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){3,}")
ESCAPED = re.compile(r"\\u([0-9A-Fa-f]{4})")


def dump() -> str:
    """Return everything the database of the owner's connection holds, as plain text."""
    database = connections["owner"].settings_dict
    try:
        program = postgres.programs().folder / "pg_dump"
    except LaunchError:
        program = Path("pg_dump")
    if not os.access(program, os.X_OK):
        return "".join(f"COPY {name}\n{rows}" for name, rows in tables())
    host = database["HOST"] or database["OPTIONS"].get("host", "")
    run = subprocess.run(
        [
            program,
            f"--host={host}",
            f"--port={database['PORT'] or 5432}",
            f"--username={database['USER']}",
            f"--dbname={database['NAME']}",
        ],
        env={**os.environ, "PGPASSWORD": database["PASSWORD"]},
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout


def tables() -> Iterator[tuple[str, str]]:
    """Yield the name and the rows of each table, as COPY writes them, in key order."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1"
        )
        names = [name for (name,) in cursor.fetchall()]
        for name in names:
            rows = io.StringIO()
            ordered = f'SELECT * FROM "{name}" ORDER BY 1'  # the key comes first
            command = f"COPY ({ordered}) TO STDOUT WITH (HEADER, FORMAT csv)"
            cursor.copy_expert(command, rows)
            yield name, rows.getvalue()


def server_log() -> str:
    """Return what the embedded server of this run has logged; '' of another server."""
    slot = Path(os.environ["STATE_DIR"]).parent
    logs = sorted(slot.glob("postgres-*/postgres.log"))
    return "".join(log.read_text(errors="replace") for log in logs)


def readable(text: str, pattern: re.Pattern[str]) -> list[str]:
    """Return where the pattern can be read: the spelling, and the words around it."""
    spelled: dict[str, Callable[[str], Iterator[str]]] = {
        "plain": lambda text: iter([text]),
        "escaped": lambda text: iter([ESCAPED.sub(_letter, text)]),
        "percent": lambda text: iter([unquote(text)]),
        "base64": lambda text: _decoded(text, BASE64, _from_base64),
        "hexadecimal": lambda text: _decoded(text, HEX, bytes.fromhex),
    }
    return [
        f"{spelling}: {words[max(0, hit.start() - AROUND) : hit.end() + AROUND]}"
        for spelling, read in spelled.items()
        for words in read(text)
        for hit in pattern.finditer(words)
    ]


def _letter(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


def _from_base64(word: str) -> bytes:
    word = word.rstrip("=").translate(str.maketrans("-_", "+/"))
    return base64.b64decode(word + "=" * (-len(word) % 4))


def _decoded(
    text: str, words: re.Pattern[str], decode: Callable[[str], bytes]
) -> Iterator[str]:
    for word in set(words.findall(text)):
        try:
            yield decode(word).decode()
        except ValueError:  # no base64, or no text
            continue
