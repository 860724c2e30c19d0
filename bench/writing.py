"""One audited row of 40 columns, against the packages of the field."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pghistory
from django.db import connection, models, transaction

from bench.clocks import medians, processor_clock
from bench.room.models import (
    ANSWERS,
    CHOICES,
    DATES,
    INSTANTS,
    NUMBERS,
    TEXTS,
    Ours,
    Plain,
    WithPghistory,
    WithSimpleHistory,
)
from record.audit.attribution import Process, Source, attributed

BY = Process("bench")


def values(number: int) -> dict[str, Any]:
    at = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
    return {
        **{name: Decimal(100 + (number + n) % 500) for n, name in enumerate(NUMBERS)},
        **{name: str((number + n) % 3) for n, name in enumerate(CHOICES)},
        **dict.fromkeys(ANSWERS, "Y" if number % 2 else "N"),
        **{name: f"Some words about {name}, round {number}." for name in TEXTS},
        **dict.fromkeys(DATES, date(2020, 1, 1) + timedelta(days=number)),
        **dict.fromkeys(INSTANTS, at),
    }


def _in_transaction(number: int, write: Callable[[int], None]) -> None:
    with transaction.atomic():
        write(number)


def _attributed(number: int, write: Callable[[int], None]) -> None:
    with attributed(by=BY, via=Source.COMMAND):
        write(number)


def _in_context(number: int, write: Callable[[int], None]) -> None:
    with transaction.atomic(), pghistory.context(user=1, via="command", reason="r"):
        write(number)


CONTENDERS: dict[str, tuple[Any, Callable[..., None]]] = {
    "no trail": (Plain, _in_transaction),
    "ours": (Ours, _attributed),
    "django-pghistory": (WithPghistory, _in_context),
    "django-simple-history": (WithSimpleHistory, _in_transaction),
}


def writing(
    rounds: int, clock: Callable[[], float] = time.perf_counter
) -> dict[str, dict[str, float]]:
    rows = {name: _first_row(*contender) for name, contender in CONTENDERS.items()}

    def inserts(name: str) -> Callable[[int], None]:
        model, within = CONTENDERS[name]
        return lambda n: within(n, lambda n: model(**values(n)).save(force_insert=True))

    def updates(name: str, columns: int) -> Callable[[int], None]:
        _model, within = CONTENDERS[name]
        return lambda n: within(n, lambda n: _change(rows[name], n, columns))

    operations: dict[str, Callable[[str], Callable[[int], None]]] = {
        "INSERT": inserts,
        "UPDATE of 4": partial(updates, columns=4),
        "UPDATE of 40": partial(updates, columns=40),
    }
    return {
        operation: medians({name: make(name) for name in CONTENDERS}, rounds, clock)
        for operation, make in operations.items()
    }


def database_clock() -> Callable[[], float]:
    """The work of the database for this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return processor_clock(cursor.fetchone()[0])


def _first_row(model: type[models.Model], within: Callable[..., None]) -> models.Model:
    row = model(**values(0))
    within(0, lambda _n: row.save(force_insert=True))
    return row


def _change(row: models.Model, number: int, columns: int) -> None:
    for name, value in list(values(number + 1).items())[:columns]:
        setattr(row, name, value)
    row.save(force_update=True)
