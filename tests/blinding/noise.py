"""What may differ between two worlds, each with its reason; nothing else may."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime

from randomization.models import AllocationList
from record.audit.models import Seal
from trial_edc.dates import SITE_TZ

HIDDEN_KEY = re.compile(r"\b\d{16}\b")
SEALED = re.compile(r"[A-Za-z0-9+/]{60,}={0,2}")
UUID = r"\b[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\b"

# Reason → what is taken out of pages, headers, logs, mail and the broker.
DECLARED = {
    "the token of a form against forged requests is new for each page": re.compile(
        r'(?<=name="csrfmiddlewaretoken" value=")\w+|(?<="X-CSRFToken": ")\w+'
        r'|(?<=, "token": ")\w+'
    ),
    "who guesses the key of a restricted row has it sent back": HIDDEN_KEY,
    "a page that may not be kept ends at the server's time": re.compile(
        r"(?<=Expires: ).*"
    ),
    "how long a request took stands in its line of the log": re.compile(
        r"(?<='duration_ms': )\d+"
    ),
    "a session has a key by chance": re.compile(
        r'(?<=name="session" value=")[0-9a-f]+'
    ),
    "a row that is added, a request and a task have an id by chance": re.compile(UUID),
}


def server_time() -> re.Pattern[str]:
    """The server's own time of these minutes, beside the moved clock of the test.

    Reason: no test moves the clock of the database and of printed pages.
    """
    days = {datetime.now(zone).date().isoformat() for zone in (SITE_TZ, UTC, None)}
    clock = r"[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(\+[\d:]+|Z)?( CST| UTC)?"
    return re.compile(f"({'|'.join(days)})({clock})?")


def secrets_of_world() -> Iterator[str]:
    """Texts made of a nonce or of server times, which are taken out as they stand.

    Reason: the commitment is drawn with a secret nonce, a seal covers server times.
    """
    yield from AllocationList.objects.exclude(commitment="").values_list(
        "commitment", flat=True
    )
    yield from Seal.objects.values_list("root", flat=True)


class Filter:
    """Takes the declared noise of one world out of a text."""

    def __init__(self) -> None:
        """Learn the secrets of the active world."""
        secrets = [re.escape(secret) for secret in secrets_of_world()]
        self.patterns = [*DECLARED.values(), server_time()]
        if secrets:
            self.patterns.append(re.compile("|".join(secrets)))

    def __call__(self, text: str) -> str:
        for pattern in self.patterns:
            text = pattern.sub("~", text)
        return text


# Columns of the database that hold noise, with the reason; * is the whole table.
STORED = {
    ("audit_entry", "id"): "one statement writes its rows in any order",
    ("audit_entry", "at"): "the server's time",
    ("audit_entry", "transaction_id"): "one counter for all databases of a server",
    ("audit_entry", "request_id"): "drawn by chance",
    ("accounts_user", "password"): "salted",
    ("django_session", "*"): "keys drawn by chance, the server's time",
    ("audit_seal", "*"): "covers server times",
    ("audit_sealedentry", "*"): "covers server times",
    ("audit_performedact", "key"): "drawn by chance",
    ("randomization_allocationlist", "commitment"): "drawn with a secret nonce",
    ("randomization_allocationlist", "content_digest"): "of a sealed text",
}


def stored_rows(table: str, csv_text: str) -> list[str]:
    """The rows of a table without noise, sealed texts as their length."""
    if (table, "*") in STORED:
        return []
    is_compared = lambda name: (table, name) not in STORED  # noqa: E731 - short
    return sorted(
        repr({name: _plain(text) for name, text in row.items() if is_compared(name)})
        for row in csv.DictReader(io.StringIO(csv_text))
    )


def blinded_rows(table: str, csv_text: str) -> list[str]:
    """The same of the rows that blinded people wrote, or that tell of their work."""
    return [
        row
        for row in stored_rows(table, csv_text)
        if "'#'" not in row and "'confidentiality': 'restricted'" not in row
    ]


def _plain(text: str) -> str:
    return HIDDEN_KEY.sub("#", SEALED.sub(lambda match: f"<{len(match[0])}>", text))
