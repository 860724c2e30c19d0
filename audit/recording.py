"""The triggers of recorded tables; their meaning is one SQL function (migrations).

`record` runs after each INSERT and UPDATE, since a trigger before them sees
generated columns as null and writes entries for rows that never come to be.
"""

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


def record(kind: str = "row", *, unrecorded: tuple[str, ...] = ()) -> pgtrigger.Trigger:
    """Return the recording trigger.

    `kind` is `crf` for a table of items, `sheet` for the form instances, `register`
    for one that stays writable while the database is locked, else `row`.
    `unrecorded` names columns that are no recorded values (password hashes).
    """
    columns = "{" + ",".join(unrecorded) + "}"
    return pgtrigger.Trigger(
        name="record",
        level=pgtrigger.Row,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=f"""
            PERFORM audit_record(
                '{kind}', TG_TABLE_NAME, TG_OP, OLD, NEW, '{columns}'
            );
            RETURN NULL;
        """,
    )


class Recorded(models.Model):
    """A table whose every write is attributed and recorded, and never removed."""

    class Meta:
        abstract = True
        triggers = (record(), REFUSE_REMOVAL)


class Register(models.Model):
    """A recorded table that stays writable while the database is locked."""

    class Meta:
        abstract = True
        triggers = (record("register"), REFUSE_REMOVAL)
