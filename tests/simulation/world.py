"""A simulated trial in a clean database, and what it then holds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection, connections
from django.test import override_settings

from record.casebook import catalogue
from record.casebook.models import Participant
from record.casebook.selectors import stored_form_data
from simulation.trial import Progress, simulate
from tests.servers import clean_database

UNTIL = date(2026, 6, 1)
SEED = 7
QUICK = ["django.contrib.auth.hashers.MD5PasswordHasher"]
Row = tuple[Any, ...]


@dataclass
class World:
    """Contents of a simulated trial, and the statements it took."""

    form_data: dict[str, list[Row]]  # by form
    statements: dict[int, int] = field(default_factory=dict)  # by person approached
    # By day: what lists read otherwise than forms and rules say.
    disagreements: dict[date, list[object]] = field(default_factory=dict)
    told_in_ward: set[tuple[int, str]] = field(default_factory=set)


def simulated_world(
    participants: int, each_day: Callable[[date], None] = lambda _day: None
) -> World:
    """Simulate into a clean database and read all of it.

    `each_day` is called after the first act of every day on which somebody acts.
    """
    connections.close_all()
    clean_database()
    statements: dict[int, int] = {}
    counting = counted(statements, each_day)
    with override_settings(PASSWORD_HASHERS=QUICK), counting as report:
        simulate(participants=participants, seed=SEED, until=UNTIL, report=report)
    world = read()
    world.statements = statements
    return world


@contextmanager
def counted(
    statements: dict[int, int], each_day: Callable[[date], None]
) -> Iterator[Callable[[Progress], None]]:
    """Count the statements of each first act about a person."""
    since = [0]
    days: set[date] = set()

    def count(execute: Any, *call: Any) -> Any:
        since[0] += 1
        return execute(*call)

    def report(now: Progress) -> None:
        statements.setdefault(now.approached, since[0])
        if now.today not in days:
            days.add(now.today)
            each_day(now.today)
        since[0] = 0

    with connection.execute_wrapper(count):
        yield report


def read() -> World:
    people = list(Participant.objects.values_list("pk", flat=True))
    codes = list(catalogue.designs())
    form_data: dict[str, list[Row]] = {code: [] for code in codes}
    for pk, data in stored_form_data(people, codes, with_struck=True):
        row = (pk, *data.key, data.status, data.revision, dict(data.values))
        form_data[data.code].append(row)
    return World(form_data)
