"""Where exports lie: outside the web root, readable by the system alone."""

import json
import time
from pathlib import Path

from django.conf import settings

SECONDS_BETWEEN = 1.0  # the bar moves at most once a second


def folder() -> Path:
    """Return the folder of the exports; made when first needed."""
    found = Path(settings.STATE_DIR) / "exports"
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def archive_path(key: str) -> Path:
    """Return where the archive of an export lies."""
    return folder() / f"{key}.zip"


class Meter:
    """Tells how many rows are written: in a file, so that no record changes."""

    def __init__(self, key: str, total: int) -> None:
        """Start at nothing."""
        self.path, self.total, self.done = folder() / f"{key}.progress", total, 0
        self._told_at = 0.0
        self._tell()

    def advance(self, rows: int = 1) -> None:
        """Count rows, and tell it when a second has passed."""
        self.done += rows
        if time.monotonic() - self._told_at >= SECONDS_BETWEEN:
            self._tell()

    def _tell(self) -> None:
        unfinished = self.path.with_suffix(".telling")
        unfinished.write_text(json.dumps([self.done, self.total]))
        unfinished.replace(self.path)
        self._told_at = time.monotonic()

    def close(self) -> None:
        """Forget the progress: the export is done or has failed."""
        self.path.unlink(missing_ok=True)


def progress(key: str) -> tuple[int, int]:
    """Return rows written and rows expected; (0, 0) before the work begins."""
    try:
        done, total = json.loads((folder() / f"{key}.progress").read_text())
    except FileNotFoundError:
        return 0, 0
    return done, total
