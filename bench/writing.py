"""One audited row of 40 columns, against the packages of the field."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pghistory
from django.db import models, transaction

from bench.clocks import medians
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


def writing(rounds: int) -> dict[str, dict[str, float]]:
    rows = {name: _first_row(*contender) for name, contender in CONTENDERS.items()}

    def inserts(name: str) -> Callable[[int], None]:
        model, within = CONTENDERS[name]
        return lambda n: within(n, lambda n: model(**values(n)).save(force_insert=True))

    def updates(name: str, columns: int) -> Callable[[int], None]:
        _model, within = CONTENDERS[name]
        return lambda n: within(n, lambda n: _change(rows[name], n, columns))

    return {
        "INSERT": medians({name: inserts(name) for name in CONTENDERS}, rounds),
        "UPDATE of 4": medians({name: updates(name, 4) for name in CONTENDERS}, rounds),
        "UPDATE of 40": medians(
            {name: updates(name, 40) for name in CONTENDERS}, rounds
        ),
    }


def _first_row(model: type[models.Model], within: Callable[..., None]) -> models.Model:
    row = model(**values(0))
    within(0, lambda _n: row.save(force_insert=True))
    return row


def _change(row: models.Model, number: int, columns: int) -> None:
    for name, value in list(values(number + 1).items())[:columns]:
        setattr(row, name, value)
    row.save(force_update=True)
