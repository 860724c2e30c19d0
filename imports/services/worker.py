"""A worker at a file: alone, and able to go on where another one died."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.utils.translation import gettext as _

from imports.rules.reading import UnreadableFile
from imports.services import previews as previewing
from imports.services import storing
from record.casebook.services.files import FileDamaged

IMPORTS = 4194673  # what the advisory locks of this room are about


@contextmanager
def _alone(file_id: int) -> Iterator[bool]:
    """Tell whether no other worker is at the file; a killed one is at none."""
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
    """Make the preview of a file; say on its page why that failed."""
    with _alone(file_id) as is_alone:
        if not is_alone:
            return
        try:
            previewing.preview(file_id)
        except (UnreadableFile, FileDamaged) as problem:
            previewing.failed(file_id, str(problem))
        except Exception:
            text = _("It could not be read; the cause is in the log of the worker.")
            previewing.failed(file_id, text)
            raise


def store(file_id: int) -> None:
    """Store a confirmed file; if the worker dies, the next one goes on."""
    with _alone(file_id) as is_alone:
        if not is_alone:
            return
        try:
            storing.store_file(file_id)
        except Exception:
            text = _("It stopped on the way; the cause is in the log of the worker.")
            previewing.tell_problem(file_id, text)
            raise
