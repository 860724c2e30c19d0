"""Which rows of a database a thief can join, by values that are equal.

A row is what stands in it: keys by the table that they lead to, texts, and what JSON
holds. Times are left out, and small numbers that lead nowhere: how often, how many.
"""

import json
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import Any

from django.db import connection

Token = tuple[str, Any]  # what a value is, and the value
Row = frozenset[Token]
PARTICIPANT, FORM = "casebook_participant", "casebook_forminstance"
KEY_LIKE = 10**6  # a number in JSON from which on it is taken for a key
SHORTEST = 4  # characters of a text that can tell somebody apart
NUMBERS, TEXTS, JSON = (
    {"bigint"},
    {"text", "character varying", "uuid", "inet"},
    "jsonb",
)
# Columns that lead somewhere without a foreign key.
LED_TO = {
    ("audit_entry", "participant_id"): PARTICIPANT,
    ("audit_entry", "form_id"): FORM,
    ("audit_entry", "actor_id"): "accounts_user",
    ("audit_sealedentry", "entry_id"): "audit_entry",
    (FORM, "participant_id"): PARTICIPANT,
    ("review_signature", "participant_id"): PARTICIPANT,
}
COLUMNS = """
    SELECT c.table_name, c.column_name, c.data_type, coalesce((
        SELECT k.confrelid::regclass::text FROM pg_constraint k
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
        WHERE k.contype = 'f' AND k.conrelid = c.table_name::regclass
        AND a.attname = c.column_name
    ), '')
    FROM information_schema.columns c JOIN information_schema.tables t
    USING (table_schema, table_name)
    WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
    ORDER BY 1, c.ordinal_position
"""


def rows() -> list[Row]:
    """Every row of every table, whatever tables there are."""
    columns: dict[str, list[tuple[str, str, str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        for table, *column in cursor.fetchall():
            columns.setdefault(table, []).append(tuple(column))
        return [
            frozenset(_tokens(table, described, json.loads(row)))
            for table, described in columns.items()
            for row in _stored(cursor, table)
        ]


def _stored(cursor: Any, table: str) -> list[str]:
    cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t')
    return [row for (row,) in cursor.fetchall()]


def _tokens(
    table: str, columns: Iterable[tuple[str, str, str]], row: dict[str, Any]
) -> Iterator[Token]:
    for name, kind, target in columns:
        value = row[name]
        if value is None:
            continue
        if kind in NUMBERS:
            yield _led_to(table, name, target, row), value
        elif kind in TEXTS or kind == JSON:
            yield from _of_json(value)


def _led_to(table: str, name: str, target: str, row: dict[str, Any]) -> str:
    if name == "row_id":
        return str(row["table_name"])
    is_own_key = name == "id" and not target
    return target or LED_TO.get((table, name)) or (table if is_own_key else name)


def _of_json(value: Any) -> Iterator[Token]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _of_json(int(key) if key.isdecimal() else key)
            yield from _of_json(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _of_json(inner)
    elif isinstance(value, int) and value >= KEY_LIKE:
        yield FORM, value
    elif isinstance(value, str) and len(value) >= SHORTEST:
        yield "text", value


def counted(stored: Iterable[Row], form_id: int) -> list[Row]:
    """The rows of which somebody who counts takes one form to be the subject."""
    return [row for row in stored if (FORM, form_id) in row]


def reached(
    start: Iterable[Row], stored: Iterable[Row], common: AbstractSet[Token]
) -> AbstractSet[Token]:
    """What can be joined, also by way of other rows; by what is not `common`."""
    reach = set().union(*start) - common
    left = [row - common for row in stored]
    size = -1
    while len(reach) > size:
        size = len(reach)
        for row in left:
            if not row.isdisjoint(reach):
                reach |= row
    return reach


def common_to(*groups: Iterable[Row]) -> AbstractSet[Token]:
    """What stands in rows of each group, and so tells none of them apart."""
    return set.intersection(*(set().union(*group) for group in groups))
