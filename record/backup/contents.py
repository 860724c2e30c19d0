"""What a database holds, as figures that a restored one must have again."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

# Whoever opens a backup must not find keys of sessions that still last.
LEFT_OUT = ("django_session",)
# The text of a value depends on these.
SETTINGS = (
    "SET LOCAL timezone = 'UTC'",
    "SET LOCAL datestyle = 'ISO, YMD'",
    "SET LOCAL intervalstyle = 'postgres'",
    "SET LOCAL extra_float_digits = 1",
    "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL search_path = public, pg_temp",
    # Reading everything takes longer than a page may.
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL idle_in_transaction_session_timeout = 0",
)
# Columns by name, since their order is no part of the data; rows in the order of keys.
TABLES = """
    SELECT c.relname, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname),
        (
            SELECT string_agg(quote_ident(k.attname), ', ' ORDER BY p.place)
            FROM pg_catalog.pg_index i
            CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY p (number, place)
            JOIN pg_catalog.pg_attribute k
                ON k.attrelid = i.indrelid AND k.attnum = p.number
            WHERE i.indrelid = c.oid AND i.indisprimary
        )
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
    AND a.attnum > 0 AND NOT a.attisdropped
    GROUP BY c.oid, c.relname ORDER BY c.relname
"""
LARGE_OBJECTS = "SELECT count(*) FROM pg_catalog.pg_largeobject_metadata"
Figures = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Instant:
    """One instant of the database, for every session that takes up the snapshot."""

    snapshot: str
    at: str
    server_version: str
    wal_position: str


@contextmanager
def one_instant() -> Iterator[Instant]:
    """Read everything as of one instant, however long the reading takes."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for setting in SETTINGS:
            cursor.execute(setting)
        cursor.execute(
            "SELECT pg_export_snapshot(), now()::text,"
            " current_setting('server_version'), pg_current_wal_lsn()::text"
        )
        yield Instant(*cursor.fetchone())


def table_figures() -> Figures:
    """Count and digest the rows of each table; in the transaction of `one_instant`."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        tables = [row for row in cursor.fetchall() if row[0] not in LEFT_OUT]
        return {
            name: _figures_of(cursor, name, columns, key)
            for name, columns, key in tables
        }


def migrations() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
        return [name for (name,) in cursor.fetchall()]


def large_objects() -> int:
    with connection.cursor() as cursor:
        cursor.execute(LARGE_OBJECTS)
        count: int = cursor.fetchone()[0]
    return count


def _figures_of(cursor: Any, name: str, columns: str, key: str | None) -> Any:
    table, digest = connection.ops.quote_name(name), _Digest()
    rows = f"SELECT {columns} FROM {table} t ORDER BY {key or 't::text'}"  # noqa: S608 - names of the catalogue
    cursor.copy_expert(f"COPY ({rows}) TO STDOUT", digest)
    return {"rows": digest.rows, "sha256": digest.sha256.hexdigest()}


class _Digest:
    """What COPY writes to: a line a row, since it escapes line breaks in values."""

    def __init__(self) -> None:
        self.rows, self.sha256 = 0, hashlib.sha256()

    def write(self, content: bytes) -> int:
        self.rows += content.count(b"\n")
        self.sha256.update(content)
        return len(content)
