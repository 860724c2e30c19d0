"""A trial of any size: a simulated one, and copies of all its participants.

Written as a restore writes, without triggers. Restricted forms are left out: their keys
are drawn by chance, far above those of others.
"""

from collections.abc import Iterator
from typing import Any

from django.db import models

from bench.people import APART, COLUMNS, restoring
from enrollment.models import ParticipantStanding
from record.casebook import catalogue
from record.casebook.models import FormInstance, Participant
from record.review.models import Query, QueryStep, Signature, Verification
from safety.models import SentReport
from visits.models import VisitOutlook

BOUND = """
    (SELECT jsonb_object_agg((key::bigint + n * {apart})::text, value)
    FROM jsonb_each(t.bound))
"""


def tables() -> Iterator[type[models.Model]]:
    yield from (Participant, FormInstance)
    yield from (
        design.model
        for design in catalogue.designs().values()
        if not design.model.is_sealed
    )
    yield from (Query, QueryStep, Signature, Verification, SentReport)
    yield from (VisitOutlook, ParticipantStanding)


def copy_everybody(first: int, last: int) -> None:
    """Add the copies of these numbers of every participant; a table at a time."""
    with restoring() as cursor:
        for model in tables():
            _copy(cursor, model, first, last)


def _copy(cursor: Any, model: type[models.Model], first: int, last: int) -> None:
    table, key = model._meta.db_table, model._meta.pk.column
    cursor.execute(COLUMNS, [table])
    names = [row[0] for row in cursor.fetchall()]
    other = _other(model)
    values = ", ".join(other.get(name, f't."{name}"') for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    cursor.execute(
        f'INSERT INTO "{table}" ({columns}) SELECT {values} FROM "{table}" t, '  # noqa: S608 - names of our own tables
        f'generate_series(%s, %s) n WHERE t."{key}" < {APART} ORDER BY n, t."{key}"',
        [first, last],
    )


def _other(model: type[models.Model]) -> dict[str, str]:
    """The columns that differ in copy `n`, as SQL."""
    copied = set(tables())
    keys = {
        field.column: f't."{field.column}" + n * {APART}'
        for field in model._meta.concrete_fields
        if field.column and (field.primary_key or field.related_model in copied)
    }
    if model is Participant:
        more = {"sequence": f"t.sequence + n * {APART}"}
        more["number"] = f"'B' || (t.sequence + n * {APART})"
    elif model is FormInstance:
        more = {"client_key": "NULL"}
    elif model is Signature:
        more = {"bound": BOUND.format(apart=APART)}
    else:
        more = {}
    return keys | more
