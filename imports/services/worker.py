"""One worker a file at a time; each goes on where a killed one stopped."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.utils.translation import gettext as _

from imports.rules.reading import UnreadableFile
from imports.services import previews, storing
from record.casebook.services.files import FileDamaged

IMPORTS = 4194673  # the class of the advisory locks of this room


@contextmanager
def _exclusively(file_id: int) -> Iterator[bool]:
    """True where no other worker is at the file; a killed worker is at none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [IMPORTS, file_id])
        is_alone = bool(cursor.fetchone()[0])
    try:
        yield is_alone
    finally:
        if is_alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [IMPORTS, file_id])


def plan(file_id: int) -> None:
    with _exclusively(file_id) as is_alone:
        if not is_alone:
            return
        try:
            previews.preview(file_id)
        except (UnreadableFile, FileDamaged) as problem:
            previews.mark_failed(file_id, str(problem))
        except Exception:
            text = _("It could not be read; the cause is in the log of the worker.")
            previews.mark_failed(file_id, text)
            raise


def store(file_id: int) -> None:
    with _exclusively(file_id) as is_alone:
        if not is_alone:
            return
        try:
            storing.store_file(file_id)
        except Exception:
            text = _("It stopped on the way; the cause is in the log of the worker.")
            previews.record_problem(file_id, text)
            raise
