"""The files of the system as they go into a backup: sealed already, and only growing.

A file is there before the row that names it, and stays. So whatever is copied after
the instant of the database holds each file that its rows name.
"""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

UNFINISHED = (".part", ".progress")
STAGING = ".restoring"  # of a restore, beside the files that it will become


def root() -> Path:
    return Path(settings.MEDIA_ROOT)


def whole_files() -> Iterator[Path]:
    """Paths of everything that is stored and finished, relative to the folder."""
    for path in sorted(root().rglob("*")):
        inner = path.relative_to(root())
        is_ours = path.suffix not in UNFINISHED and inner.parts[0] != STAGING
        if path.is_file() and is_ours:
            yield inner
