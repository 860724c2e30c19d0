"""Many participants: two made through the services, copied by the database.

Copies are written as a restore writes, without triggers: a trail of a million entries
would take longer than what is measured. Forms without any value are left out.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from django.db import models

from enrollment.models import ContactDetails
from record.casebook import catalogue
from record.casebook.models import FormInstance, Participant
from tests.visits import stage
from visits.schedule.facts import FORMS

APART = 1_000_000  # keys of the first copies; those of the originals are small
CODES = (*FORMS, "CTC")
STAY = {"kind": "hospital", "hospital": "ours"}
CONTACT = {
    "kind": "contact",
    "decision": "given",
    "channel": ["email"],
    "recipient": "participant",
    "message_language": "en",
}


def out_patient(number: int, *, ago: float) -> Participant:
    participant = stage.infused(number, ago=ago)
    times = {"in_at": stage.days_ago(ago + 3), "out_at": stage.days_ago(ago - 12)}
    stage.row(participant, "STY", STAY | times)
    stage.row(participant, "CNS", {"decided_at": stage.days_ago(ago), **CONTACT})
    stage.enter(participant, "CTC", {"email": "somebody@example.org"})
    return participant


def copies(original: Participant, first: int, count: int) -> None:
    """Copy a participant with all filled forms; the numbers of copies begin there."""
    forms = list(_filled(original))
    step = len(forms)
    with restoring() as cursor:
        parameters = {"from": first, "until": first + count - 1}
        columns = {
            "id": f"{APART} + n",
            "sequence": f"{APART} + n",
            "number": "'B-' || n",
        }
        _copy(cursor, Participant, columns, {**parameters, "pk": original.pk})
        for place, form in enumerate(forms):
            key = f"{100 * APART} + (n - {first}) * {step} + {place} + {first * 100}"
            at = {"id": key, "participant_id": f"{APART} + n"}
            _copy(cursor, FormInstance, at, {**parameters, "pk": form.pk})
            model = catalogue.design(form.code).model
            _copy(
                cursor,
                model,
                {str(model._meta.pk.column): key},
                {**parameters, "pk": form.pk},
            )


def _filled(original: Participant) -> Iterator[FormInstance]:
    for form in original.forms.filter(code__in=CODES).order_by("pk"):
        model = catalogue.design(form.code).model
        if model._default_manager.filter(pk=form.pk).exists():
            yield form


def _copy(
    cursor: Any,
    model: type[models.Model],
    other: dict[str, str],
    parameters: dict[str, int],
) -> None:
    """Insert copies of row `pk`, one for each number `n`, with other values in some."""
    table, key = model._meta.db_table, model._meta.pk.column
    cursor.execute(COLUMNS, [table])
    columns = [row[0] for row in cursor.fetchall()]
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(other.get(name, f't."{name}"') for name in columns)
    cursor.execute(
        f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} t, "  # noqa: S608 - names of our own tables
        f'generate_series(%(from)s, %(until)s) n WHERE t."{key}" = %(pk)s',
        parameters,
    )


COLUMNS = """
    SELECT column_name FROM information_schema.columns
    WHERE table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position
"""


@contextmanager
def restoring() -> Iterator[Any]:
    """Write as the superuser of the embedded server, without triggers."""
    owner = psycopg2.extensions.parse_dsn(os.environ["OWNER_DATABASE_URL"])
    session = psycopg2.connect(**{**owner, "user": "postgres"})
    try:
        with session, session.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            yield cursor
            cursor.execute("SET session_replication_role = origin")
        session.autocommit = True
        with session.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    finally:
        session.close()


def has_address() -> bool:
    """Copies can be opened only where what is sealed is bound to no form."""
    last = ContactDetails.objects.latest("pk")
    return bool(last.value_of("email"))
