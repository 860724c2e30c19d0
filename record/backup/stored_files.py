"""The files of the system as they go into a backup: sealed already, and only growing.

A file is there before the row that names it, and stays. So whatever is copied after
the instant of the database holds each file that its rows name.
"""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from record.audit import heartbeats

UNFINISHED = (".part", ".progress")
STAGING = ".restoring"  # of a restore, beside the files that it will become
OF_THE_MOMENT = (STAGING, heartbeats.FOLDER)


def root() -> Path:
    return Path(settings.MEDIA_ROOT)


def whole_files() -> Iterator[Path]:
    """Paths of everything that is stored and finished, relative to the folder."""
    for path in sorted(root().rglob("*")):
        inner = path.relative_to(root())
        is_kept = inner.parts[0] not in OF_THE_MOMENT
        if path.is_file() and is_kept and path.suffix not in UNFINISHED:
            yield inner
