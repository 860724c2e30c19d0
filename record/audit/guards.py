"""What guards the record in the database, compared with what this release made.

Triggers, functions, constraints, rules and rights of the schema are read from the
catalogue of PostgreSQL and compared with `guards.json`, which belongs to the release
(`make guards` writes it anew from a database that was just migrated). A disabled
trigger, another function body, a right too many: each is named.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from django.apps import apps
from django.conf import settings

from record.audit.reading import fixed_settings
from trial_edc.requirements import implements

FILE = Path(__file__).with_name("guards.json")
Guards = dict[str, str]  # name, then digest of what it is

TRIGGERS = """
    SELECT format('trigger %%s of %%s', t.tgname, c.relname), c.relname, concat_ws(
        '|', t.tgenabled, pg_get_triggerdef(t.oid), p.prosrc, p.prosecdef,
        p.proconfig::text, pg_get_userbyid(p.proowner) = pg_get_userbyid(c.relowner)
    )
    FROM pg_catalog.pg_trigger t
    JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
    JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
    WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal
"""
# Foreign keys are kept by triggers of the server's own.
FOREIGN_KEYS = """
    SELECT format('foreign keys of %%s', c.relname), c.relname,
        string_agg(DISTINCT t.tgenabled::text, '')
    FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
    WHERE c.relnamespace = 'public'::regnamespace AND t.tgisinternal
    GROUP BY c.relname
"""
CONSTRAINTS = """
    SELECT format('constraints of %%s', c.relname), c.relname, string_agg(concat_ws(
        ' ', k.conname, pg_get_constraintdef(k.oid), k.convalidated
    ), '|' ORDER BY k.conname)
    FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
    WHERE c.relnamespace = 'public'::regnamespace
    AND k.contype IN ('c', 'f', 'p', 'u', 'x')
    GROUP BY c.relname
"""
UNIQUE_INDEXES = """
    SELECT format('unique indexes of %%s', c.relname), c.relname,
        string_agg(pg_get_indexdef(i.indexrelid), '|' ORDER BY x.relname)
    FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
    JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
    WHERE c.relnamespace = 'public'::regnamespace AND i.indisunique AND i.indisvalid
    GROUP BY c.relname
"""
RIGHTS = """
    SELECT format('rights on %%s', c.relname), c.relname, concat_ws('|',
        string_agg(concat_ws(' ',
            CASE r.rolname WHEN %(runtime)s THEN 'runtime' ELSE r.rolname END,
            a.privilege_type, a.is_grantable
        ), '|' ORDER BY r.rolname, a.privilege_type),
        (SELECT string_agg(x.attname, ',') FROM pg_catalog.pg_attribute x
            WHERE x.attrelid = c.oid AND x.attacl IS NOT NULL)
    )
    FROM pg_catalog.pg_class c
    CROSS JOIN LATERAL aclexplode(c.relacl) a
    LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
    AND a.grantee <> c.relowner
    GROUP BY c.oid, c.relname
"""
FUNCTIONS = """
    SELECT format('function %%s', p.proname), '', string_agg(concat_ws(
        '|', pg_get_function_identity_arguments(p.oid), l.lanname, p.prosrc,
        p.prokind, p.prosecdef, p.provolatile, p.proconfig::text,
        has_function_privilege(%(runtime)s, p.oid, 'EXECUTE'),
        pg_get_userbyid(p.proowner) = (
            SELECT pg_get_userbyid(relowner) FROM pg_catalog.pg_class
            WHERE oid = 'public.audit_entry'::regclass
        )
    ), '|' ORDER BY p.oid::regprocedure::text)
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang
    WHERE p.pronamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgfoid = p.oid)
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e'
    )
    GROUP BY p.proname
"""
# What this release has nowhere, so that any of it is one too many.
STRANGE = """
    SELECT format('rule %%s of %%s', r.rulename, c.relname), c.relname, ''
    FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind <> 'v'
    UNION ALL
    SELECT format('view %%s', relname), relname, '' FROM pg_catalog.pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm', 'f')
    UNION ALL
    SELECT format('row security of %%s', relname), relname, '' FROM pg_catalog.pg_class
    WHERE relnamespace = 'public'::regnamespace AND relrowsecurity
    UNION ALL
    SELECT format('stored setting %%s of sessions', setting), '', ''
    FROM pg_catalog.pg_db_role_setting
    CROSS JOIN LATERAL unnest(setconfig) AS setting
    WHERE setrole IN (
        SELECT oid FROM pg_catalog.pg_roles WHERE rolname = %(runtime)s UNION SELECT 0
    ) AND setdatabase IN (
        SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()
        UNION SELECT 0
    )
    UNION ALL
    SELECT format('event trigger %%s', evtname), '', '' FROM pg_catalog.pg_event_trigger
    UNION ALL
    SELECT format('schema %%s', nspname), '', '' FROM pg_catalog.pg_namespace
    WHERE nspname <> 'public' AND nspname <> 'information_schema'
    AND nspname !~ '^pg_'
"""
STATEMENTS = (
    TRIGGERS,
    FOREIGN_KEYS,
    CONSTRAINTS,
    UNIQUE_INDEXES,
    RIGHTS,
    FUNCTIONS,
    STRANGE,
)


# PostgreSQL writes a list of texts otherwise once it was restored from a dump:
# (ARRAY['a'::character varying])::text[], then ARRAY[('a'::character varying)::text].
LITERAL = r"'(?:[^']|'')*'"
SPELLINGS = (
    (re.compile(rf"\(({LITERAL})::character varying\)::text"), r"\1"),
    (re.compile(rf"({LITERAL})::character varying"), r"\1"),
    (re.compile(rf"\(ARRAY\[((?:{LITERAL}|, )*)\]\)::text\[\]"), r"ARRAY[\1]"),
)


@implements("AUD-04")
def first_problem() -> str:
    """Name the first guard that is not this release's; empty when all are."""
    expected, actual = of_this_release(), of_this_database()
    for name in sorted(expected.keys() | actual.keys()):
        if name not in actual:
            return f"Missing: {name}."
        if name not in expected:
            return f"Not of this release: {name}."
        if expected[name] != actual[name]:
            return f"Not as this release made it: {name}."
    return ""


@cache
def of_this_release() -> Guards:
    guards: Guards = json.loads(FILE.read_text(encoding="utf-8"))
    return guards


def of_this_database() -> Guards:
    """Read the guards of all tables but those of apps that no release has."""
    foreign = _tables_of(settings.EXTRA_APPS)
    values = {"runtime": settings.DATABASES["default"]["USER"]}
    guards = {}
    with fixed_settings(search_path="pg_catalog, pg_temp") as cursor:
        for statement in STATEMENTS:
            cursor.execute(statement, values)
            for name, table, definition in cursor.fetchall():
                if table not in foreign:
                    guards[name] = _digest(definition)
    return guards


def _tables_of(app_names: Iterable[str]) -> set[str]:
    return {
        model._meta.db_table
        for app in apps.get_app_configs()
        if app.name in app_names
        for model in app.get_models(include_auto_created=True)
    }


def _digest(definition: str | None) -> str:
    text = definition or ""
    for spelling, plain in SPELLINGS:
        text = spelling.sub(plain, text)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
