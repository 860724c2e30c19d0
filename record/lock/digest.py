"""One digest of all locked data, computed from the rows themselves.

Each form of a casebook counts with its place, its status and what its CRF row holds,
restricted ones too: of those the digest tells nothing, since their rows are sealed.
"""

import hashlib

from psycopg2.sql import SQL, Identifier

from record.audit.reading import fixed_settings
from record.casebook import catalogue
from trial_edc.requirements import implements

_ROW = "SELECT form_id, audit_digest(to_jsonb(stored)) FROM {} stored"
_FORMS = """
    SELECT form.id, concat_ws(
        '|', form.id, form.participant_id, form.code, form.visit, form.visit_number,
        form.occurrence, form.status, form.form_version, form.revision,
        (form.struck_at IS NOT NULL)::int, content.digest
    )
    FROM casebook_forminstance form
    LEFT JOIN ({rows}) AS content (form_id, digest) ON content.form_id = form.id
    ORDER BY form.id
"""


@implements("LCK-04")
def data_digest() -> str:
    """SHA-256 over all forms in the order of their keys; one select."""
    tables = [d.model._meta.db_table for d in catalogue.designs().values()]
    rows = SQL(" UNION ALL ").join(SQL(_ROW).format(Identifier(t)) for t in tables)
    with fixed_settings() as cursor:
        cursor.execute(SQL(_FORMS).format(rows=rows).as_string(cursor.cursor))
        total = hashlib.sha256()
        while lines := cursor.fetchmany(5000):
            for _key, text in lines:
                total.update(text.encode() + b"\n")
    return total.hexdigest()
