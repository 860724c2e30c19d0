"""Reading the record for a proof, whatever the session has set."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction


@contextmanager
def fixed_settings(*, search_path: str = "public, pg_temp") -> Iterator[Any]:
    """Give a cursor for which times are UTC and names mean tables of the record.

    The settings end with the block, also inside a longer transaction.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL timezone = 'UTC'")
        cursor.execute(f"SET LOCAL search_path = {search_path}")
        yield cursor
        transaction.set_rollback(True)
