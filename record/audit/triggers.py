"""The triggers of recorded tables; their meaning is one SQL function (migrations).

`record` runs after each INSERT and UPDATE, since a trigger before them sees
generated columns as null and writes entries for rows that never come to be.
"""

from typing import Any

import pgtrigger
from django.db import models

REFUSE_REMOVAL = pgtrigger.Trigger(
    name="refuse_removal",
    level=pgtrigger.Statement,
    when=pgtrigger.Before,
    operation=pgtrigger.Delete | pgtrigger.Truncate,
    func="""
        RAISE EXCEPTION 'Rows of % are never removed.', TG_TABLE_NAME
        USING ERRCODE = 'AU003';
    """,
)
REFUSE_CHANGE = pgtrigger.Trigger(
    name="refuse_change",
    level=pgtrigger.Statement,
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    func="""
        RAISE EXCEPTION 'Rows of % are never changed.', TG_TABLE_NAME
        USING ERRCODE = 'AU003';
    """,
)


def written_once(*columns: str) -> pgtrigger.Trigger:
    """Build a trigger that keeps a row, but for columns that are filled once.

    A signature is withdrawn once and never revived, a proposal confirmed once: an entry
    that tells another change would make it no better.
    """
    return pgtrigger.Trigger(
        name="written_once",
        level=pgtrigger.Row,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=f"""
            IF to_jsonb(NEW) - '{_array(columns)}'::text[]
                <> to_jsonb(OLD) - '{_array(columns)}'::text[]
            OR EXISTS (
                SELECT FROM jsonb_each(to_jsonb(OLD)) filled
                WHERE filled.key = ANY ('{_array(columns)}'::text[])
                AND filled.value <> 'null'
                AND to_jsonb(NEW) -> filled.key <> filled.value
            ) THEN
                RAISE EXCEPTION 'Rows of % stay as they were written.', TG_TABLE_NAME
                USING ERRCODE = 'AU003';
            END IF;
            RETURN NEW;
        """,
    )


class RecordTrigger(pgtrigger.Trigger):
    """The trigger that records each write of a table.

    `kind` is `crf` for a table of items, `sheet` for the form instances, `register`
    for one that stays writable while the database is locked, else `row`. Of columns in
    `unrecorded` the trail says nothing; of those in `secret` (hashes, sealed texts) it
    has a digest, so that none of them changes without an entry.
    """

    def __init__(
        self,
        kind: str,
        unrecorded: tuple[str, ...],
        secret: tuple[str, ...],
        **options: Any,
    ) -> None:
        self.kind, self.unrecorded, self.secret = kind, unrecorded, secret
        columns = f"'{_array(unrecorded)}'"
        if secret:
            columns += f", '{_array(secret)}'"
        func = f"""
            PERFORM audit_record(
                '{kind}', TG_TABLE_NAME, TG_OP, OLD, NEW, {columns}
            );
            RETURN NULL;
        """
        fixed = {"level": pgtrigger.Row, "when": pgtrigger.After, "func": func}
        usual = {"name": "record", "operation": pgtrigger.Insert | pgtrigger.Update}
        super().__init__(**{**fixed, **usual, **options})


def _array(columns: tuple[str, ...]) -> str:
    return "{" + ",".join(columns) + "}"


def record(
    kind: str = "row",
    *,
    unrecorded: tuple[str, ...] = (),
    secret: tuple[str, ...] = (),
    **options: Any,
) -> RecordTrigger:
    return RecordTrigger(kind, unrecorded, secret, **options)


def record_each(
    kind: str, *, unrecorded: tuple[str, ...] = (), unless: tuple[str, ...]
) -> tuple[RecordTrigger, RecordTrigger]:
    """Build two recording triggers; updates of the columns in `unless` pass by."""
    change = pgtrigger.AnyChange(exclude=list(unless))
    return (
        record(kind, unrecorded=unrecorded, operation=pgtrigger.Insert),
        record(
            kind,
            unrecorded=unrecorded,
            name="record_change",
            operation=pgtrigger.Update,
            condition=change,
        ),
    )


def recording_trigger(model: type[models.Model]) -> RecordTrigger | None:
    """None for a table whose rows nothing records."""
    triggers = getattr(model._meta, "triggers", ())
    return next((t for t in triggers if isinstance(t, RecordTrigger)), None)


class Recorded(models.Model):
    """A table whose every write is attributed and recorded, and never removed."""

    class Meta:
        abstract = True
        triggers: tuple[pgtrigger.Trigger, ...] = (record(), REFUSE_REMOVAL)


class Disposable(models.Model):
    """A table of work that is no record yet: its rows may be removed."""

    class Meta:
        abstract = True


class Register(models.Model):
    """A recorded table that stays writable while the database is locked."""

    class Meta:
        abstract = True
        triggers: tuple[pgtrigger.Trigger, ...] = (record("register"), REFUSE_REMOVAL)
