"""The whole trail with its seals in one archive, and the script that proves it.

It holds every entry, those of restricted forms too (sealed, as the database has them),
so it is for whoever may have a backup, and no page offers it.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from record.audit import anchors, verify_trail
from record.audit.reading import fixed_settings
from record.audit.seals import ENTRY_TEXT
from trial_edc.requirements import implements

AT_A_TIME = 5_000
SEALS = """
    SELECT jsonb_build_object(
        'id', s.id, 'first_id', s.first_id, 'last_id', s.last_id, 'count', s.count,
        'horizon', s.horizon, 'root', s.root, 'previous', s.previous
    )::text, s.made_at, (
        SELECT coalesce(
            jsonb_agg(jsonb_build_array(e.entry_id, encode(e.digest, 'hex'))
                ORDER BY e.entry_id), '[]'
        )::text FROM audit_sealedentry e WHERE e.seal_id = s.id
    ) FROM audit_seal s ORDER BY s.id
"""
ENTRIES = f"""
    SELECT {ENTRY_TEXT} FROM audit_entry e ORDER BY e.id
"""  # noqa: S608 - our own columns


@implements("AUD-09", "AUD-15", "AUD-16")
def write_trail(target: IO[bytes]) -> int:
    """Return the number of entries.

    The seals are read first: an entry that is written meanwhile is one without a seal.
    """
    with (
        fixed_settings() as cursor,
        ZipFile(target, "w", compression=ZIP_DEFLATED) as archive,
    ):
        with archive.open("seals.jsonl", "w") as file:
            for seal, made_at, leaves in _rows(cursor, "seals", SEALS):
                fields = json.loads(seal) | {"made_at": made_at.isoformat()}
                fields["entries"] = json.loads(leaves)
                file.write(json.dumps(fields).encode() + b"\n")
        count = 0
        with archive.open("entries.jsonl", "w", force_zip64=True) as file:
            for (text,) in _rows(cursor, "entries", ENTRIES):
                file.write(text.encode() + b"\n")
                count += 1
        archive.writestr("anchors.txt", anchors.content())
        archive.write(Path(verify_trail.__file__), "verify_trail.py")
    return count


def _rows(cursor: Any, name: str, select: str) -> Iterator[tuple[Any, ...]]:
    """A part at a time, on a cursor of the database."""
    cursor.execute(f"DECLARE {name} NO SCROLL CURSOR FOR {select}")
    while True:
        cursor.execute(f"FETCH {AT_A_TIME} FROM {name}")
        rows = cursor.fetchall()
        if not rows:
            break
        yield from rows
    cursor.execute(f"CLOSE {name}")
