"""Advisory locks of the database: of a transaction, or of a worker for longer."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum, unique

from django.db import connection


@unique
class TransactionLock(IntEnum):
    """What is done by one transaction after the other; no two share a number."""

    WRITERS = 4_194_671  # which share it, see record_1.sql
    NUMBERS = 41_946_711  # of participants: two people never get one
    CONSENT_VERSIONS = 41_946_712
    STUDY_STATUS = 41_946_713
    INFUSION_PLANS = 41_946_714
    IDENTITIES = 41_946_715
    ADMINISTRATION = 41_946_731


def wait_for(lock: TransactionLock) -> None:
    """Wait until nobody else has the lock; have it until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])


@contextmanager
def exclusively(kind: int, key: int) -> Iterator[bool]:
    """True where no other worker does this; a killed worker does nothing any more.

    `kind` tells the locks of a room from those of others.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [kind, key])
        is_alone = bool(cursor.fetchone()[0])
    try:
        yield is_alone
    finally:
        if is_alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [kind, key])
