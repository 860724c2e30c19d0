"""Worlds: a simulated trial in a database of its own, and what it then holds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from django.db import connection, connections
from django.test import override_settings

from audit.models import Confidentiality, Entry
from casebook import catalogue
from casebook.models import FormInstance, Participant
from casebook.selectors import stored_sheets
from notices.models import Message
from randomization.rules import lists
from review.models import Query
from simulation.trial import Progress, simulate
from tests.servers import clean_database

UNTIL = date(2026, 6, 1)
SEED = 7
QUICK = ["django.contrib.auth.hashers.MD5PasswordHasher"]
OPEN = Confidentiality.OPEN.value
Row = tuple[Any, ...]


@dataclass
class World:
    """Everything that a simulated trial has left behind."""

    sheets: dict[str, list[Row]]  # by form
    forms: list[Row]
    queries: list[Row]
    messages: list[Row]
    entries: list[Row]
    statements: dict[int, int] = field(default_factory=dict)  # by person approached

    def seen_by_blinded(self) -> dict[str, Any]:
        """Return what blinded roles may read, by kind."""
        open_forms = {code for code in self.sheets if not is_restricted(code)}
        return {
            "sheets": {code: self.sheets[code] for code in sorted(open_forms)},
            "forms": [row for row in self.forms if row[1] in open_forms],
            "queries": [row for row in self.queries if row[0] in open_forms],
            "messages": self.messages,
            # One statement may change its rows in any order.
            "entries": sorted(repr(row) for row in self.entries if row[-1] == OPEN),
        }

    def restricted(self) -> dict[str, list[Row]]:
        """Return the sheets that only unblinded roles may read."""
        return {c: rows for c, rows in self.sheets.items() if is_restricted(c)}


def is_restricted(code: str) -> bool:
    """Tell whether a form is for unblinded roles."""
    return catalogue.design(code).is_restricted


def written(participants: int) -> World:
    """Simulate into a clean database and read all of it."""
    connections.close_all()
    clean_database()
    statements: dict[int, int] = {}
    with override_settings(PASSWORD_HASHERS=QUICK), counted(statements) as report:
        simulate(participants=participants, seed=SEED, until=UNTIL, report=report)
    world = read()
    world.statements = statements
    return world


@contextmanager
def counted(statements: dict[int, int]) -> Iterator[Callable[[Progress], None]]:
    """Count the statements of each first act about a person."""
    since = [0]

    def count(execute: Any, *call: Any) -> Any:
        since[0] += 1
        return execute(*call)

    def report(now: Progress) -> None:
        statements.setdefault(now.approached, since[0])
        since[0] = 0

    with connection.execute_wrapper(count):
        yield report


def read() -> World:
    """Read the database."""
    people = list(Participant.objects.values_list("pk", flat=True))
    codes = list(catalogue.designs())
    sheets: dict[str, list[Row]] = {code: [] for code in codes}
    for pk, sheet in stored_sheets(people, codes, with_struck=True):
        told = (pk, *sheet.key, sheet.status, sheet.revision, dict(sheet.values))
        sheets[sheet.code].append(told)
    return World(
        sheets,
        rows(FormInstance, "pk", "code", "visit", "status", "due_on", "revision"),
        rows(Query, "form__code", "form_id", "item", "check_id", "state", "raised_at"),
        rows(Message, "recipient_id", "key", "subject", "text"),
        rows(Entry, *ENTRY, "confidentiality"),
    )


ENTRY = ("demo_at", "act", "table_name", "form_id", "revision", "new_values", "actor")


def rows(model: type[Any], *columns: str) -> list[Row]:
    """Return columns of a table in the order in which its rows were written."""
    return list(model.objects.order_by("pk").values_list(*columns))


def turn_over(patch: pytest.MonkeyPatch) -> None:
    """Let every list be drawn with the arms exchanged."""
    drawn = lists.generate

    def turned(**options: Any) -> tuple[lists.Row, ...]:
        one, other = sorted(options["arms"])
        exchange = {one: other, other: one}
        found = drawn(**options)
        return tuple(
            lists.Row(row.seq, row.block, row.block_size, exchange[row.arm])
            for row in found
        )

    patch.setattr(lists, "generate", turned)
